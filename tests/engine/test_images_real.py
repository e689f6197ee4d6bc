"""The real, whole MNIST: from files, and over a line that breaks."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from engine import DataError
from engine.data.images import CATALOGUE, ImageSet, load_images
from tests.engine.image_files import list_files
from tests.engine.image_mirror import break_off, run_mirror, serve

NAMES = [file.name for file in CATALOGUE["mnist"].files]


@pytest.fixture(scope="module")
def mnist(mnist_folder: Path) -> ImageSet:
    return load_images("mnist", mnist_folder / "nowhere", mnist_folder, mirrors=())


def test_the_whole_set(mnist: ImageSet) -> None:
    assert (mnist.name, mnist.source, mnist.complete) == ("mnist", "files", True)
    assert mnist.train_images.shape == (60_000, 28, 28)
    assert mnist.test_images.shape == (10_000, 28, 28)
    assert mnist.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(mnist.train_labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    # The figures that everybody normalizes MNIST with.
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_a_set_is_loaded_within_a_second(mnist: ImageSet, mnist_folder: Path) -> None:
    """The time of this thread alone, since others may be at work on this machine."""
    before = time.thread_time()
    load_images("mnist", mnist_folder / "nowhere", mnist_folder, mirrors=())
    assert time.thread_time() - before < 1.0


def test_from_a_mirror_that_breaks_off(tmp_path: Path, mnist: ImageSet, mnist_folder: Path) -> None:
    if not (mnist_folder / f"{NAMES[0]}.gz").exists():
        pytest.skip("needs the compressed files of MNIST")
    files = {f"{name}.gz": (mnist_folder / f"{name}.gz").read_bytes() for name in NAMES}
    first = f"{NAMES[0]}.gz"
    with run_mirror(files, break_off(5_000_000), serve, only=first) as mirror:
        found = load_images("mnist", tmp_path, mirrors=[mirror.url])
    assert found.source == "download"
    assert np.array_equal(found.train_images, mnist.train_images)
    assert np.array_equal(found.test_labels, mnist.test_labels)
    assert mirror.count(first) == 2
    assert list_files(tmp_path) == {f"mnist/{name}" for name in files}


def test_mnists_files_are_no_fashion(tmp_path: Path, mnist_folder: Path) -> None:
    """The names are the same: good files of another set are as good as none, not an error."""
    with pytest.raises(DataError, match=r"^fashion_mnist cannot be had: .* comes from no mirror"):
        load_images("fashion_mnist", tmp_path, mnist_folder, mirrors=())


def test_a_part_of_another_set_is_an_error(tmp_path: Path, mnist_folder: Path) -> None:
    for file in mnist_folder.iterdir():
        if file.name.startswith(tuple(NAMES[1:])):
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(DataError, match=r"^train-images-idx3-ubyte is missing beside"):
        load_images("fashion_mnist", tmp_path / "cache", tmp_path, mirrors=())


@pytest.mark.parametrize("name", NAMES)
def test_a_real_file_that_is_cut_short_is_named(
    tmp_path: Path, mnist_folder: Path, name: str
) -> None:
    for file in mnist_folder.iterdir():
        if file.name.startswith(name):
            (tmp_path / file.name).write_bytes(file.read_bytes()[:-1])
        elif file.name.startswith(tuple(NAMES)):
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(DataError, match=rf"^{name}(\.gz)? is cut short"):
        load_images("mnist", tmp_path / "cache", tmp_path, mirrors=())
