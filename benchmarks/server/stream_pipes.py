"""Pipes: the stream of one client over sockets that never block, as little as a client can do.

Bytes of frames are received, as any client must, but kept only where somebody reads them.
"""

from __future__ import annotations

import json
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from http.client import HTTPConnection

from benchmarks.server.stream_splitter import Head, Splitter
from tests.app.servers import PATIENCE

ACK = '{"type":"ack"}'
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_JSON, _FRAME, _ITEM = 0, 1, struct.Struct("<IB")
_NEWLINE = 10
#: What comes is read to here, by all pipes of a process in turn.
_BUFFER = bytearray(1 << 18)
_VIEW = memoryview(_BUFFER)


class Pipe(ABC):
    """Messages of one client, over sockets that never block.

    Attributes:
        reads_frames: whether frames that begin from now on are wanted whole.
    """

    sockets: list[socket.socket]
    reads_frames = False

    @abstractmethod
    def send(self, text: str) -> None:
        """Sends a message."""

    @abstractmethod
    def acknowledge(self) -> None:
        """Sends an `ack`."""

    @abstractmethod
    def receive(self, sock: socket.socket) -> Iterator[str | bytes]:
        """Reads a socket that is ready and yields messages and frames; unread frames are empty.

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
        status, _, self._rest = head.partition(b"\r\n\r\n")
        if b" 101 " not in status.partition(b"\r\n")[0]:
            raise OSError(status.partition(b"\r\n")[0].decode())
        sock.setblocking(False)
        self.sockets = [sock]
        self._splitter = Splitter(_read_head, lambda kind: kind != _BINARY or self.reads_frames)

    def send(self, text: str) -> None:
        """Sends a message."""
        self._send(_TEXT, text.encode())

    def acknowledge(self) -> None:
        """Sends an `ack`."""
        _send_all(self.sockets[0], _ACK_MESSAGE)

    def _send(self, opcode: int, payload: bytes) -> None:
        _send_all(self.sockets[0], _mask(opcode, payload))

    def receive(self, sock: socket.socket) -> Iterator[str | bytes]:
        """Reads a socket that is ready and yields messages and frames."""
        if self._rest:
            rest, self._rest = self._rest, b""
            yield from self._take(memoryview(rest))
        yield from self._take(_receive(sock))

    def _take(self, data: memoryview) -> Iterator[str | bytes]:
        for opcode, payload in self._splitter.split(data):
            if opcode == _BINARY:
                yield payload
            elif opcode == _TEXT:
                yield payload.decode()
            elif opcode == _CLOSE:
                raise OSError(f"closed with {int.from_bytes(payload[:2], 'big')}")
            elif opcode == _PING:
                self._send(_PONG, payload)


def _read_head(head: bytearray) -> Head:
    """Reads the head of a WebSocket's frame."""
    if len(head) < 2:
        return 2
    size = head[1] & 127
    length = 2 if size < 126 else 4 if size == 126 else 10
    if len(head) < length:
        return length
    return head[0] & 15, size if size < 126 else int.from_bytes(head[2:], "big")


def _mask(opcode: int, payload: bytes) -> bytes:
    """Returns a frame of a client, masked with zeros."""
    size = len(payload)
    length = bytes([128 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return bytes([128 | opcode]) + length + bytes(4) + payload


_ACK_MESSAGE = _mask(_TEXT, ACK.encode())


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
        self._head: bytes | None = b""
        self._line, self._left = bytearray(), 0
        self._items = Splitter(_read_item_head, lambda kind: kind == _JSON or self.reads_frames)
        self._answer = bytearray()
        self._waiting: list[str] = []
        self._posting = False

    def send(self, text: str) -> None:
        """Sends a message, with the next request."""
        self._waiting.append(text)
        if not self._posting:
            self._post()

    def acknowledge(self) -> None:
        """Sends an `ack`."""
        self.send(ACK)

    def _post(self) -> None:
        body = f"[{','.join(self._waiting)}]"
        self._waiting, self._posting = [], True
        head = f"POST {self._path}/messages HTTP/1.1\r\nHost: {self._host}\r\n"
        _send_all(self._posts, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def receive(self, sock: socket.socket) -> Iterator[str | bytes]:
        """Reads a socket that is ready and yields messages and frames."""
        yield from self._first
        self._first = []
        data = _receive(sock)
        if sock is self._posts:
            self._take_answer(data)
            return
        if self._head is not None:
            head, found, rest = (self._head + data).partition(b"\r\n\r\n")
            if not found:
                self._head = head
                return
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise OSError(head.partition(b"\r\n")[0].decode())
            self._head, data = None, memoryview(rest)
        for part in self._join_chunks(data):
            for kind, payload in self._items.split(part):
                yield payload if kind == _FRAME else payload.decode()

    def _take_answer(self, data: memoryview) -> None:
        self._answer += data
        head, found, body = bytes(self._answer).partition(b"\r\n\r\n")
        size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if found and len(body) >= int(size):
            self._answer.clear()
            self._posting = False
            if self._waiting:
                self._post()

    def _join_chunks(self, data: memoryview) -> Iterator[memoryview]:
        """Yields what chunks hold, as far as it has come."""
        begin, end = 0, len(data)
        while begin < end:
            if self._left:
                size = min(self._left, end - begin)
                yield data[begin : begin + size]
                begin += size
                self._left -= size
                continue
            # The length of the next chunk, after the end of the last one's line.
            if data[begin] != _NEWLINE:
                self._line.append(data[begin])
            elif line := self._line.strip():
                self._left = int(line, 16)
                self._line.clear()
            begin += 1


def _read_item_head(head: bytearray) -> Head:
    """Reads the head of a message in the stream over HTTP."""
    if len(head) < _ITEM.size:
        return _ITEM.size
    size, kind = _ITEM.unpack(head)
    return kind, size


def _connect(address: tuple[str, int]) -> socket.socket:
    sock = socket.create_connection(address, timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _receive(sock: socket.socket) -> memoryview:
    """Reads a socket that is ready; what it returns is valid until the next call."""
    size = sock.recv_into(_BUFFER)
    if not size:
        raise OSError("the server has closed the connection")
    return _VIEW[:size]


def _send_all(sock: socket.socket, data: bytes) -> None:
    """Sends what is short beside the socket's buffer, and so goes at once."""
    if sock.send(data) < len(data):
        raise OSError("the server does not read")
