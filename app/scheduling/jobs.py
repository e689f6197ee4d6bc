"""Jobs: functions that a session's worker runs for a request, between two turns."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

MAX_JOBS = 8

T = TypeVar("T")


class Jobs:
    """A bounded queue of functions, each with a future for its result."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Callable[[], Any], Future[Any]]] = deque()

    def __bool__(self) -> bool:
        return bool(self._queue)

    def add(self, job: Callable[[], T]) -> Future[T] | None:
        """Queues a function; None if too many wait already."""
        if len(self._queue) >= MAX_JOBS:
            return None
        future: Future[T] = Future()
        self._queue.append((job, future))
        return future

    def run(self, until: float) -> None:
        """Runs queued functions until a deadline; cancelled ones are skipped.

        Args:
            until: when no more is begun (monotonic seconds).
        """
        while self._queue and time.monotonic() < until:
            job, future = self._queue.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)
