"""gunicorn's worker in a thread: for a process that something else starts, watches and ends."""

from __future__ import annotations

import socket
import threading
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from app.server.gunicorn_server import STALL_SECONDS, GunicornApplication
from app.server.gunicorn_worker import GuardedWorker
from app.web.settings import Settings


class _Worker(GuardedWorker):
    """The same worker without a process of its own, so without its signals and its exit."""

    def init_signals(self) -> None:
        """Does nothing: signals are for whoever has the process."""

    def is_parent_alive(self) -> bool:
        """Always: there is no supervisor to outlive."""
        return True

    def run(self) -> None:
        """Serves until told to stop, and returns."""
        ThreadWorker.run(self)


class ThreadedServer:
    """Serves an application in a thread until it is stopped.

    Args:
        settings: of the server.
        listener: a socket that listens already.
        app: the WSGI application.
    """

    def __init__(self, settings: Settings, listener: socket.socket, app: Any) -> None:
        # Connections have it from here, as gunicorn's own sockets do: the head of an answer and
        # its body are two packets.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        application = GunicornApplication(settings, listener, lambda _: app)
        config = application.cfg
        log = config.logger_class(config)
        self._worker = _Worker(0, 0, [listener], application, STALL_SECONDS, config, log)
        self._thread = threading.Thread(
            target=self._worker.init_process, name="server", daemon=True
        )
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Takes no more connections, and ends those that there are.

        Args:
            seconds: how long requests that are being answered may take.
        """
        self._worker.handle_exit(0, None)
        self._thread.join(seconds)
