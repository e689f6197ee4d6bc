"""Ends what a cluster on this machine leaves behind when its own process is killed.

A process of its own, which waits for the end of a pipe: the system closes it, whatever ended the
process that held the other end. It imports nothing of LiveNet, so it starts at once and is small.
Ray has one too, which ends the processes of its nodes but not all that these have started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

#: Names the folder in the environment of every process of the cluster.
VARIABLE = "RAY_TMPDIR"
#: How long a process may take to end before it is killed.
PATIENCE_SECONDS = 10.0
_NO_LONGER_NEEDED = b"."


class Reaper:
    """The reaper of this process's cluster, until it is dismissed.

    Args:
        folder: of the cluster; it is removed at the end.
    """

    def __init__(self, folder: str) -> None:
        # A session of its own: Ctrl-C is for the cluster's process.
        self._process = subprocess.Popen(
            [sys.executable, __file__, folder], stdin=subprocess.PIPE, start_new_session=True
        )

    def dismiss(self) -> None:
        """Ends it; nothing is left to do."""
        self._process.communicate(_NO_LONGER_NEEDED)


def _reap(folder: str) -> None:
    """Ends all processes that have the folder in their environment, and removes it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        told: set[int] = set()
        end = time.monotonic() + PATIENCE_SECONDS
        while (left := _find_processes(folder)) and time.monotonic() < end:
            for process in left - told:
                with suppress(ProcessLookupError):
                    os.kill(process, number)
            told |= left
            time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def _find_processes(folder: str) -> set[int]:
    """The processes of the cluster; none where the system has no /proc."""
    mark = f"{VARIABLE}={folder}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found - {os.getpid()}


if __name__ == "__main__":
    if sys.stdin.buffer.read() != _NO_LONGER_NEEDED:
        _reap(sys.argv[1])
