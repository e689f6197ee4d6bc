"""Client of the stream as tests use it, whatever carries it."""

from __future__ import annotations

import json
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from safetensors.numpy import load

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

    def wait_in_line(self, **asked: Any) -> Message:
        """Opens a session where there is no place, and returns what is said of the line."""
        self.send("open", wait=True, **(asked or {"spec": {}}))
        return self.message("queued")

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
        """Acks frame after frame until one is accepted; skips messages, but no errors."""
        while not (isinstance(got := self.receive(), FrameSeen) and accept(got)):
            if isinstance(got, FrameSeen):
                self.ack()
            else:
                assert got["type"] != "error", got
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


def _is_barrier(got: Message | FrameSeen) -> bool:
    return isinstance(got, dict) and got["type"] == "error" and got["code"] == "invalid_message"
