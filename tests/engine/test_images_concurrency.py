"""Several loads of the same set at once: they share a folder and do not harm each other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from engine.data.images.part_files import PartFile
from tests.engine.image_files import PACKED, TRAIN_IMAGES, is_small, list_files, load_small
from tests.engine.image_mirror import Answer, Mirror, Request, break_off, run_mirror, serve

ROOT = Path(__file__).parents[2]
NAME = f"{TRAIN_IMAGES}.gz"
BODY = PACKED[NAME]
ALL = {f"small/{name}" for name in PACKED}


@contextmanager
def meet(n: int) -> Iterator[Mirror]:
    """A mirror whose first file is not served before `n` clients have half of it."""
    barrier = threading.Barrier(n)

    def answer(request: Request) -> None:
        half = len(request.body) // 2
        request.send_head(200, Content_Length=len(request.body))
        request.send(request.body[:half])
        barrier.wait(60)
        request.send(request.body[half:])

    with run_mirror(PACKED, *[answer] * n, serve, only=NAME) as mirror:
        yield mirror


def test_threads(tmp_path: Path) -> None:
    with meet(4) as mirror, ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load_small, tmp_path, mirrors=[mirror.url]) for _ in range(4)]
        assert all(is_small(load.result()) for load in loads)
    assert list_files(tmp_path) == ALL
    assert mirror.count(NAME) == 4


def test_processes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.engine.image_files import *;"
        "images = load_small(Path(sys.argv[1]), mirrors=[sys.argv[2]]);"
        "print(is_small(images), images.source)"
    )
    with meet(2) as mirror:
        running = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path), mirror.url],
                cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        said = [process.communicate(timeout=90)[0] for process in running]
    assert said == ["True download\n"] * 2
    assert list_files(tmp_path) == ALL


def test_one_that_comes_later_overtakes(tmp_path: Path) -> None:
    """Each writes to a part of its own, and both end up with the same good file."""
    started, go_on = threading.Event(), threading.Event()

    def wait(request: Request) -> None:
        request.send_head(200, Content_Length=len(request.body))
        request.send(request.body[:1000])
        started.set()
        go_on.wait(60)
        request.send(request.body[1000:])

    answers: list[Answer] = [wait, serve]
    with run_mirror(PACKED, *answers, only=NAME) as mirror, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(load_small, tmp_path, mirrors=[mirror.url])
        assert started.wait(60)
        assert is_small(load_small(tmp_path, mirrors=[mirror.url]))
        assert (tmp_path / "small" / NAME).read_bytes() == BODY
        go_on.set()
        assert is_small(slow.result())
    assert list_files(tmp_path) == ALL


def test_only_one_goes_on_with_what_was_left(tmp_path: Path) -> None:
    with run_mirror(PACKED, break_off(200), only=NAME) as mirror:
        load_small(tmp_path, mirrors=[mirror.url])
        url = f"{mirror.url}/{NAME}"
    (left,) = list_files(tmp_path / "small")
    folder = tmp_path / "small"
    with PartFile(folder, NAME, url) as first, PartFile(folder, NAME, url) as second:
        assert first.path != second.path
        assert first.path.read_bytes() == BODY[:1000]
        assert second.path.read_bytes() == b""
        second.file.write(BODY[:5])
    # Whoever leaves last gives back what it has.
    assert list_files(folder) == {left}
    assert (folder / left).read_bytes() == BODY[:1000]


def test_what_killed_downloads_left_goes_away_in_time(tmp_path: Path) -> None:
    old, young = (tmp_path / f"{NAME}.00000000.{token}.part" for token in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"begun")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    with PartFile(tmp_path, NAME, "http://somewhere"):
        assert not old.exists()
        assert young.exists()


def test_a_finished_download_leaves_no_parts_of_other_mirrors(tmp_path: Path) -> None:
    for url in ("http://one", "http://two"):
        with PartFile(tmp_path, NAME, url) as part:
            part.file.write(b"begun")
    assert len(list_files(tmp_path)) == 2
    with PartFile(tmp_path, NAME, "http://three") as part:
        part.file.write(BODY)
        part.accept()
    assert list_files(tmp_path) == {NAME}
    assert (tmp_path / NAME).read_bytes() == BODY
