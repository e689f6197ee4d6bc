"""Encodings of what watchers are sent, made once for all of a kind, and of what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Protocol

from app.protocol.outbox import Closing, Heartbeat
from app.transports.http import encode_item
from app.transports.websocket_frames import BINARY, CLOSE, PING, PONG, TEXT, encode_head, unmask

ACK_TEXT = b'{"type":"ack"}'
#: Longer messages nobody sends who only watches.
_MOST_BYTES = 125


class Signal(Enum):
    """What a watcher can say."""

    ACK = "ack"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"


class Wire(Protocol):
    """One kind of transport.

    Attributes:
        kind: equal kinds have equal bytes.
        gives_credit: whether the client acknowledges frames; else its socket sets the pace.
    """

    kind: str
    gives_credit: bool

    def encode(self, item: str | bytes | Closing | Heartbeat) -> bytes:
        """Encodes a message, a frame, the end, or a sign of life."""
        ...

    def read(self, data: bytes) -> Iterator[tuple[Signal, bytes]]:
        """Yields what a watcher says; raises ValueError for anything it may not say."""
        ...


class WebSocketWire:
    """A WebSocket; frames of the server are not masked, so all watchers get the same bytes."""

    kind = "websocket"
    gives_credit = True

    def __init__(self) -> None:
        self._buffer = b""

    def encode(self, item: str | bytes | Closing | Heartbeat) -> bytes:
        """Encodes a message, a frame, the end, or a sign of life."""
        if isinstance(item, str):
            opcode, payload = TEXT, item.encode()
        elif isinstance(item, bytes):
            opcode, payload = BINARY, item
        elif isinstance(item, Closing):
            opcode, payload = CLOSE, item.code.to_bytes(2, "big") + item.reason.encode()
        else:
            opcode, payload = PONG if item.answer else PING, item.payload
        return encode_head(opcode, len(payload)) + payload

    def read(self, data: bytes) -> Iterator[tuple[Signal, bytes]]:
        """Yields what a watcher says; raises ValueError for anything it may not say."""
        data = self._buffer + data
        begin = 0
        while len(data) >= begin + 6:
            opcode, size = data[begin], data[begin + 1]
            # Whole and masked, as clients must, and short.
            if opcode < 128 or not 128 <= size <= 128 + _MOST_BYTES:
                raise ValueError("not a short message")
            end = begin + 6 + size - 128
            if len(data) < end:
                break
            payload = unmask(data[begin + 6 : end], data[begin + 2 : begin + 6])
            begin = end
            if opcode == 128 | TEXT:
                if payload != ACK_TEXT and not _is_ack(payload):
                    raise ValueError("not an ack")
                yield Signal.ACK, payload
            elif opcode == 128 | PING:
                yield Signal.PING, payload
            elif opcode == 128 | CLOSE:
                yield Signal.CLOSE, payload
                return
            elif opcode == 128 | PONG:
                yield Signal.PONG, payload
            else:
                raise ValueError("not a text")
        self._buffer = data[begin:]


class HttpWire:
    """A plain answer that does not end.

    Args:
        chunked: whether the server sends it in chunks (HTTP/1.1).
    """

    gives_credit = False

    def __init__(self, *, chunked: bool) -> None:
        self.kind = "chunked" if chunked else "plain"
        self._chunked = chunked

    def encode(self, item: str | bytes | Closing | Heartbeat) -> bytes:
        """Encodes a message, a frame, the end, or a sign of life."""
        content = encode_item(item)
        return b"%x\r\n%b\r\n" % (len(content), content) if self._chunked else content

    def read(self, data: bytes) -> Iterator[tuple[Signal, bytes]]:
        """Refuses everything: the request has been read."""
        raise ValueError(f"{len(data)} bytes after the request")


def _is_ack(payload: bytes) -> bool:
    try:
        return json.loads(payload) == {"type": "ack"}
    except ValueError:
        return False
