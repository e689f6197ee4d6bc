"""Garbage collection of a server: full collections in a thread of their own, off the turns."""

from __future__ import annotations

import gc
import itertools
import threading

#: From one full collection to the next. The first comes once the server has warmed up.
SECONDS = 60.0
_NEVER = 1 << 30


class GarbageCollector:
    """Makes full collections now and then, which Python would make within somebody's turn.

    A full collection stops all threads, for as long as there are objects to look at. What is there
    at the first one, modules and compiled programs, is looked at no more.

    Args:
        seconds: from one full collection to the next.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._collect, name="garbage", daemon=True)

    def start(self) -> None:
        """Takes full collections over from Python."""
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _NEVER)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; for tests."""
        self._stopped.set()
        self._thread.join()

    def _collect(self) -> None:
        for number in itertools.count():
            if self._stopped.wait(self._seconds):
                return
            gc.collect()
            if number == 0:
                gc.freeze()
