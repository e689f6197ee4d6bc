"""Loads image sets: from a folder, the cache, a package or a download.

The ways, in this order:

1. The four IDX files, plain or .gz, in the user's folder: in its subfolder named like the set,
   or directly. The same four directly in the cache folder. These files are the user's: one that
   is missing beside the others, or is not the published one, is an error that names it. It is
   not quietly replaced by something else, and never changed. Four good files of another set
   with the same names (Fashion-MNIST has MNIST's) are none of this one's business.
2. The cache folder's subfolder named like the set, which belongs to this module: what is missing
   or bad there is fetched again from the mirrors, and nothing half-written has a file's name.
3. What an installed package carries of the set. That is a part of MNIST (`complete` is False)
   and all of scikit-learn's digits; there is nothing of Fashion-MNIST.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.base.arrays import Bytes
from engine.base.errors import DataError
from engine.data.images.catalogue import CATALOGUE, PublishedSet
from engine.data.images.downloads import RetryPolicy
from engine.data.images.folders import can_enter, find_file, read_file, read_folder
from engine.data.images.mirrors import Progress, fetch_files
from engine.data.images.tables import read_table

_log = logging.getLogger(__name__)

#: files, download, or the package that carries it.
Source = str


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images with labels; the arrays are read-only.

    Attributes:
        name: as in a spec.
        source: where it is from: files that were there, a download made for this call, or the
            package that carries it.
        complete: whether this is the whole published set.
        train_images: uint8 [n, rows, columns], 0 is background.
        train_labels: uint8 [n].
        test_images: uint8 [n, rows, columns].
        test_labels: uint8 [n].
        classes: a name for each label.
        drawing_box: pixels of the box that what is drawn was fitted into; None for the whole image.
    """

    name: str
    source: Source
    complete: bool
    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes
    classes: tuple[str, ...]
    drawing_box: int | None = None


def load_images(
    name: str,
    cache_dir: Path,
    data_dir: Path | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    progress: Progress | None = None,
    patience: RetryPolicy | None = None,
) -> ImageSet:
    """Loads an image set; this module's text says from where.

    Args:
        name: a key of `CATALOGUE`.
        cache_dir: where downloads are kept, in a subfolder for each set; made if needed.
        data_dir: the user's own files, which are only read.
        mirrors: addresses of folders to download from instead of the published ones; an empty
            sequence keeps off the network.
        progress: told the file, the bytes that are there, and of how many if that is known.
            What it raises ends the loading; a file that was not whole begins anew the next time.
        patience: with bad connections.

    Returns:
        The set, a new one for each call.

    Raises:
        DataError: there is no such set, a file of the user's is bad, or no way leads to the set.
    """
    published = CATALOGUE.get(name)
    if published is None:
        raise DataError(f"there is no image set {name!r}, only {', '.join(CATALOGUE)}")
    return load_published(
        published,
        cache_dir,
        data_dir,
        mirrors=published.mirrors if mirrors is None else mirrors,
        progress=progress or _ignore,
        patience=patience or RetryPolicy(),
    )


def load_published(
    published: PublishedSet,
    cache_dir: Path,
    data_dir: Path | None,
    *,
    mirrors: Sequence[str],
    progress: Progress,
    patience: RetryPolicy,
) -> ImageSet:
    """Loads a set that need not be in the catalogue; otherwise like `load_images`."""
    if not published.files:
        return _load_table(published)
    folders = []
    if data_dir is not None:
        if not os.path.isdir(data_dir):
            raise DataError(f"the folder with data is not there: {data_dir.name}")
        # The cache folder stays this module's own, even if the user names it.
        if os.path.realpath(data_dir) != os.path.realpath(cache_dir):
            folders += [data_dir / published.name, data_dir]
    if can_enter(cache_dir):
        folders.append(cache_dir)
    for folder in folders:
        contents = read_folder(folder, published)
        if contents is not None:
            return _make_set(published, "files", contents)
    try:
        source, contents = _read_cache(
            cache_dir / published.name, published, mirrors, progress, patience
        )
        return _make_set(published, source, contents)
    except DataError as error:
        if published.table is None:
            hint = "LIVENET_DATA_DIR may name a folder that has its files"
            raise DataError(f"{published.name} cannot be had: {error}; {hint}") from None
        _log.warning("%s: %s; the part of it in %s is used", published.name, error,
                     published.table.package)  # fmt: skip
        return _load_table(published)


def _ignore(_file: str, _done: int, _total: int | None) -> None:
    pass


def _read_cache(
    folder: Path,
    published: PublishedSet,
    mirrors: Sequence[str],
    progress: Progress,
    patience: RetryPolicy,
) -> tuple[Source, list[Bytes]]:
    """Reads what was downloaded before and fetches the rest."""
    contents: dict[str, Bytes] = {}
    for file in published.files:
        while (path := find_file(folder, file)) is not None:
            try:
                contents[file.name] = read_file(path, file)
                break
            except DataError as error:
                _log.warning("%s; it is fetched again", error)
                try:
                    path.unlink(missing_ok=True)
                except OSError as why:
                    raise DataError(f"{error}; it cannot be deleted: {why.strerror}") from None
    missing = [file for file in published.files if file.name not in contents]
    fetched = fetch_files(missing, folder, mirrors, progress, patience, published.mirrors)
    contents |= {file.name: content for file, content in zip(missing, fetched, strict=True)}
    return "download" if missing else "files", [contents[file.name] for file in published.files]


def _load_table(published: PublishedSet) -> ImageSet:
    assert published.table is not None
    contents = read_table(published.table, published.shape, len(published.classes))
    return _make_set(published, published.table.package, contents)


def _make_set(published: PublishedSet, source: Source, contents: Sequence[Bytes]) -> ImageSet:
    for content in contents:
        content.setflags(write=False)
    train_images, train_labels, test_images, test_labels = contents
    return ImageSet(
        name=published.name,
        source=source,
        complete=source in ("files", "download") or not published.files,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        classes=published.classes,
        drawing_box=published.drawing_box,
    )
