"""Parked connections: a bounded set without threads, each with a deadline."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Parked(Protocol):
    """A connection without a thread: its client and its deadline.

    Attributes:
        client_name: whose it is.
        deadline: until when it may wait, seconds of the monotonic clock.
    """

    client_name: str
    deadline: float


P = TypeVar("P", bound=Parked)


class ParkedConnections(Generic[P]):
    """Bounded set of parked connections, by client, oldest first.

    Args:
        limit: how many there may be.
        each: how many of one client.
    """

    def __init__(self, limit: int, each: int) -> None:
        self._limit, self._each = limit, each
        self._size = 0
        self._by_client: dict[str, dict[P, None]] = {}

    def __contains__(self, connection: P) -> bool:
        return connection in self._by_client.get(connection.client_name, ())

    def add(self, connection: P) -> P | None:
        """Adds a connection; returns the one that is evicted for it, if any.

        That is the oldest of the same client if it has more than its share; else the oldest
        of whoever has most.
        """
        mine = self._by_client.setdefault(connection.client_name, {})
        mine[connection] = None
        self._size += 1
        if len(mine) > self._each:
            return next(iter(mine))
        return self.find_oldest() if self._size > self._limit else None

    def find_oldest(self) -> P | None:
        """Returns the oldest connection of the client that has most; None if there is none."""
        most = max(self._by_client.values(), key=len, default=None)
        return next(iter(most)) if most else None

    def remove(self, connection: P) -> None:
        """Takes a connection out, which must be there."""
        mine = self._by_client[connection.client_name]
        del mine[connection]
        if not mine:
            del self._by_client[connection.client_name]
        self._size -= 1

    def list(self) -> list[P]:
        """Returns all connections."""
        return [connection for mine in self._by_client.values() for connection in mine]

    def list_overdue(self, now: float) -> list[P]:
        """Returns the connections that have waited too long."""
        return [one for mine in self._by_client.values() for one in mine if one.deadline <= now]
