"""Downloads over lines that break: real servers, real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import DataError
from engine.data.images import RetryPolicy
from tests.engine.image_files import (
    ALONE,
    FAST,
    PACKED,
    TRAIN_IMAGES,
    check_download,
    is_small,
    list_files,
    load_small,
)
from tests.engine.image_mirror import (
    Answer,
    Request,
    break_off,
    hang_after,
    redirect,
    run_mirror,
    serve,
)

NAME = f"{TRAIN_IMAGES}.gz"
BODY = PACKED[NAME]
HALF = len(BODY) // 2


def test_a_good_mirror(tmp_path: Path) -> None:
    said: list[tuple[str, int, int | None]] = []
    with run_mirror(PACKED) as mirror:
        images = load_small(
            tmp_path, mirrors=[mirror.url], progress=lambda *told: said.append(told)
        )
    check_download(images, tmp_path)
    for name, body in PACKED.items():
        told = [(done, total) for file, done, total in said if file == name]
        assert told[0] == (0, len(body))
        assert told[-1] == (len(body), len(body))
        assert told == sorted(told)
    assert mirror.count(NAME) == 1
    # The second time nobody is asked.
    again = load_small(tmp_path, mirrors=[mirror.url])
    assert is_small(again)
    assert (again.source, again.complete) == ("files", True)


def test_a_connection_that_breaks_is_tried_again_from_the_beginning(tmp_path: Path) -> None:
    with run_mirror(PACKED, break_off(HALF), break_off(100), serve, only=NAME) as mirror:
        images = load_small(tmp_path, mirrors=[mirror.url])
    check_download(images, tmp_path)
    assert mirror.count(NAME) == 3


def test_another_mirror_is_asked_before_one_that_broke_is_asked_again(tmp_path: Path) -> None:
    with (
        run_mirror(PACKED, break_off(HALF), only=NAME) as broken,
        run_mirror(PACKED, break_off(HALF), serve, only=NAME) as good,
    ):
        check_download(load_small(tmp_path, mirrors=[broken.url, good.url]), tmp_path)
    assert (broken.count(NAME), good.count(NAME)) == (2, 2)


def test_a_connection_that_always_breaks_is_given_up(tmp_path: Path) -> None:
    with run_mirror(PACKED, break_off(10), only=NAME) as mirror, pytest.raises(DataError) as caught:
        load_small(tmp_path, mirrors=[mirror.url], published=ALONE)
    assert mirror.count(NAME) == FAST.attempts
    said = caught.value.message
    assert f"{NAME} comes from no mirror: 127.0.0.1 " in said
    assert f"10 bytes read, {len(BODY) - 10} more expected" in said
    assert list_files(tmp_path) == set()


def test_whoever_watches_may_end_it(tmp_path: Path) -> None:
    class EndError(Exception):
        pass

    def end(file: str, done: int, total: int | None) -> None:
        if file == NAME and done > 0:
            raise EndError

    with run_mirror(PACKED, hang_after(HALF), serve, only=NAME) as mirror:
        with pytest.raises(EndError):
            load_small(tmp_path, mirrors=[mirror.url], progress=end)
        assert list_files(tmp_path) == set()
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)


def test_a_mirror_that_stops_in_the_middle_is_asked_again(tmp_path: Path) -> None:
    patience = RetryPolicy(timeout=0.4, slowest=1.0, attempts=2)
    with run_mirror(PACKED, hang_after(HALF), serve, only=NAME) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url], patience=patience), tmp_path)
    assert mirror.count(NAME) == 2


def test_redirects_are_followed(tmp_path: Path) -> None:
    with run_mirror(PACKED) as end, run_mirror(PACKED, redirect(end.url)) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert end.count(NAME) == mirror.count(NAME) == 1


def send_unmeasured(request: Request) -> None:
    request.send_head(200)
    request.send(request.body)


def send_chunked(request: Request) -> None:
    request.send_head(200, Transfer_Encoding="chunked")
    for at in range(0, len(request.body), 1000):
        chunk = request.body[at : at + 1000]
        request.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    request.send(b"0\r\n\r\n")


@pytest.mark.parametrize("answer", [send_unmeasured, send_chunked])
def test_a_server_that_does_not_say_how_long_the_file_is(tmp_path: Path, answer: Answer) -> None:
    totals: set[int | None] = set()
    with run_mirror(PACKED, answer, only=NAME) as mirror:
        images = load_small(
            tmp_path,
            mirrors=[mirror.url],
            progress=lambda file, _done, total: totals.add(total) if file == NAME else None,
        )
    check_download(images, tmp_path)
    assert totals == {None}
