"""Small clients of the stream: over a WebSocket, over HTTP alone, and in the same process."""

from __future__ import annotations

import json
import socket
import struct
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Self

import numpy as np
import websocket
from safetensors.numpy import load

from app.protocol.outbox import Closing, Heartbeat
from app.transports.connections import Connections
from tests.app.servers import PATIENCE, LiveServer

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """A frame as a client reads it."""

    arrays: dict[str, np.ndarray]
    metadata: dict[str, str]
    blob: bytes

    @property
    def step(self) -> int:
        """Updates so far."""
        return int(self.metadata["step"])

    @property
    def epoch(self) -> float:
        """Epochs so far."""
        return float(self.metadata["epoch"])

    @property
    def spec_id(self) -> int:
        """The spec it shows."""
        return int(self.metadata["spec_id"])


def decode_frame(blob: bytes) -> FrameSeen:
    """Reads a safetensors blob with its metadata."""
    (length,) = struct.unpack_from("<Q", blob)
    header = json.loads(blob[8 : 8 + length])
    return FrameSeen(load(blob), header["__metadata__"], blob)


class StreamClosedError(Exception):
    """The server closed the stream.

    Args:
        code: WebSocket close code; None without a closing handshake.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Client(ABC):
    """One connection to the stream, whatever carries it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Ends the connection as a client does that is done."""

    @abstractmethod
    def kill(self) -> None:
        """Resets the TCP connection, as a lost tab or network does."""

    @abstractmethod
    def send_text(self, text: str) -> None:
        """Sends a text message as it is."""

    @abstractmethod
    def receive(self) -> Message | FrameSeen:
        """Returns the next message or frame.

        Raises:
            StreamClosedError: the server closed the stream.
        """

    def send(self, kind: str, **content: Any) -> None:
        """Sends a message; `from_` stands for `from`."""
        content = {key.rstrip("_"): value for key, value in content.items()}
        self.send_text(json.dumps({"type": kind, **content}))

    def ack(self, times: int = 1) -> None:
        """Gives credit."""
        for _ in range(times):
            self.send("ack")

    def open(self, spec: Message | None = None) -> Message:
        """Opens a new session and returns `opened`."""
        self.send("open", spec=spec or {})
        return self.message("opened")

    def resume(self, token: str) -> Message:
        """Takes a session up again and returns `opened`."""
        self.send("open", session=token)
        return self.message("opened")

    def message(self, kind: str, acks: bool = False) -> Message:
        """Returns the next message, which must be of this kind; skips frames."""
        while isinstance(got := self.receive(), FrameSeen):
            if acks:
                self.ack()
        assert got["type"] == kind, got
        return got

    def error(self, code: str) -> Message:
        """Returns the next message, which must be this error."""
        got = self.message("error")
        assert got["code"] == code, got
        return got

    def frame(self) -> FrameSeen:
        """Returns what comes next, which must be a frame."""
        got = self.receive()
        assert isinstance(got, FrameSeen), got
        return got

    def run(self) -> FrameSeen:
        """Starts training and returns the first frame of it."""
        self.send("run")
        return self.frame_where(lambda frame: frame.metadata["running"] == "true")

    def frame_where(self, accept: Callable[[FrameSeen], bool]) -> FrameSeen:
        """Acks frame after frame until one is accepted; skips messages."""
        while not (isinstance(got := self.receive(), FrameSeen) and accept(got)):
            if isinstance(got, FrameSeen):
                self.ack()
        return got

    def closing(self) -> int | None:
        """Reads until the server closes the stream and returns the close code."""
        while True:
            try:
                self.receive()
            except StreamClosedError as closed:
                return closed.code

    def barrier(self) -> list[Message | FrameSeen]:
        """Returns all that comes until the engine has done everything sent so far.

        The engine answers a weight that does not exist with an error; a frame that was
        due when it did so comes before the answer to a second one.
        """
        seen: list[Message | FrameSeen] = []
        for _ in range(2):
            self.send("set_weight", layer=60, from_=0, to=0, value=0.0)
            while not _is_barrier(got := self.receive()):
                seen.append(got)
        return seen


class InProcessClient(Client):
    """One connection without any transport: the protocol alone.

    Args:
        connections: of a server in this process.
    """

    def __init__(self, connections: Connections) -> None:
        self.connection = connections.open()

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
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        self.address = url.removeprefix("http://")
        self._requests = HTTPConnection(self.address, timeout=PATIENCE)
        self._answers: deque[Message] = deque()
        self._connection: HTTPConnection | None = None
        self._stream: HTTPResponse | None = None
        self.token = ""

    def post(self, path: str, body: str | bytes) -> tuple[int, Message]:
        """Makes a request and returns the status and what was answered."""
        body = body.encode() if isinstance(body, str) else body
        self._requests.request("POST", "/api/sessions" + path, body)
        response = self._requests.getresponse()
        return response.status, json.loads(response.read())

    def listen(self, token: str) -> None:
        """Takes the stream of a session."""
        self._hang_up()
        self.token = token
        self._connection = HTTPConnection(self.address, timeout=PATIENCE)
        self._connection.request("GET", f"/api/sessions/{token}/stream")
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
        if answer["type"] == "opened":
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


def _is_barrier(got: Message | FrameSeen) -> bool:
    return isinstance(got, dict) and got["type"] == "error" and got["code"] == "invalid_message"
