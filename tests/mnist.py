"""Where the real MNIST lies on this machine: beside the repository, or in LIVENET_DATA_DIR."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_FIRST = "train-images-idx3-ubyte"


def find_mnist() -> Path | None:
    """The folder with the four files; None if there is none."""
    folders = [Path(__file__).parents[2] / "shared" / "data" / "mnist"]
    if chosen := os.environ.get("LIVENET_DATA_DIR"):
        folders += [Path(chosen) / "mnist", Path(chosen)]
    for folder in folders:
        if any((folder / name).is_file() for name in (_FIRST, f"{_FIRST}.gz")):
            return folder
    return None


def need_mnist() -> Path:
    """The folder with the four files; skips the test that needs them if there is none."""
    folder = find_mnist()
    if folder is None:
        pytest.skip("needs the four files of MNIST: set LIVENET_DATA_DIR to their folder")
    return folder
