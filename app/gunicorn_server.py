"""gunicorn, run from Python: one worker process with threads, and a prompt stop."""

from __future__ import annotations

import contextlib
import socket
import time
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import TConn, ThreadWorker

from app import create_app
from app.processes import end_process
from app.settings import Settings

GRACEFUL_SECONDS = 2
KEEPALIVE_SECONDS = 30
#: A worker whose main loop stands still for so long is replaced.
STALL_SECONDS = 120
#: How long a client may take to read the last answer before its connection is closed.
LINGER_SECONDS = 1.0


class PromptWorker(ThreadWorker):
    """A worker that closes its sockets when it is told to stop, so that nobody waits."""

    def run(self) -> None:
        """Serves until told to stop, then ends the process."""
        super().run()
        end_process()

    def handle(self, conn: TConn) -> bool:
        """Answers a request, and sees a connection that is to be closed to its end.

        gunicorn would wait for the client's end in the loop that accepts connections, and
        when it stops for the next request of a client whose stream has just ended.
        """
        keep = super().handle(conn) and self.alive
        if not keep:
            _linger(conn.sock)
        return keep

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: stops accepting; the main loop then ends what is open."""
        if self.alive:
            super().handle_exit(sig, frame)
            self.method_queue.defer(self._end_connections)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT (Ctrl-C reaches both processes) and SIGQUIT stop in the same way."""
        self.handle_exit(sig, frame)

    def _end_connections(self) -> None:
        for conn in self.keepalived_conns:
            conn.timeout = time.monotonic()
        self.app.wsgi().extensions["livenet"].close()  # pyright: ignore[reportFunctionMemberAccess]


def _linger(sock: socket.socket) -> None:
    """Ends sending, and reads what still comes, so that the answer is not lost to a reset."""
    until = time.monotonic() + LINGER_SECONDS
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while (rest := until - time.monotonic()) > 0:
            sock.settimeout(rest)
            if not sock.recv(1 << 16):
                break
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RD)


class Server(BaseApplication):
    """The application as gunicorn wants it.

    Args:
        settings: the settings.
        listener: a socket that listens already.
    """

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        """Sets what differs from gunicorn's defaults."""
        threads = self._settings.threads
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": PromptWorker,
            "workers": 1,
            "threads": threads,
            "worker_connections": 4 * threads,
            "keepalive": KEEPALIVE_SECONDS,
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": STALL_SECONDS,
            "control_socket_disable": True,
            "loglevel": "debug" if self._settings.log_level == "DEBUG" else "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Makes the application, in the worker process."""
        return create_app(self._settings)


def run_gunicorn(settings: Settings, listener: socket.socket) -> None:
    """Serves until a signal comes."""
    Server(settings, listener).run()
