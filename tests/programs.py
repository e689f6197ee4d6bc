"""Compiled programs, which all test processes and their servers share, and the next run finds."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".cache" / "livenet-tests"


@contextmanager
def compile_alone(what: str) -> Iterator[None]:
    """Lets one process compile the first time while the others wait, and find it on disk.

    Args:
        what: is compiled; what has been compiled once is not waited for.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = FOLDER / f"{what}.done"
    if done.exists():
        yield
        return
    with (FOLDER / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        done.touch()
