"""Parked connections: a bounded set without threads, each with a deadline."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Waiter(Protocol):
    """An item that can wait: its client and its deadline.

    Attributes:
        client_name: whose it is.
        deadline: until when it may wait, seconds of the monotonic clock.
    """

    client_name: str
    deadline: float


W = TypeVar("W", bound=Waiter)


class Waiting(Generic[W]):
    """Bounded set of waiting items, by client, oldest first.

    Args:
        limit: how many there may be.
        each: how many of one client.
    """

    def __init__(self, limit: int, each: int) -> None:
        self._limit, self._each = limit, each
        self._size = 0
        self._by_client: dict[str, dict[W, None]] = {}

    def __contains__(self, waiter: W) -> bool:
        return waiter in self._by_client.get(waiter.client_name, ())

    def add(self, waiter: W) -> W | None:
        """Adds a connection; returns the one that is evicted for it, if any.

        That is the oldest of the same client if it has more than its share; else the oldest
        of whoever has most.
        """
        mine = self._by_client.setdefault(waiter.client_name, {})
        mine[waiter] = None
        self._size += 1
        if len(mine) > self._each:
            return next(iter(mine))
        return self.find_oldest() if self._size > self._limit else None

    def find_oldest(self) -> W | None:
        """Returns the oldest connection of the client that has most; None if there is none."""
        most = max(self._by_client.values(), key=len, default=None)
        return next(iter(most)) if most else None

    def remove(self, waiter: W) -> None:
        """Takes a connection out, which must be there."""
        mine = self._by_client[waiter.client_name]
        del mine[waiter]
        if not mine:
            del self._by_client[waiter.client_name]
        self._size -= 1

    def list(self) -> list[W]:
        """Returns all connections."""
        return [waiter for mine in self._by_client.values() for waiter in mine]

    def list_overdue(self, now: float) -> list[W]:
        """Returns the connections that have waited too long."""
        return [w for mine in self._by_client.values() for w in mine if w.deadline <= now]
