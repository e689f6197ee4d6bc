"""gunicorn worker in which a connection gets a thread only once its request is complete.

The loop that accepts connections also reads the heads of requests and their small bodies,
without blocking, and sees closed connections to their end. So half a request costs a place
in a bounded set, and only what is whole, or a large body, takes one of the threads, which are
kept apart for health checks, streams, large bodies and everything else.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import time
from concurrent.futures import Future
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal

from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.limits.admission import Admission
from app.server.deadlines import BODY_SECONDS, HEAD_SECONDS, TimedReceiver
from app.server.parked_connections import ParkedConnections
from app.server.processes import end_process
from app.server.request_heads import Kind, RequestHead
from app.web.clients import name_client
from app.web.settings import Settings

if TYPE_CHECKING:
    from app.factory import Components

#: How long a connection may rest between two requests, or before the first.
IDLE_SECONDS = 30.0
#: How long a request may wait for a thread.
LINE_SECONDS = 30.0
#: How long a client may take to read the last answer before its connection is closed.
LINGER_SECONDS = 1.0
#: How long an answer may lie unread before its connection is lost; streams are patient.
UNREAD_SECONDS, UNREAD_STREAM_SECONDS = 30, 90
#: Connections that wait without a thread, and those of one client.
MAX_WAITING, MAX_WAITING_EACH = 512, 384
#: How often deadlines are looked at.
SWEEP_SECONDS = 0.25

_RECEIVE_BYTES = 1 << 16

State = Literal["idle", "head", "body", "line", "linger"]

_REFUSALS = {
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class GuardedConnection(TConn):
    """Connection with its deadline and the request read so far."""

    def __init__(self, cfg: Any, sock: socket.socket, peer: Any, server: Any) -> None:
        super().__init__(cfg, sock, peer, server)
        self.initialized = True
        self.receiver = TimedReceiver(sock)
        self.parser = self.requests = RequestParser(cfg, self.receiver, peer)  # pyright: ignore[reportArgumentType]
        self.client_name = self.peer_name = name_client(peer[0])
        self.kind: Kind = "ordinary"
        self.state: State = "idle"
        self.deadline = 0.0
        self.head = RequestHead()

    def begin_parsing(self) -> None:
        """Hands what has been read to the parser; more only a large body may need."""
        self.requests.unreader.unread(bytes(self.head.content))
        self.head = RequestHead()
        self.receiver.expect(0.0)


class GuardedWorker(ThreadWorker):
    """Reads heads without threads, and stops promptly when it is told to."""

    def init_process(self) -> None:
        """Prepares the bounds."""
        settings: Settings = self.app.settings  # pyright: ignore[reportAttributeAccessIssue]
        self._trusted_proxies = settings.trusted_proxies
        self._admission: Admission[GuardedConnection] = Admission(settings.request_limits)
        # Behind a proxy all connections are the proxy's.
        each = MAX_WAITING if settings.trusted_proxies else MAX_WAITING_EACH
        self._parked: ParkedConnections[GuardedConnection] = ParkedConnections(MAX_WAITING, each)
        self._sweep_at = 0.0
        super().init_process()

    def run(self) -> None:
        """Serves until told to stop, then ends the process."""
        super().run()
        end_process()

    def accept(self, listener: socket.socket) -> None:
        """Takes a connection, which waits for its first request."""
        try:
            sock, peer = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = GuardedConnection(self.cfg, sock, peer, listener.getsockname())
        self._wait(conn, "idle", IDLE_SECONDS)

    def handle(self, conn: TConn) -> bool:
        """Answers a request, in a thread; False if the connection is to be closed."""
        assert isinstance(conn, GuardedConnection)
        conn.begin_parsing()
        _set_patience(conn.sock, conn.kind)
        return super().handle(conn) and self.alive

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Answers a request whose head has been parsed."""
        assert isinstance(conn, GuardedConnection)
        conn.receiver.expect_body()
        try:
            return super().handle_request(req, conn)
        finally:
            # What is left of a body is not waited for: such a connection is closed.
            conn.receiver.expect(0.0, late=TimeoutError())

    def finish_request(self, conn: TConn, fs: Future[bool]) -> None:
        """Keeps, parks or closes a connection after a request, and gives its thread on."""
        assert isinstance(conn, GuardedConnection)
        following = self._admission.give_back(conn.kind, conn.client_name)
        if following is not None:
            self._end_wait(following)
            self.enqueue_req(following)
        try:
            keep = fs.result() and self.alive
            conn.sock.setblocking(False)
        except Exception:
            self._close(conn)
            return
        if not keep:
            self._linger(conn)
            return
        conn.client_name = conn.peer_name
        rest = conn.requests.unreader.take_buffered()  # pyright: ignore[reportAttributeAccessIssue]
        if rest:
            self._take(conn, rest, waits=False)
        else:
            self._wait(conn, "idle", IDLE_SECONDS)

    def murder_pending(self) -> None:
        """Ends connections that have waited too long; gunicorn's loop calls this."""
        now = time.monotonic()
        if now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP_SECONDS
        for conn in self._parked.list_overdue(now):
            if conn.state in ("head", "body"):
                self._refuse(conn, 408)
            elif conn.state == "line":
                self._refuse(conn, 503)
            else:
                self._close(conn)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: stops accepting; the main loop then ends what is open."""
        if self.alive:
            super().handle_exit(sig, frame)
            self.method_queue.defer(self._end_connections)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT (Ctrl-C reaches both processes) and SIGQUIT stop in the same way."""
        self.handle_exit(sig, frame)

    def is_parent_alive(self) -> bool:
        """Whether the supervisor is there; without it the server stops as if told to."""
        alive: bool = super().is_parent_alive()
        if not alive:
            self._end_connections()
        return alive

    def _end_connections(self) -> None:
        for conn in self._parked.list():
            if conn.state != "linger":
                self._close(conn)
        self._parts.close()

    @property
    def _parts(self) -> Components:
        return self.app.wsgi().extensions["livenet"]  # pyright: ignore[reportFunctionMemberAccess]

    def _wait(self, conn: GuardedConnection, state: State, seconds: float) -> None:
        """Parks a connection without a thread; may evict another one."""
        conn.state, conn.deadline = state, time.monotonic() + seconds
        leaving = self._parked.add(conn)
        if state != "line":
            read = partial(self._receive, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, read)
        if leaving is not None:
            self._close(leaving)

    def _end_wait(self, conn: GuardedConnection) -> None:
        self._parked.remove(conn)
        if conn.state == "line":
            self._admission.leave_line(conn.kind, conn.client_name, conn)
        else:
            self.poller.unregister(conn.sock)

    def _receive(self, conn: GuardedConnection, _: Any) -> None:
        """Reads the bytes that arrived on a parked connection."""
        if conn not in self._parked:
            return
        try:
            data = conn.sock.recv(_RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._close(conn)
        elif conn.state != "linger":
            self._take(conn, data, waits=True)

    def _take(self, conn: GuardedConnection, data: bytes, *, waits: bool) -> None:
        """Handles new bytes: starts the request, waits for more bytes, or for a thread."""
        head = conn.head
        head.feed(data)
        if head.too_long:
            self._refuse(conn, 431)
            return
        if not head.ready:
            state: State = "body" if head.whole else "head"
            if waits and conn.state == state:
                return
            if waits:
                self._end_wait(conn)
            self._wait(conn, state, BODY_SECONDS if head.whole else HEAD_SECONDS)
            return
        if waits:
            self._end_wait(conn)
        conn.kind = head.kind
        conn.client_name = name_client(conn.peer_name, head.forwarded, self._trusted_proxies)
        if self._admission.take(conn.kind, conn.client_name):
            self.enqueue_req(conn)
        else:
            self._wait(conn, "line", LINE_SECONDS)
            self._admission.wait(conn.kind, conn.client_name, conn)

    def _refuse(self, conn: GuardedConnection, status: int) -> None:
        """Answers with an error status and closes the connection."""
        self._parts.responses.add(str(status))
        with contextlib.suppress(OSError):
            conn.sock.send(_write_refusal(status))
        self._linger(conn)

    def _linger(self, conn: GuardedConnection) -> None:
        """Lingering close: reads what still arrives, so that no reset loses the answer."""
        if conn in self._parked:
            self._end_wait(conn)
        with contextlib.suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        self._wait(conn, "linger", LINGER_SECONDS)

    def _close(self, conn: GuardedConnection) -> None:
        if conn in self._parked:
            self._end_wait(conn)
        self.nr_conns -= 1
        conn.close()

    def _make_room(self) -> None:
        """Closes a connection, since the process may not open more files."""
        oldest = self._parked.find_oldest()
        if oldest is not None:
            self._close(oldest)


def _write_refusal(status: int) -> bytes:
    reason = _REFUSALS[status]
    body = f"{status} {reason}\n"
    more = "Retry-After: 5\r\n" if status == 503 else ""
    return (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}"
        f"\r\n{more}Connection: close\r\n\r\n{body}"
    ).encode()


def _set_patience(sock: socket.socket, kind: str) -> None:
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        seconds = UNREAD_STREAM_SECONDS if kind == "stream" else UNREAD_SECONDS
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * seconds)
