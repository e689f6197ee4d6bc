"""Connections of a front to session servers, kept open from one request to the next."""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse

from app.cluster.membership import Member

CONNECT_SECONDS = 5.0
#: Longer than a session's worker may take for a job.
ANSWER_SECONDS = 60.0
#: Shorter than a session server keeps a connection that says nothing, so that no request is sent
#: on one that is just being closed.
KEEP_SECONDS = 10.0
#: How many connections to one server may wait for their next request.
MAX_KEPT = 64


class Answer:
    """Answer to a request, whose body is still to be read.

    Attributes:
        response: status, headers and body.
    """

    def __init__(self, pool: ConnectionPool, member: Member, connection: HTTPConnection) -> None:
        self.response: HTTPResponse = connection.getresponse()
        self._pool, self._member, self._connection = pool, member, connection

    def close(self) -> None:
        """Gives the connection back if the body was read to its end, else closes it."""
        if self.response.isclosed() and not self.response.will_close:
            self._pool.keep(self._member, self._connection)
        else:
            self._connection.close()


class ConnectionPool:
    """Connections that wait for their next request, by session server, the latest on top."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Member, list[tuple[float, HTTPConnection]]] = {}

    def ask(
        self, member: Member, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Makes a request to a session server and returns the answer; `close` must follow.

        Raises:
            ConnectionRefusedError: it takes no connection.
            OSError: it does not answer; it may have done what was asked.
            HTTPException: what it answers is no HTTP.
        """
        connection = self._take(member) or _connect(member)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            return Answer(self, member, connection)
        except BaseException:
            connection.close()
            raise

    def keep(self, member: Member, connection: HTTPConnection) -> None:
        """Keeps a connection for the next request; closes those that have waited for long."""
        now = time.monotonic()
        with self._lock:
            for other, kept in [*self._kept.items()]:
                fresh = [one for one in kept if now - one[0] <= KEEP_SECONDS]
                _close(kept[: len(kept) - len(fresh)])
                self._kept[other] = fresh
                if not fresh:
                    del self._kept[other]
            kept = self._kept.setdefault(member, [])
            kept.append((now, connection))
            if len(kept) > MAX_KEPT:
                _close([kept.pop(0)])

    def close(self) -> None:
        """Closes all connections that wait."""
        with self._lock:
            for kept in self._kept.values():
                _close(kept)
            self._kept.clear()

    def _take(self, member: Member) -> HTTPConnection | None:
        """Returns a connection that can be used; None if none is waiting."""
        with self._lock:
            kept = self._kept.get(member, [])
            while kept:
                since, connection = kept.pop()
                if time.monotonic() - since <= KEEP_SECONDS and not _is_dropped(connection):
                    return connection
                connection.close()
            return None


def _is_dropped(connection: HTTPConnection) -> bool:
    """Whether the server has closed a connection, or says what nobody has asked."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _connect(member: Member) -> HTTPConnection:
    connection = HTTPConnection(member.host, member.port, timeout=CONNECT_SECONDS)
    connection.connect()
    connection.sock.settimeout(ANSWER_SECONDS)
    return connection


def _close(kept: list[tuple[float, HTTPConnection]]) -> None:
    for _, connection in kept:
        with contextlib.suppress(OSError):
            connection.close()
