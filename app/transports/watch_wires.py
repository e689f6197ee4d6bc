"""Encodings of what watchers are sent, made once for all of a kind, and of what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Protocol

from app.protocol.outbox import Closing, Heartbeat
from app.transports.http import encode_item

ACK_TEXT = b'{"type":"ack"}'
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
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
            return _frame(_TEXT, item.encode())
        if isinstance(item, bytes):
            return _frame(_BINARY, item)
        if isinstance(item, Closing):
            return _frame(_CLOSE, item.code.to_bytes(2, "big") + item.reason.encode())
        return _frame(_PONG if item.answer else _PING, item.payload)

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
            payload = _unmask(data[begin + 6 : end], data[begin + 2 : begin + 6])
            begin = end
            if opcode == 128 | _TEXT:
                if payload != ACK_TEXT and not _is_ack(payload):
                    raise ValueError("not an ack")
                yield Signal.ACK, payload
            elif opcode == 128 | _PING:
                yield Signal.PING, payload
            elif opcode == 128 | _CLOSE:
                yield Signal.CLOSE, payload
                return
            elif opcode == 128 | _PONG:
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


def _frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        head = bytes([128 | opcode, size])
    elif size < 1 << 16:
        head = bytes([128 | opcode, 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([128 | opcode, 127]) + size.to_bytes(8, "big")
    return head + payload


def _unmask(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def _is_ack(payload: bytes) -> bool:
    try:
        return json.loads(payload) == {"type": "ack"}
    except ValueError:
        return False
