"""Clients of the stream that cost little, many in a process, over WebSockets or plain HTTP.

They share the machine with the server that is measured, so they do as little as a client can:
read, count frames, acknowledge each. One thread has all clients of a process.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import selectors
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import chain
from multiprocessing.connection import Connection
from typing import Any

from tests.app.servers import PATIENCE

#: How often it is looked who makes an edit.
TICK_SECONDS = 0.005
ACK = '{"type":"ack"}'
_ZEROS = bytes(4)
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_RECEIVE_BYTES = 1 << 18


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
    """

    transport: str = "websocket"
    spec: dict[str, Any] = field(default_factory=dict)
    first: tuple[dict[str, Any], ...] = ({"type": "run"},)
    edits: bool = False
    watch: str = ""
    acks: bool = True


@dataclass
class Tally:
    """What one client has seen since it was last asked.

    Attributes:
        times: when its frames came, monotonic seconds.
        latencies: seconds from an edit to the first frame of it.
        errors: errors and lost connections.
    """

    times: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


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


class Pipe(ABC):
    """Messages of one client, over sockets that never block."""

    sockets: list[socket.socket]

    @abstractmethod
    def send(self, text: str) -> None:
        """Sends a message."""

    @abstractmethod
    def receive(self, sock: socket.socket) -> Iterator[str | bytes]:
        """Reads a socket that is ready and yields messages and frames.

        Raises:
            OSError: the connection is lost.
        """

    def close(self) -> None:
        """Hangs up."""
        for sock in self.sockets:
            sock.close()


class WebSocketPipe(Pipe):
    """A WebSocket.

    Args:
        address: host and port of the server.
        path: of the stream.
    """

    def __init__(self, address: tuple[str, int], path: str = "/api/stream") -> None:
        sock = _connect(address)
        sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            data = sock.recv(4096)
            if not data:
                raise OSError("no handshake")
            head += data
        status, _, rest = head.partition(b"\r\n\r\n")
        if b" 101 " not in status.partition(b"\r\n")[0]:
            raise OSError(status.partition(b"\r\n")[0].decode())
        sock.setblocking(False)
        self.sockets = [sock]
        self._buffer = bytearray(rest)

    def send(self, text: str) -> None:
        """Sends a message."""
        self._send(_TEXT, text.encode())

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        _send_all(self.sockets[0], bytes([128 | opcode]) + length + _ZEROS + payload)

    def receive(self, sock: socket.socket) -> Iterator[str | bytes]:
        """Reads a socket that is ready and yields messages and frames."""
        data = sock.recv(_RECEIVE_BYTES)
        if not data:
            raise OSError("the server has closed the connection")
        buffer = self._buffer
        buffer += data
        while (end := _measure(buffer)) and len(buffer) >= end[1]:
            opcode, payload = buffer[0] & 15, bytes(buffer[end[0] : end[1]])
            del buffer[: end[1]]
            if opcode == _CLOSE:
                raise OSError(f"closed with {int.from_bytes(payload[:2], 'big')}")
            if opcode == _PING:
                self._send(_PONG, payload)
            elif opcode in (_TEXT, _BINARY):
                yield payload if opcode == _BINARY else payload.decode()


def _measure(buffer: bytearray) -> tuple[int, int] | None:
    """Returns where the payload of the first frame begins and ends; None if that is not known."""
    if len(buffer) < 2:
        return None
    size = buffer[1] & 127
    begin = 2 if size < 126 else 4 if size == 126 else 10
    if len(buffer) < begin:
        return None
    if begin > 2:
        size = int.from_bytes(buffer[2:begin], "big")
    return begin, begin + size


class HttpPipe(Pipe):
    """A chunked answer one way, requests the other, one at a time, each with all that waits.

    Args:
        address: host and port of the server.
        open_: the message that opens the session; None to watch one.
        token: of the session that is watched.
    """

    def __init__(self, address: tuple[str, int], open_: str | None, token: str = "") -> None:
        self._host = f"{address[0]}:{address[1]}"
        self._first: list[str | bytes] = []
        if open_ is not None:
            connection = HTTPConnection(*address, timeout=PATIENCE)
            connection.request("POST", "/api/sessions", open_)
            answer = json.loads(connection.getresponse().read())
            connection.close()
            if answer["type"] != "opened":
                raise OSError(f"{answer['type']} {answer.get('code')}")
            token = answer["session"]
            self._first.append(json.dumps(answer))
        self._path = f"/api/sessions/{token}"
        stream, self._posts = _connect(address), _connect(address)
        stream.sendall(f"GET {self._path}/stream HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        self.sockets = [stream, self._posts]
        for sock in self.sockets:
            sock.setblocking(False)
        self._raw, self._content, self._answer = bytearray(), bytearray(), bytearray()
        self._headed = False
        self._waiting: list[str] = []
        self._posting = False

    def send(self, text: str) -> None:
        """Sends a message, with the next request."""
        self._waiting.append(text)
        if not self._posting:
            self._post()

    def _post(self) -> None:
        body = f"[{','.join(self._waiting)}]"
        self._waiting, self._posting = [], True
        head = f"POST {self._path}/messages HTTP/1.1\r\nHost: {self._host}\r\n"
        _send_all(self._posts, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def receive(self, sock: socket.socket) -> Iterator[str | bytes]:
        """Reads a socket that is ready and yields messages and frames."""
        yield from self._first
        self._first = []
        data = sock.recv(_RECEIVE_BYTES)
        if not data:
            raise OSError("the server has closed the connection")
        if sock is self._posts:
            self._take_answer(data)
            return
        self._raw += data
        if not self._headed:
            head, found, rest = bytes(self._raw).partition(b"\r\n\r\n")
            if not found:
                return
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise OSError(head.partition(b"\r\n")[0].decode())
            self._headed, self._raw = True, bytearray(rest)
        self._join_chunks()
        yield from self._split()

    def _take_answer(self, data: bytes) -> None:
        self._answer += data
        head, found, body = bytes(self._answer).partition(b"\r\n\r\n")
        size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if found and len(body) >= int(size):
            self._answer.clear()
            self._posting = False
            if self._waiting:
                self._post()

    def _join_chunks(self) -> None:
        raw = self._raw
        while (end := raw.find(b"\r\n")) > 0:
            size = int(raw[:end], 16)
            if len(raw) < end + 4 + size:
                return
            self._content += raw[end + 2 : end + 2 + size]
            del raw[: end + 4 + size]

    def _split(self) -> Iterator[str | bytes]:
        content = self._content
        while len(content) >= 5:
            size, kind = struct.unpack_from("<IB", content)
            if len(content) < 5 + size:
                return
            payload = bytes(content[5 : 5 + size])
            del content[: 5 + size]
            yield payload if kind else payload.decode()


def _connect(address: tuple[str, int]) -> socket.socket:
    sock = socket.create_connection(address, timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _send_all(sock: socket.socket, data: bytes) -> None:
    """Sends what is short beside the socket's buffer."""
    sock.setblocking(True)
    sock.sendall(data)
    sock.setblocking(False)


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
        asked = json.dumps({"type": "open", "spec": plan.spec})
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
        elif message["type"] == "spec" and self._answered is None:
            self._answered = message["id"]
        elif message["type"] == "error":
            self.tally.errors.append(message["code"])
        elif message["type"] == "closed":
            raise OSError(f"closed with {message['code']}")

    def _take_frame(self, blob: bytes) -> None:
        now = time.monotonic()
        self.running = True
        self.tally.times.append(now)
        if self._edited_at is not None and self._answered is not None:
            (length,) = struct.unpack_from("<Q", blob)
            shown = json.loads(blob[8 : 8 + length])["__metadata__"]["spec_id"]
            if int(shown) >= self._answered:
                self.tally.latencies.append(now - self._edited_at)
                self._edited_at = None
        if self._plan.acks:
            self.pipe.send(ACK)

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
    selector = selectors.DefaultSelector()
    selector.register(pipe.fileno(), selectors.EVENT_READ)

    def work(seconds: float) -> bool:
        """Handles what comes; whether the parent has said something."""
        said = False
        for key, _ in selector.select(seconds):
            client = key.data
            if client is None:
                said = True
                continue
            try:
                for item in client.pipe.receive(key.fileobj):
                    client.take(item)
            except OSError as error:
                client.tally.errors.append(str(error))
                for sock in client.pipe.sockets:
                    selector.unregister(sock)
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
            selector.register(sock, selectors.EVENT_READ, client)
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
