"""Reads the IDX files of a set from a folder, plain or compressed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from engine.base.arrays import Bytes
from engine.base.errors import DataError
from engine.data.images.catalogue import CATALOGUE, PublishedSet
from engine.data.images.idx import IdxFile, read_idx


def find_cache_dir(environ: Mapping[str, str]) -> Path:
    """Returns the folder for what can be had again: `LIVENET_CACHE_DIR`, or the user's cache."""
    if chosen := environ.get("LIVENET_CACHE_DIR", "").strip():
        return Path(chosen)
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "livenet"


def can_enter(folder: Path) -> bool:
    """Whether a folder is there and files in it can be looked for."""
    try:
        os.stat(os.path.join(folder, os.curdir))
    except OSError:
        return False
    return True


def find_file(folder: Path, file: IdxFile) -> Path | None:
    """Finds a file in a folder, plain before compressed; None if it is not there.

    Raises:
        DataError: the folder cannot be looked into.
    """
    for name in (file.name, f"{file.name}.gz"):
        try:
            (folder / name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise DataError(f"{name} cannot be read: {error.strerror or error}") from None
        return folder / name
    return None


def read_file(path: Path, file: IdxFile) -> Bytes:
    """Reads and checks a file that was found.

    Raises:
        DataError: it cannot be read, or is not the published file; the text names it.
    """
    return read_idx(path, file, packed=path.suffix == ".gz")


def read_folder(folder: Path, published: PublishedSet) -> list[Bytes] | None:
    """Reads a set that the user has put into a folder.

    Returns:
        The content of each file; None if none is there, or all are another set's.

    Raises:
        DataError: some are there and one is missing or bad; the text names it.
    """
    if all(find_file(folder, file) is None for file in published.files):
        return None
    try:
        return _read_all(folder, published)
    except DataError:
        if _holds_another_set(folder, published):
            return None
        raise


def _read_all(folder: Path, published: PublishedSet) -> list[Bytes]:
    contents = []
    for file in published.files:
        path = find_file(folder, file)
        if path is None:
            raise DataError(f"{file.name} is missing beside the other files of {published.name}")
        contents.append(read_file(path, file))
    return contents


def _holds_another_set(folder: Path, published: PublishedSet) -> bool:
    """Whether the files are those of another set with the same names, whole and sound."""
    for other in CATALOGUE.values():
        if other.files and other.name != published.name:
            with suppress(DataError):
                _read_all(folder, other)
                return True
    return False
