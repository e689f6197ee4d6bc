"""Background runner: one thread that trains copies for all sessions in short slices.

Sessions go first: a slice is far shorter than a turn, and after it the thread rests, the longer the
busier the process is. Tasks take turns, so a long one holds up no other.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import Protocol

#: Training between two rests.
SLICE_SECONDS = 0.01
#: Tasks that may wait for their turn; one more is told that the server is busy.
MAX_WAITING = 16
#: Rests are as long as slices while nothing else runs, and so many times longer on busy cores.
_REST, _BUSY_REST = 1.0, 8.0
#: A slice that took longer, since something was compiled or others had the cores, counts as this.
_LONGEST_SLICE = 4 * SLICE_SECONDS


class BackgroundTask(Protocol):
    """Training that goes on in slices.

    Attributes:
        cancelled: nobody wants its result any more.
    """

    cancelled: bool

    def advance(self, seconds: float) -> bool:
        """Trains for about so long, and tells what there is to tell; False at the end.

        Called without a lock, perhaps after the task was cancelled.
        """
        ...


class BackgroundRunner:
    """Thread that trains the copies of all sessions."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tasks: deque[BackgroundTask] = deque()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._load = _CpuLoad()

    def add(self, task: BackgroundTask) -> bool:
        """Adds a task; False if too many wait."""
        with self._changed:
            self._tasks = deque(one for one in self._tasks if not one.cancelled)
            if self._closing or len(self._tasks) > MAX_WAITING:
                return False
            self._tasks.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="trials", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return True

    def close(self) -> None:
        """Ends the thread after its slice."""
        with self._changed:
            self._closing = True
            self._tasks.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            begun = time.monotonic()
            goes_on = not task.cancelled and task.advance(SLICE_SECONDS)
            with self._changed:
                if not goes_on and task in self._tasks:
                    self._tasks.remove(task)
            self._rest(time.monotonic() - begun)

    def _next(self) -> BackgroundTask | None:
        """Waits for a task, and returns the one whose turn it is."""
        with self._changed:
            if not self._tasks and not self._closing:
                self._changed.wait_for(lambda: self._tasks or self._closing)
                self._load.begin()
            if self._closing:
                return None
            self._tasks.rotate(-1)
            return self._tasks[-1]

    def _rest(self, took: float) -> None:
        rest = find_rest(took, self._load.measure())
        with self._changed:
            self._changed.wait_for(lambda: self._closing, rest)


def find_rest(took: float, load: float) -> float:
    """Returns how long the runner rests after a slice, seconds.

    Args:
        took: how long the slice took, seconds.
        load: the share of the cores that other threads of this process use, 0 to 1.
    """
    return min(took, _LONGEST_SLICE) * (_REST + _BUSY_REST * load)


class _CpuLoad:
    """CPU load of the other threads of the process."""

    def __init__(self) -> None:
        affinity = getattr(os, "sched_getaffinity", None)
        self._cores = len(affinity(0)) if affinity else os.cpu_count() or 1
        self._busy = 0.0
        self.begin()

    def begin(self) -> None:
        """Measures from now on."""
        self._last = time.monotonic(), time.process_time() - time.thread_time()

    def measure(self) -> float:
        """Returns the share of CPU time that other threads used lately, 0 to 1, smoothed."""
        now = time.monotonic(), time.process_time() - time.thread_time()
        seconds, used = now[0] - self._last[0], now[1] - self._last[1]
        if seconds > 0:
            share = min(1.0, max(0.0, used / (seconds * self._cores)))
            self._busy += (share - self._busy) / 4
            self._last = now
        return self._busy
