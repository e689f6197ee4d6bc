"""Visitors of a server with several session servers: pages that survive the loss of one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from websocket import WebSocketException

from app.files.session_files import SessionFiles
from app.sessions.saved_sessions import decode_session
from engine import Programs
from tests.app.client import Client, FrameSeen, StreamClosedError
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import make_client
from tests.programs import FOLDER

#: How a client learns that its server is gone; an `ack` over HTTP is refused.
LOST = (AssertionError, StreamClosedError, OSError, HTTPException, WebSocketException)
#: A session is trained again so soon after its machine was lost.
RESUME_SECONDS = 10.0


class Visitor:
    """A page: trains, remembers its session, and connects again when it is cut off."""

    def __init__(self, server: LiveServer, transport: str = "websocket") -> None:
        self._server, self._transport = server, transport
        self.client = make_client(server, transport)
        self.token: str = self.client.open()["session"]
        self.step = self.client.run().step
        self.resumed = 0

    def train(self, more: int) -> None:
        """Trains so many updates more, whatever happens to the connection."""
        goal = self.step + more
        while self.step < goal:
            try:
                self.client.ack()
                got = self.client.receive()
                if isinstance(got, FrameSeen):
                    self.step = got.step
            except LOST:
                self.resume()

    def resume(self) -> None:
        _drop(self.client)
        opened = wait_until(self._try_again, "the session is taken up again", RESUME_SECONDS)
        assert opened["session"] == self.token
        assert opened["resumed"]
        assert opened["running"]
        self.resumed += 1

    def _try_again(self) -> Any:
        client = make_client(self._server, "websocket")
        try:
            opened = client.resume(self.token)
        except LOST:
            _drop(client)
            return None
        self.client = client
        return opened


def _drop(client: Client) -> None:
    """Leaves no socket behind, however much of the connection is gone already."""
    for leave in (client.kill, client.close):
        with suppress(*LOST, AttributeError):
            leave()


def at_once(visitors: list[Visitor], work: Callable[[Visitor], None]) -> None:
    """Has all visitors do something, each on a thread; a failure of one is raised."""
    failed: list[BaseException] = []

    def run(visitor: Visitor) -> None:
        try:
            work(visitor)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def find_saved(visitor: Visitor, programs: Programs) -> int:
    """Returns the step at which a session was saved last; -1 if it was not."""
    content = SessionFiles(FOLDER / "sessions", 1 << 30, 3600.0).get(visitor.token)
    return decode_session(content, programs).snapshot.step if content else -1
