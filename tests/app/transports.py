"""Clients over each transport: a WebSocket, HTTP alone, and none in the same process."""

from __future__ import annotations

import json
import socket
import struct
from collections import deque
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import websocket

from app.protocol.outbox import Closing, Heartbeat
from app.transports.connections import Connections
from tests.app.client import Client, FrameSeen, Message, StreamClosedError, decode_frame
from tests.app.servers import PATIENCE, LiveServer


class InProcessClient(Client):
    """One connection without any transport: the protocol alone.

    Args:
        connections: of a server in this process.
        address: whose limits it counts against.
    """

    def __init__(self, connections: Connections, address: str = "") -> None:
        self.connection = connections.open(address)

    def close(self) -> None:
        """Ends the connection."""
        self.connection.end()

    def kill(self) -> None:
        """Ends the connection; without a transport there is no other way to go."""
        self.connection.end()

    def send_text(self, text: str) -> None:
        """Hands over a text message as it is."""
        self.connection.receive(text)

    def receive(self) -> Message | FrameSeen:
        """Returns the next message or frame.

        Raises:
            StreamClosedError: the server closed the stream.
        """
        item = self.connection.outbox.take()
        while isinstance(item, Heartbeat):
            item = self.connection.outbox.take()
        if isinstance(item, bytes):
            return decode_frame(item)
        if isinstance(item, str):
            return json.loads(item)
        raise StreamClosedError(item.code if isinstance(item, Closing) else None)


class WebSocketClient(Client):
    """One connection over a WebSocket.

    Args:
        url: of the stream.
        options: for `websocket.create_connection`.
    """

    def __init__(self, url: str, **options: Any) -> None:
        options.setdefault("suppress_origin", "origin" not in options)
        self.socket = websocket.create_connection(url, timeout=PATIENCE, **options)

    def close(self) -> None:
        """Closes with a handshake."""
        self.socket.close(timeout=5)
        self.socket.shutdown()

    def kill(self) -> None:
        """Resets the TCP connection, as a lost tab or network does."""
        raw = self.socket.sock
        assert raw is not None
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.shutdown()

    def send_text(self, text: str) -> None:
        """Sends a text message as it is."""
        self.socket.send(text)

    def receive(self) -> Message | FrameSeen:
        """Returns the next message or frame.

        Raises:
            StreamClosedError: the server closed the stream.
        """
        opcode, data = self.socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_TEXT:
            return json.loads(data)
        if opcode == websocket.ABNF.OPCODE_BINARY:
            return decode_frame(data)
        code = struct.unpack("!H", data[:2])[0] if len(data) >= 2 else None
        raise StreamClosedError(code)


class HttpClient(Client):
    """One connection over HTTP alone: requests one way, a chunked answer the other.

    Args:
        url: of the server, with a path where it is shown below one.
    """

    def __init__(self, url: str) -> None:
        self.address, _, below = url.removeprefix("http://").partition("/")
        self._root = f"/{below}" if below else ""
        self._requests = HTTPConnection(self.address, timeout=PATIENCE)
        self._answers: deque[Message] = deque()
        self._connection: HTTPConnection | None = None
        self._stream: HTTPResponse | None = None
        self.token = ""

    def post(self, path: str, body: str | bytes) -> tuple[int, Message]:
        """Makes a request and returns the status and what was answered."""
        body = body.encode() if isinstance(body, str) else body
        self._requests.request("POST", f"{self._root}/api/sessions{path}", body)
        response = self._requests.getresponse()
        return response.status, json.loads(response.read())

    def listen(self, token: str) -> None:
        """Takes the stream of a session."""
        self._hang_up()
        self.token = token
        self._connection = HTTPConnection(self.address, timeout=PATIENCE)
        self._connection.request("GET", f"{self._root}/api/sessions/{token}/stream")
        self._stream = self._connection.getresponse()
        assert self._stream.status == 200
        assert self._stream.getheader("Transfer-Encoding") == "chunked"

    def send_text(self, text: str) -> None:
        """Sends a text message as it is."""
        if self.token:
            assert self.post(f"/{self.token}/messages", text)[0] == 202
            return
        _, answer = self.post("", text)
        self._answers.append(answer)
        if answer["type"] in ("opened", "queued"):
            self.listen(answer["session"])

    def receive(self) -> Message | FrameSeen:
        """Returns the next message or frame."""
        if self._answers:
            return self._answers.popleft()
        assert self._stream is not None
        head = self._stream.read(5)
        if not head:
            raise StreamClosedError(None)
        length, kind = struct.unpack("<IB", head)
        payload = self._stream.read(length)
        if kind == 1:
            return decode_frame(payload)
        assert kind == 0
        message = json.loads(payload)
        if message["type"] == "alive":
            # After half a minute without a word: somebody else keeps the machine busy.
            return self.receive()
        if message["type"] == "closed":
            assert self._stream.read() == b""
            raise StreamClosedError(message["code"])
        return message

    def close(self) -> None:
        """Hangs up."""
        self._requests.close()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._stream is not None and self._connection is not None:
            self._stream.close()
            self._connection.close()

    def kill(self) -> None:
        """Resets the stream's TCP connection."""
        assert self._stream is not None
        raw = self._stream.fp.raw._sock  # pyright: ignore[reportAttributeAccessIssue]
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def make_client(server: LiveServer, transport: str) -> Client:
    """Returns a client over `websocket` or `http`."""
    if transport == "http":
        return HttpClient(server.url)
    return WebSocketClient(server.stream_url)
