"""Registry of open connections: bounded in number, closed when the server stops."""

from __future__ import annotations

import threading
from functools import partial

from app.files.link_payloads import LinkPayloads
from app.hosting.session_host import SessionHost
from app.limits.event_counter import EventCounter
from app.limits.session_rates import SessionRates
from app.transports.stream import Connection


class Connections:
    """Opens connections of the stream and keeps track of them.

    Args:
        host: where sessions live.
        payloads: what links carry.
        max_message_bytes: the longest message of a client.
        limit: how many may be open at one time, beside those that wait for a session.
        rates: of the sessions that clients begin; None for no limit.

    Attributes:
        errors: those that clients were told of, by code.
    """

    def __init__(
        self,
        host: SessionHost,
        payloads: LinkPayloads,
        max_message_bytes: int,
        limit: int,
        rates: SessionRates | None = None,
    ) -> None:
        self.max_message_bytes = max_message_bytes
        self._host = host
        self._payloads = payloads
        self._limit = limit
        self._rates = rates
        self.errors = EventCounter()
        self._changed = threading.Condition()
        self._open: set[Connection] = set()
        self._closing = False

    def open(self, client: str = "") -> Connection:
        """Opens a connection; one too many is closed already (1013), with an error to send.

        Args:
            client: whose limits it counts against.
        """
        connection = Connection(
            self._host,
            self._payloads,
            self.max_message_bytes,
            self._remove,
            partial(self._rates.charge, client) if self._rates else lambda: None,
            self.errors.add,
            client,
        )
        with self._changed:
            # Who waits in the line is counted there, and takes no connection from who has a place.
            accepted = not self._closing and len(self._open) - self._host.waiting < self._limit
            if accepted:
                self._open.add(connection)
        if not accepted:
            text = "too many connections; try again later"
            connection.outbox.put_error("session_limit", text)
            connection.outbox.close(1013, "too many connections")
        return connection

    @property
    def count(self) -> int:
        """How many are open."""
        with self._changed:
            return len(self._open)

    @property
    def limit(self) -> int:
        """How many may be."""
        return self._limit

    def _remove(self, connection: Connection) -> None:
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    def close(self) -> None:
        """Closes all connections because the server stops (1001) and accepts no more."""
        with self._changed:
            self._closing = True
            open_ones = list(self._open)
        for connection in open_ones:
            connection.outbox.close(1001, "the server stops")

    def wait_closed(self, timeout: float) -> None:
        """Waits until all connections have ended, or for so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout)
