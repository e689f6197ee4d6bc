"""Clients of the stream that cost little, many in a process, over WebSockets or plain HTTP.

They share the machine with the server that is measured, so they do as little as a client can:
read, count frames, acknowledge each. One thread has all clients of a process.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import socket
import struct
import time
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.processor_time import read_processor_time
from benchmarks.server.stream_pipes import HttpPipe, Pipe, WebSocketPipe
from tests.app.servers import PATIENCE

#: How often it is looked who makes an edit.
TICK_SECONDS = 0.005


@dataclass(frozen=True)
class Plan:
    """What each client of a group does.

    Attributes:
        transport: `websocket` or `http`.
        spec: what it trains.
        first: messages to send once its session is open.
        edits: whether it changes the learning rate about once a second.
        watch: the watch token of a session that is watched; "" for a session of its own.
        acks: whether it acknowledges frames.
        waits: whether it waits in the line where there is no place; over WebSockets.
    """

    transport: str = "websocket"
    spec: dict[str, Any] = field(default_factory=dict)
    first: tuple[dict[str, Any], ...] = ({"type": "run"},)
    edits: bool = False
    watch: str = ""
    acks: bool = True
    waits: bool = False


@dataclass
class Tally:
    """What one client has seen since it was last asked.

    Attributes:
        times: when its frames came, monotonic seconds.
        latencies: seconds from an edit to the first frame of it.
        errors: errors and lost connections.
        place: in the line, as it was told last; 0 outside of it.
    """

    times: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    place: int = 0


@dataclass(frozen=True)
class Seen:
    """What the clients of a group have seen.

    Attributes:
        tallies: of clients that have come.
        tokens: of their sessions.
        lost: why others have not come.
    """

    tallies: list[Tally]
    tokens: list[str]
    lost: list[str]


class StreamClient:
    """One client: opens a session, or watches one, and tallies what comes.

    Args:
        address: host and port of the server.
        plan: what it does.
        number: of the client, so that not all do the same at the same moment.
    """

    def __init__(self, address: tuple[str, int], plan: Plan, number: int) -> None:
        self.tally = Tally()
        self.token = ""
        self.running = False
        self._plan = plan
        self._edit_at = time.monotonic() + 1.0 + (number * 0.618) % 1.0
        self._edited_at: float | None = None
        self._answered: int | None = None
        self._rate = 0.03
        wait = {"wait": True} if plan.waits else {}
        asked = json.dumps({"type": "open", "spec": plan.spec, **wait})
        if plan.transport == "http":
            self.pipe: Pipe = HttpPipe(address, None if plan.watch else asked, plan.watch)
        elif plan.watch:
            self.pipe = WebSocketPipe(address, f"/api/stream?watch={plan.watch}")
        else:
            self.pipe = WebSocketPipe(address)
            self.pipe.send(asked)

    def take(self, item: str | bytes) -> None:
        """Handles a message or a frame."""
        if isinstance(item, bytes):
            self._take_frame(item)
            return
        message = json.loads(item)
        if message["type"] == "opened":
            self.token = message["session"]
            for first in () if self._plan.watch else self._plan.first:
                self.pipe.send(json.dumps(first))
        elif message["type"] == "queued":
            self.tally.place = message["place"]
        elif message["type"] == "spec" and self._answered is None:
            self._answered = message["id"]
            self.pipe.reads_frames = True
        elif message["type"] == "error":
            self.tally.errors.append(message["code"])
        elif message["type"] == "closed":
            raise OSError(f"closed with {message['code']}")

    def _take_frame(self, blob: bytes) -> None:
        now = time.monotonic()
        self.running = True
        self.tally.times.append(now)
        if blob and self._edited_at is not None and self._answered is not None:
            (length,) = struct.unpack_from("<Q", blob)
            shown = json.loads(blob[8 : 8 + length])["__metadata__"]["spec_id"]
            if int(shown) >= self._answered:
                self.tally.latencies.append(now - self._edited_at)
                self._edited_at = None
                self.pipe.reads_frames = False
        if self._plan.acks:
            self.pipe.acknowledge()

    def tick(self, now: float) -> None:
        """Makes an edit when it is time for one."""
        if self._plan.edits and self.running and self._edited_at is None and now >= self._edit_at:
            self._rate = 0.07 - self._rate
            patch = {"optimizer": {"learning_rate": round(self._rate, 3)}}
            self._edit_at, self._edited_at, self._answered = now + 1.0, now, None
            self.pipe.send(json.dumps({"type": "edit", "patch": patch}))


def _serve_clients(address: tuple[str, int], plan: Plan, count: int, pipe: Connection) -> None:
    """A process of clients: `count` answers tallies, `stop` ends it."""
    clients: list[StreamClient] = []
    lost: list[str] = []
    ticked_at = 0.0
    poll = select.epoll()
    poll.register(pipe.fileno(), select.EPOLLIN)
    open_ones: dict[int, tuple[StreamClient, socket.socket]] = {}

    def work(seconds: float) -> bool:
        """Handles what comes; whether the parent has said something."""
        said = False
        for number, _ in poll.poll(seconds):
            if number not in open_ones:
                said |= number == pipe.fileno()
                continue
            client, sock = open_ones[number]
            try:
                for item in client.pipe.receive(sock):
                    client.take(item)
            except OSError as error:
                client.tally.errors.append(str(error))
                for sock in client.pipe.sockets:
                    poll.unregister(sock)
                    del open_ones[sock.fileno()]
                client.pipe.close()
        nonlocal ticked_at
        now = time.monotonic()
        if plan.edits and now - ticked_at > TICK_SECONDS:
            ticked_at = now
            for client in clients:
                client.tick(now)
        return said

    for number in range(count):
        try:
            client = StreamClient(address, plan, number)
        except OSError as error:
            lost.append(str(error))
            continue
        clients.append(client)
        for sock in client.pipe.sockets:
            open_ones[sock.fileno()] = client, sock
            poll.register(sock, select.EPOLLIN)
        work(0)
    while True:
        if not work(0.05):
            continue
        said = pipe.recv()
        if said == "stop":
            return
        seen = [client.tally for client in clients]
        pipe.send((seen, [client.token for client in clients], lost))
        if said == "restart":
            for client in clients:
                client.tally = Tally()
            lost = []


class ClientGroup:
    """Clients in processes of their own.

    Args:
        url: of the server.
        plan: what each of them does.
        count: how many.
        processes: into which they are divided.
    """

    def __init__(self, url: str, plan: Plan, count: int, processes: int = 0) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        processes = min(count, processes or min(4, os.cpu_count() or 1))
        context = multiprocessing.get_context("spawn")
        shares = [count // processes + (i < count % processes) for i in range(processes)]
        self._pipes: list[Connection] = []
        self._processes = []
        for share in shares:
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve_clients, args=((host, int(port)), plan, share, theirs)
            )
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> ClientGroup:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.send("stop")
        for process in self._processes:
            process.join(PATIENCE)

    @property
    def processor_time(self) -> float:
        """Seconds of processor time that the clients have taken."""
        return sum(read_processor_time(process.pid or 0) for process in self._processes)

    def read(self, *, restart: bool = False) -> Seen:
        """Returns what the clients have seen.

        Args:
            restart: whether the tallies begin anew.
        """
        for pipe in self._pipes:
            pipe.send("restart" if restart else "count")
        parts = [pipe.recv() for pipe in self._pipes]
        return Seen(*(list(chain.from_iterable(each)) for each in zip(*parts, strict=True)))

    def wait_frames(self, count: int, frames: int = 2, seconds: float = PATIENCE) -> None:
        """Waits until so many clients have seen so many frames, or for so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            seen = self.read()
            gone = len(seen.lost) + sum(bool(tally.errors) for tally in seen.tallies)
            if sum(len(tally.times) >= frames for tally in seen.tallies) >= count - gone:
                return
            time.sleep(0.2)
