"""`python -m app.cluster.processes NAME COUNT CHANNEL`: a process of sessions; fronts start it."""

from __future__ import annotations

import socket
import sys

from app.cluster.processes.session_process import name_processes, run_process
from app.web.settings import read_environment


def main() -> None:
    """Serves until the front closes the channel."""
    name, count, channel = sys.argv[1:]
    names = name_processes(int(count))
    run_process(read_environment(), name, names, socket.socket(fileno=int(channel)))


if __name__ == "__main__":
    main()
