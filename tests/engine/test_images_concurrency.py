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

from tests.engine.image_files import PACKED, TRAIN_IMAGES, is_small, list_files, load_small
from tests.engine.image_mirror import Answer, Mirror, Request, run_mirror, serve

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


def test_what_killed_downloads_left_goes_away_in_time(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tests.engine.image_files import *;"
        "load_small(Path(sys.argv[1]), mirrors=[sys.argv[2]],"
        " progress=lambda file, done, total: os._exit(9) if done else None)"
    )
    with run_mirror(PACKED) as mirror:
        killed = [sys.executable, "-c", code, str(tmp_path), mirror.url]
        assert subprocess.run(killed, cwd=ROOT, timeout=90, check=False).returncode == 9
        (left,) = (tmp_path / "small").iterdir()
        assert is_small(load_small(tmp_path, mirrors=[mirror.url]))
        assert left.exists(), "it may be another's that is still under way"
        yesterday = time.time() - 90_000
        os.utime(left, (yesterday, yesterday))
        (tmp_path / "small" / NAME).unlink()
        assert is_small(load_small(tmp_path, mirrors=[mirror.url]))
    assert list_files(tmp_path) == ALL
