"""Pipes: the stream of one client over sockets that never block, as little as a client can do."""

from __future__ import annotations

import json
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from http.client import HTTPConnection

from tests.app.servers import PATIENCE

_ZEROS = bytes(4)
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_RECEIVE_BYTES = 1 << 18


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
