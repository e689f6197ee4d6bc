"""Process of sessions: a session server whose streams a front of the same machine passes to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

from app.cluster.fronts.first_message import accept_handshake
from app.cluster.membership import FixedOwnership
from app.cluster.processes.passed_streams import PassedStream, receive_stream
from app.cluster.session_server import SessionServer
from app.factory import Components
from app.server.processes import end_process
from app.transports.websocket import WebSocket
from app.web.settings import Settings

#: How often it is looked whether there is something else to report, and how often at least the
#: front is told, which takes a process that says nothing for one that hangs.
REPORT_SECONDS, SIGN_SECONDS = 0.1, 1.0
_HOST = "127.0.0.1"


def name_processes(count: int) -> tuple[str, ...]:
    """Returns the names of so many processes, by which keys of sessions are hashed."""
    return tuple(f"process-{number}" for number in range(1, count + 1))


def divide_settings(settings: Settings, count: int) -> Settings:
    """Returns the settings of one of so many processes, which together have what one would have.

    Args:
        settings: of all of them.
        count: of the processes.
    """

    def share(total: int) -> int:
        return -(-total // count)

    return settings.model_copy(
        update={
            "host": _HOST,
            "port": 0,
            "processes": 1,
            # The front says whose request it is.
            "trusted_proxies": 1,
            "workers": max(1, settings.workers // count),
            "max_sessions": share(settings.max_sessions),
            "max_waiting": share(settings.max_waiting),
            "max_watchers": share(settings.max_watchers),
            "sessions_per_minute": share(settings.sessions_per_minute),
            "waiting_bytes": share(settings.waiting_bytes),
            "image_bytes": share(settings.image_bytes),
        }
    )


def run_process(
    settings: Settings, name: str, names: Sequence[str], channel: socket.socket
) -> None:
    """Serves until the front closes the channel or SIGTERM comes; then this process ends.

    Args:
        settings: of all processes together.
        name: of this one.
        names: of all of them.
        channel: to the front: lines of JSON go there, streams come.
    """
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    # Ctrl-C is for the front, which stops its processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = SessionServer(divide_settings(settings, len(names)), FixedOwnership(name, names))
    taking = threading.Thread(
        target=_take_streams, args=(channel, server.parts, stopped), name="streams", daemon=True
    )
    taking.start()
    host, port = server.address
    with suppress(OSError):
        _send(channel, {"host": host, "port": port, "process": os.getpid()})
        told, told_at = None, 0.0
        while not stopped.wait(REPORT_SECONDS):
            load, now = server.measure(), time.monotonic()
            if load != told or now - told_at > SIGN_SECONDS:
                _send(channel, asdict(load))
                told, told_at = load, now
    server.stop()
    end_process()


def _send(channel: socket.socket, message: object) -> None:
    channel.sendall(json.dumps(message).encode() + b"\n")


def _take_streams(channel: socket.socket, parts: Components, stopped: threading.Event) -> None:
    with suppress(OSError):
        while (stream := receive_stream(channel)) is not None:
            threading.Thread(
                target=_serve, args=(parts, stream), name="stream", daemon=True
            ).start()
    stopped.set()


def _serve(parts: Components, stream: PassedStream) -> None:
    protocol, _ = accept_handshake(stream.headers)
    connections, compressed = parts.connections, parts.settings.compress_frames
    limit = connections.max_message_bytes
    with stream.sock, connections.open(stream.client) as connection:
        socket_ = WebSocket(protocol, stream.sock, connection, limit, compressed=compressed)
        socket_.serve(stream.content)
