"""The store of image sets: loaded in the background, with a status; what failed is tried anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine import DataError
from engine.data.image_store import ImageStore, Status
from tests.app.servers import wait_until
from tests.engine.image_files import PACKED, TRAIN_IMAGES
from tests.engine.image_mirror import Mirror, run_mirror

NAME = f"{TRAIN_IMAGES}.gz"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """A mirror with the files of another set: what comes has the wrong sum."""
    with run_mirror(PACKED) as mirror:
        yield mirror


def wait_for(store: ImageStore, name: str, state: str) -> Status:
    wait_until(lambda: store.status(name).state == state, f"{name} is {state}")
    return store.status(name)


def test_a_set_is_loaded_in_the_background(tmp_path: Path) -> None:
    with closing(ImageStore(tmp_path, mirrors=())) as store:
        assert store.status("digits") == Status("absent")
        assert store.peek("digits") is None
        store.request("a", "digits")
        assert store.status("digits").state in ("loading", "ready")
        assert wait_for(store, "digits", "ready") == Status("ready")
        wait_until(lambda: store.peek("digits"), "it is kept")
        assert store.peek("digits") is store.get("digits")


def test_who_asked_is_told_once_that_it_failed_and_may_ask_anew(
    tmp_path: Path, mirror: Mirror
) -> None:
    reported: list[tuple[str, int]] = []
    store = ImageStore(
        tmp_path, mirrors=[mirror.url], progress=lambda file, done, _: reported.append((file, done))
    )
    with closing(store):
        store.request("a", "fashion_mnist")
        failed = wait_for(store, "fashion_mnist", "failed")
        assert failed.message.startswith("fashion_mnist cannot be had: ")
        assert reported
        assert {file for file, _ in reported} == {NAME}
        with pytest.raises(DataError) as caught:
            store.request("a", "fashion_mnist")
        assert (caught.value.message, caught.value.path) == (failed.message, "data.name")
        asked = mirror.count(NAME)
        store.request("a", "fashion_mnist")
        wait_for(store, "fashion_mnist", "failed")
        assert mirror.count(NAME) == 2 * asked
        # Another one has not been told anything of it: it is tried for that one, too.
        store.request("b", "fashion_mnist")
        wait_for(store, "fashion_mnist", "failed")
        assert mirror.count(NAME) == 3 * asked


def test_who_has_withdrawn_hears_of_no_failure(tmp_path: Path, mirror: Mirror) -> None:
    with closing(ImageStore(tmp_path, mirrors=[mirror.url])) as store:
        store.request("a", "fashion_mnist")
        wait_for(store, "fashion_mnist", "failed")
        store.withdraw("a")
        store.request("a", "fashion_mnist")
        wait_for(store, "fashion_mnist", "failed")
