"""Werkzeug's server with deadlines, where gunicorn cannot run; one thread a connection."""

from __future__ import annotations

import contextlib
import io
import signal
import socket
from collections.abc import Callable
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from app.limits.admission import Admission, Limit
from app.server.deadlines import HEAD_SECONDS, TimedReceiver
from app.server.garbage import GarbageCollector
from app.server.processes import end_process
from app.server.request_heads import find_kind
from app.web.clients import name_client
from app.web.settings import Settings

STOP_SECONDS = 1.5
#: Connections that are no streams, and those of one client: each has a thread.
MAX_READING, MAX_READING_EACH = 256, 128
#: How long what is left of a body is read, so that the answer is not lost to a reset.
_DRAIN_SECONDS = 1.0


class _Input(io.RawIOBase):
    """Input stream of a request, with deadlines."""

    def __init__(self, receiver: TimedReceiver) -> None:
        self._receiver = receiver

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._receiver.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class GuardedHandler(WSGIRequestHandler):
    """Reads with deadlines, and logs no requests."""

    server: GuardedServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def setup(self) -> None:
        """Prepares reading: first the head."""
        super().setup()
        self._receiver = TimedReceiver(self.connection)
        self._receiver.expect(HEAD_SECONDS)
        self.rfile = io.BufferedReader(_Input(self._receiver))

    def run_wsgi(self) -> None:
        """Answers a request whose head has been read."""
        if find_kind(self.command.encode(), self.path.encode(errors="replace")) == "stream":
            self.server.free(self.request)
        self._receiver.expect_body()
        super().run_wsgi()

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begins the answer; what the client still sends is not waited for much longer."""
        self._receiver.expect(_DRAIN_SECONDS)
        super().send_response(code, message)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Does nothing."""


class GuardedServer(ThreadedWSGIServer):
    """A thread for each connection; their number is bounded, streams aside."""

    def __init__(self, settings: Settings, listener: socket.socket, app: Any) -> None:
        super().__init__(
            settings.host, listener.getsockname()[1], app, GuardedHandler, fd=listener.fileno()
        )
        # Behind a proxy all connections are the proxy's.
        each = MAX_READING if settings.trusted_proxies else MAX_READING_EACH
        self._places: Admission[None] = Admission({"reading": Limit(MAX_READING, each)})
        self._reading: dict[socket.socket, str] = {}

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether there is a place for a connection; it is closed if not."""
        client = name_client(client_address[0])
        if not self._places.take("reading", client):
            return False
        self._reading[request] = client
        return True

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection."""
        self.free(request)
        super().shutdown_request(request)

    def free(self, request: Any) -> None:
        """Gives back the place of a connection, if it has one."""
        client = self._reading.pop(request, None)
        if client is not None:
            self._places.give_back("reading", client)


def run_werkzeug(
    settings: Settings, listener: socket.socket, make: Callable[[Settings], Any]
) -> None:
    """Serves until a signal comes."""
    GarbageCollector().start()
    app = make(settings)
    server = GuardedServer(settings, listener, app)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    parts = app.extensions["livenet"]
    parts.close()
    parts.wait_closed(STOP_SECONDS)
    end_process()
