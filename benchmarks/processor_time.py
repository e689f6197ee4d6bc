"""Processor time of processes and all their descendants."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def read_processor_time(process: int) -> float:
    """Returns the seconds of a process, its living descendants and those that have ended.

    0 where there is no /proc.
    """
    ticks = 0
    for found in _find_tree(process):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{found}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _find_tree(process: int) -> Iterator[int]:
    yield process
    with contextlib.suppress(OSError):
        for thread in list(Path(f"/proc/{process}/task").iterdir()):
            with contextlib.suppress(OSError):
                for child in (thread / "children").read_text().split():
                    yield from _find_tree(int(child))
