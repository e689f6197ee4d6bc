"""The server in this process: its sessions and connections, without pages and sockets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.files.blob_store import BlobStore
from app.files.link_payloads import LinkPayloads
from app.hosting.hosts import LocalHost
from app.hosting.scheduler import Scheduler
from app.protocol.outbox import Outbox
from app.sessions.session import Session
from app.sessions.turns import take_turn
from app.transports.connections import Connections
from engine import Programs, Trainer
from tests.app.client import FrameSeen, Message, decode_frame
from tests.app.servers import PATIENCE
from tests.programs import FOLDER


@contextmanager
def host_sessions(
    programs: Programs, max_connections: int = 64, **limits: Any
) -> Iterator[Connections]:
    """Connections to a host of its own.

    Args:
        programs: compiled programs; others may use them too.
        max_connections: how many may be open at one time.
        limits: arguments of `LocalHost` that are not those of a server.
    """
    chosen: dict[str, Any] = {"max_sessions": 8, "resume_seconds": 600.0, "idle_seconds": 600.0}
    chosen |= {"max_inbox_bytes": 8 << 20, **limits}
    scheduler = Scheduler(2, lambda session: session.take_turn(take_turn))
    host = LocalHost(programs, scheduler, **chosen)
    scheduler.start()
    connections = Connections(
        host, LinkPayloads(BlobStore(FOLDER / "states", 1 << 30)), 1 << 20, max_connections
    )
    try:
        yield connections
    finally:
        host.finish()
        connections.close()
        host.close()


#: What the names of the server's own threads begin with.
OWN_THREADS = ("engine-", "sessions", "trials", "warm-up")


@contextmanager
def joined_threads() -> Iterator[None]:
    """Waits for the server's threads that are started meanwhile, once it is closed.

    A daemon thread in compiled code breaks the exit of the process. Threads of other fixtures,
    such as those that read what a live server writes, end with their own fixture. A compiler's
    thread may be that of somebody else's programs, which waits for work without harm.
    """
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith(OWN_THREADS):
            thread.join(PATIENCE)
            assert not thread.is_alive(), thread.name
        elif thread.name == "livenet-compiler":
            thread.join(5)


class Attached:
    """A session without threads, and its client.

    Args:
        trainer: its network.
        more: further arguments of the session.
    """

    def __init__(self, trainer: Trainer, **more: Any) -> None:
        self.session = Session(
            "token-of-an-attached-client", "1", trainer, 1 << 20, None, lambda _: None, **more
        )
        self.outbox = Outbox()
        self.session.attach(self.outbox, resumed=False)

    def receive(self) -> list[Any]:
        """Takes turns until none is due, and returns all that was sent meanwhile."""
        got: list[Message | FrameSeen] = []
        while True:
            self._take_turns()
            self.outbox.put({"type": "end"})
            some = [*iter(self._take, {"type": "end"})]
            if not some:
                return got
            got += some

    def messages(self) -> list[Message]:
        """Takes turns until none is due, and returns what was sent but for frames."""
        return [got for got in self.receive() if isinstance(got, dict)]

    def is_due(self) -> bool:
        """Whether a turn is due now."""
        now = time.monotonic()
        return self.session.find_due(now) == now

    def _take_turns(self) -> None:
        end = time.monotonic() + PATIENCE
        while self.is_due() and not self.outbox.full:
            self.session.take_turn(take_turn)
            assert time.monotonic() < end, "it goes on for ever"

    def _take(self) -> Message | FrameSeen:
        item = self.outbox.take()
        return decode_frame(item) if isinstance(item, bytes) else json.loads(str(item))
