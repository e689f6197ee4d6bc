"""`python -m app`: serves LiveNet."""

from __future__ import annotations

import socket
import sys

from app.cluster import make_front, make_process_front
from app.server.launcher import run_server
from app.web.settings import SettingsError, read_environment


def main() -> int:
    """Runs the server; 2 if a setting cannot be used."""
    try:
        settings = read_environment()
        if settings.cluster:
            run_server(settings, make_front)
        elif settings.processes > 1:
            if not hasattr(socket, "send_fds"):
                text = "LIVENET_PROCESSES: sockets cannot be passed to processes on this system"
                raise SettingsError(text)
            run_server(settings, make_process_front)
        else:
            run_server(settings)
    except SettingsError as error:
        print(f"livenet: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
