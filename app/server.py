"""Runs the application: gunicorn with threads in one process, or Werkzeug's own server."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import signal
import socket
import sys

from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.processes import end_process
from app.settings import Settings, SettingsError

#: Other threads get their turn after half a millisecond, so that frames stay smooth
#: while something is compiled.
SWITCH_INTERVAL = 0.0005
BACKLOG = 512
STOP_SECONDS = 1.5


class QuietHandler(WSGIRequestHandler):
    """Logs no requests."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Does nothing."""


def run_server(settings: Settings) -> None:
    """Serves until it is stopped.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    listener = _listen(settings)
    sys.setswitchinterval(SWITCH_INTERVAL)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("app", "engine"):
        logging.getLogger(name).setLevel(settings.log_level)
    address = _name(listener, settings.host)
    print(f"LiveNet is at {address} (Ctrl-C stops it)", flush=True)
    if _use_gunicorn(settings):
        # Not above: gunicorn cannot be imported on Windows.
        from app.gunicorn_server import run_gunicorn  # noqa: PLC0415

        run_gunicorn(settings, listener)
    else:
        _run_werkzeug(settings, listener)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        where = f"{settings.host}:{settings.port}"
        raise SettingsError(f"HOST and PORT: cannot listen on {where}: {reason}") from None
    return listener


def _name(listener: socket.socket, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def _use_gunicorn(settings: Settings) -> bool:
    if settings.server != "auto":
        return settings.server == "gunicorn"
    return importlib.util.find_spec("fcntl") is not None


def _run_werkzeug(settings: Settings, listener: socket.socket) -> None:
    app = create_app(settings)
    server = make_server(
        settings.host,
        listener.getsockname()[1],
        app,
        threaded=True,
        request_handler=QuietHandler,
        fd=listener.fileno(),
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    parts = app.extensions["livenet"]
    parts.close()
    parts.connections.wait_closed(STOP_SECONDS)
    end_process()
