"""Session servers: the whole server on a port of its own, with its share of the sessions."""

from __future__ import annotations

import os
import socket
import sys

from app.cluster.membership import FRAME_BYTES, ClusterOwnership, Load, Member, Membership
from app.factory import Components, make_app
from app.hosting.ownership import Ownership
from app.server.garbage import GarbageCollector
from app.server.gunicorn_thread import ThreadedServer
from app.server.launcher import SWITCH_INTERVAL, listen
from app.server.logs import set_up_logs
from app.web.settings import Settings

#: How long connections may take to end, and then requests that are being answered.
STOP_SECONDS = 1.5


class SessionServer:
    """Session server of this process.

    Args:
        settings: of the server; `port` is 0, and one proxy, the front, is trusted.
        ownership: which sessions are its own.

    Attributes:
        address: host and port.
        parts: of the server.
    """

    def __init__(self, settings: Settings, ownership: Ownership) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        set_up_logs(settings.log_level, settings.log_format)
        listener = listen(settings)
        # Connections have it from here: a whole frame goes at once, as far as the front.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, FRAME_BYTES)
        GarbageCollector().start()
        app = make_app(settings, ownership)
        self.parts: Components = app.extensions["livenet"]
        self.address: tuple[str, int] = listener.getsockname()[:2]
        self._server = ThreadedServer(settings, listener, app)

    def measure(self) -> Load:
        """Returns what it has to do."""
        found = self.parts.host.statistics()
        sessions = found.running + found.paused + found.waiting
        return Load(sessions, found.places, self.parts.programs.ready, found.opened)

    def stop(self) -> None:
        """Saves all sessions, hands them to their clients, and closes all connections."""
        self.parts.close()
        self.parts.wait_closed(STOP_SECONDS)
        self._server.stop(STOP_SECONDS)


class PlacedSessionServer(SessionServer):
    """Session server of one core group or GPU, as an actor.

    Ray starts it, says when it is gone, and carries what little it is told; frames never pass
    through Ray, but go over a TCP connection from this server to a front.

    Args:
        name: by which keys are hashed.
        settings: of the server.
        machine: the Ray node that it runs on.
    """

    def __init__(self, name: str, settings: Settings, machine: str) -> None:
        self._ownership = ClusterOwnership(name)
        super().__init__(settings, self._ownership)
        self._member = Member(name, *self.address, os.getpid(), machine)

    def describe(self) -> tuple[Member, Membership]:
        """Returns what it is, and what it was told last."""
        return self._member, self._ownership.membership

    def adopt(self, membership: Membership) -> int:
        """Goes by another membership: sessions of other servers are saved and forgotten.

        Returns:
            How many there were.
        """
        if membership.version > self._ownership.membership.version:
            self._ownership.membership = membership
        return self.parts.host.release_moved()

    def measure(self) -> Load:
        """Returns what it has to do."""
        # One that was being made while keys moved goes now.
        self.parts.host.release_moved()
        return super().measure()
