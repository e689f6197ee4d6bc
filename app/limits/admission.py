"""Who may have a thread: bounded by what is asked for and by who asks, and a line to wait in."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limit:
    """How many there may be at one time.

    Attributes:
        total: of all clients together.
        each: of one client.
    """

    total: int
    each: int


class Admission(Generic[T]):
    """Places of several kinds. Those who find none wait, and clients take turns.

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
        """Takes a place; False if there is none."""
        with self._lock:
            return self._take(kind, client)

    def wait(self, kind: str, client: str, item: T) -> None:
        """Puts somebody into the line, who found no place."""
        with self._lock:
            self._lines[kind].setdefault(client, deque()).append(item)

    def leave_line(self, kind: str, client: str, item: T) -> None:
        """Takes somebody out of the line who waits no longer."""
        with self._lock:
            line = self._lines[kind].get(client)
            if line is not None and item in line:
                line.remove(item)
                if not line:
                    del self._lines[kind][client]

    def give_back(self, kind: str, client: str) -> T | None:
        """Gives a place back; whoever is returned has one now."""
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
