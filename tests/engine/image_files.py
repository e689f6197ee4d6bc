"""A small image set cut out of real digits, published like MNIST: for every way a file goes bad."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.data.images import CATALOGUE, ImageSet, Progress, PublishedSet, RetryPolicy
from engine.data.images.idx import IdxFile
from engine.data.images.store import load_published
from engine.data.images.tables import read_table

#: For answers that come at once, and connections that are meant to break.
FAST = RetryPolicy(timeout=20.0, slowest=1.0)


def _cut() -> tuple[PublishedSet, dict[str, bytes]]:
    mnist = CATALOGUE["mnist"]
    assert mnist.table is not None
    contents: dict[str, bytes] = {}
    files = []
    arrays = read_table(mnist.table, mnist.shape, 10)
    for file, array, n in zip(mnist.files, arrays, (200, 200, 50, 50), strict=True):
        cut = IdxFile(file.name, (n, *file.shape[1:]), "")
        content = cut.header + np.ascontiguousarray(array[:n]).tobytes()
        contents[file.name] = content
        files.append(dataclasses.replace(cut, sha256=hashlib.sha256(content).hexdigest()))
    return dataclasses.replace(mnist, name="small", files=tuple(files)), contents


#: 200 and 50 digits, and the uncompressed content of their files by name.
SMALL, CONTENTS = _cut()
#: The same without a package to fall back on.
ALONE = dataclasses.replace(SMALL, table=None)
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = (file.name for file in SMALL.files)
#: What a mirror holds.
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENTS.items()}


def write_files(folder: Path, *, packed: bool = False, without: Sequence[str] = ()) -> Path:
    """Writes the small set's files into a folder, but those named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        if name not in without:
            if packed:
                (folder / f"{name}.gz").write_bytes(PACKED[f"{name}.gz"])
            else:
                (folder / name).write_bytes(content)
    return folder


def load_small(
    cache_dir: Path,
    data_dir: Path | None = None,
    *,
    mirrors: Sequence[str] = (),
    progress: Progress = lambda _file, _done, _total: None,
    patience: RetryPolicy = FAST,
    published: PublishedSet = SMALL,
) -> ImageSet:
    """Loads the small set; without mirrors, with no network."""
    return load_published(
        published, cache_dir, data_dir, mirrors=mirrors, progress=progress, patience=patience
    )


def is_small(images: ImageSet) -> bool:
    """Whether a set holds exactly what the small set's files do."""
    arrays = (images.train_images, images.train_labels, images.test_images, images.test_labels)
    return all(
        file.header + array.tobytes() == CONTENTS[file.name]
        for file, array in zip(SMALL.files, arrays, strict=True)
    )


def list_files(folder: Path) -> set[str]:
    """Names of everything below a folder that is a file."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def check_download(images: ImageSet, cache_dir: Path) -> None:
    """Checks that the small set has come whole, and that nothing is left beside it."""
    assert is_small(images)
    assert (images.source, images.complete) == ("download", True)
    assert list_files(cache_dir) == {f"small/{name}" for name in PACKED}
    for name, body in PACKED.items():
        assert (cache_dir / "small" / name).read_bytes() == body
