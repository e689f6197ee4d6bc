"""The connections that are open, so that there are not too many and all can be ended."""

from __future__ import annotations

import threading

from app.protocol.outbox import Outbox


class Connections:
    """A bounded set of the outboxes of open connections.

    Args:
        limit: how many there may be.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._changed = threading.Condition()
        self._outboxes: set[Outbox] = set()
        self._closing = False

    def add(self, outbox: Outbox) -> bool:
        """Notes a connection; False if there are too many or the server stops."""
        with self._changed:
            if self._closing or len(self._outboxes) >= self._limit:
                return False
            self._outboxes.add(outbox)
            return True

    def remove(self, outbox: Outbox) -> None:
        """Forgets a connection."""
        with self._changed:
            self._outboxes.discard(outbox)
            self._changed.notify_all()

    def close(self) -> None:
        """Ends all connections because the server stops (1001) and takes no more."""
        with self._changed:
            self._closing = True
            outboxes = list(self._outboxes)
        for outbox in outboxes:
            outbox.close(1001, "the server stops")

    def wait_closed(self, timeout: float) -> None:
        """Waits until all connections have ended, but not for ever."""
        with self._changed:
            self._changed.wait_for(lambda: not self._outboxes, timeout)
