"""Admission control: limits requests in progress by kind and client, and queues the others."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limit:
    """Concurrency limit of one kind of request.

    Attributes:
        total: of all clients together.
        each: of one client.
    """

    total: int
    each: int


class Admission(Generic[T]):
    """Semaphores by kind, with a limit for each client and a queue in which clients take turns.

    Args:
        limits: the places of each kind.
    """

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()
        self._taken_by: Counter[tuple[str, str]] = Counter()
        self._lines: dict[str, dict[str, deque[T]]] = {kind: {} for kind in limits}

    def take(self, kind: str, client: str) -> bool:
        """Acquires a place; False if there is none."""
        with self._lock:
            return self._take(kind, client)

    def wait(self, kind: str, client: str, item: T) -> None:
        """Queues an item that found no place."""
        with self._lock:
            self._lines[kind].setdefault(client, deque()).append(item)

    def leave_line(self, kind: str, client: str, item: T) -> None:
        """Removes an item from the queue."""
        with self._lock:
            line = self._lines[kind].get(client)
            if line is not None and item in line:
                line.remove(item)
                if not line:
                    del self._lines[kind][client]

    def give_back(self, kind: str, client: str) -> T | None:
        """Releases a place; the item that is returned, if any, has it now."""
        with self._lock:
            self._taken[kind] -= 1
            self._taken_by[kind, client] -= 1
            if not self._taken_by[kind, client]:
                del self._taken_by[kind, client]
            lines = self._lines[kind]
            for other in [*lines]:
                if self._take(kind, other):
                    # To the end: the next place is for somebody else.
                    line = lines.pop(other)
                    item = line.popleft()
                    if line:
                        lines[other] = line
                    return item
            return None

    def _take(self, kind: str, client: str) -> bool:
        limit = self._limits[kind]
        if self._taken[kind] >= limit.total or self._taken_by[kind, client] >= limit.each:
            return False
        self._taken[kind] += 1
        self._taken_by[kind, client] += 1
        return True
