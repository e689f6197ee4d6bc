"""Runs the application: gunicorn with threads in one process, or Werkzeug's own server."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Callable
from typing import Any

from app import create_app
from app.server.logs import set_up_logs
from app.server.werkzeug_server import run_werkzeug
from app.web.settings import Settings, SettingsError

#: Other threads get their turn after half a millisecond, so that frames stay smooth
#: while something is compiled.
SWITCH_INTERVAL = 0.0005
BACKLOG = 512


def run_server(settings: Settings, make: Callable[[Settings], Any] = create_app) -> None:
    """Serves until it is stopped.

    Args:
        settings: the settings.
        make: makes the application, in the process that serves.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    listener = listen(settings)
    sys.setswitchinterval(SWITCH_INTERVAL)
    set_up_logs(settings.log_level, settings.log_format)
    address = _name(listener, settings.host)
    print(f"LiveNet is at {address} (Ctrl-C stops it)", flush=True)
    if _use_gunicorn(settings):
        # Not above: gunicorn cannot be imported on Windows.
        from app.server.gunicorn_server import run_gunicorn  # noqa: PLC0415

        run_gunicorn(settings, listener, make)
    else:
        run_werkzeug(settings, listener, make)


def listen(settings: Settings) -> socket.socket:
    """Returns a socket that listens where the settings say.

    Raises:
        SettingsError: the address cannot be listened on.
    """
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
