"""Runs gunicorn from Python: one worker process with threads."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from app.server.garbage import GarbageCollector
from app.server.gunicorn_worker import IDLE_SECONDS, MAX_WAITING, GuardedWorker
from app.server.logs import LogFormat, make_formatter
from app.web.settings import Settings

#: Longer than saving all sessions and closing all connections may take.
GRACEFUL_SECONDS = 6
#: A worker whose main loop stands still for so long is replaced.
STALL_SECONDS = 120
#: Signs of life are files: here they need no disk, and a file system may be read-only.
_MEMORY = "/dev/shm"


class PrivateLogger(Logger):
    """gunicorn's logger, which writes as the server's own does.

    Attributes:
        log_format: the setting.
    """

    log_format: LogFormat = "text"

    def _set_handler(self, log: Any, output: Any, fmt: Any, stream: Any = None) -> None:
        private = make_formatter(self.log_format, fmt._fmt, fmt.datefmt)
        super()._set_handler(log, output, private, stream)  # pyright: ignore[reportAttributeAccessIssue]


class JsonLogger(PrivateLogger):
    """The same, in lines of JSON."""

    log_format = "json"


class GunicornApplication(BaseApplication):
    """gunicorn's application object.

    Args:
        settings: the settings.
        listener: a socket that listens already.
        make: makes the WSGI application.
    """

    def __init__(
        self, settings: Settings, listener: socket.socket, make: Callable[[Settings], Any]
    ) -> None:
        self.settings = settings
        self._make = make
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        """Sets what differs from gunicorn's defaults."""
        threads = self.settings.threads
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": GuardedWorker,
            "workers": 1,
            "threads": threads,
            "worker_connections": MAX_WAITING + 2 * threads,
            "keepalive": int(IDLE_SECONDS),
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": STALL_SECONDS,
            "logger_class": JsonLogger if self.settings.log_format == "json" else PrivateLogger,
            "control_socket_disable": True,
            "worker_tmp_dir": _MEMORY if os.access(_MEMORY, os.W_OK) else None,
            "loglevel": "debug" if self.settings.log_level == "DEBUG" else "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Makes the application, in the worker process."""
        GarbageCollector().start()
        return self._make(self.settings)


def run_gunicorn(
    settings: Settings, listener: socket.socket, make: Callable[[Settings], Any]
) -> None:
    """Serves until a signal comes."""
    GunicornApplication(settings, listener, make).run()
