"""Incremental parser of a request head: whether it is complete, and its kind.

This decides when a request gets a thread and which limits it is counted against. It never
decides what a request means: the same bytes then go through the server's own parser.
"""

from __future__ import annotations

import re
from typing import Literal

#: `health` and `stream` are known by their addresses; `upload` has a body that is yet to come.
Kind = Literal["health", "stream", "upload", "ordinary"]

#: A longer head is refused.
MAX_HEAD_BYTES = 1 << 15
#: A body of up to so many bytes is read before the request gets a thread.
SMALL_BODY_BYTES = 1 << 16

_END = b"\r\n\r\n"
_HEALTH = re.compile(rb"/(healthz|readyz|metrics|status)(\?.*)?")
_STREAM = re.compile(rb"/api/(stream|sessions/[^/?]+/stream)(\?.*)?")


def find_kind(method: bytes, target: bytes) -> Kind:
    """Returns what a request without a body is.

    Args:
        method: such as `GET`.
        target: path and query.
    """
    if method in (b"GET", b"HEAD") and _HEALTH.fullmatch(target):
        return "health"
    return "stream" if method == b"GET" and _STREAM.fullmatch(target) else "ordinary"


class RequestHead:
    """Buffers one request until it can be handled without waiting for more bytes.

    Attributes:
        content: all bytes so far, those of a small body and of what follows included.
        kind: what is asked for; known once the head is whole.
        forwarded: the X-Forwarded-For header; known once the head is whole.
    """

    def __init__(self) -> None:
        self.content = bytearray()
        self.kind: Kind = "ordinary"
        self.forwarded = ""
        self._length: int | None = None
        self._broken = False

    @property
    def whole(self) -> bool:
        """Whether the head itself has come."""
        return self._length is not None

    @property
    def ready(self) -> bool:
        """Whether the request can be handled; its body, unless it is large, has come too."""
        return self._broken or (self._length is not None and len(self.content) >= self._length)

    @property
    def too_long(self) -> bool:
        """Whether it has grown beyond what a head may have."""
        return not self.whole and len(self.content) > MAX_HEAD_BYTES

    def feed(self, data: bytes) -> None:
        """Takes the next bytes."""
        searched = max(0, len(self.content) - len(_END) + 1)
        self.content += data
        if self.whole or self._broken:
            return
        if not searched:
            # Empty lines before a request are allowed.
            while self.content.startswith(b"\r\n"):
                del self.content[:2]
            line_end = self.content.find(b"\n")
            # No HTTP: the parser says what is wrong with it.
            self._broken = self.content[:1] not in (b"", b"\r") and (
                not self.content[:1].isalpha()
                or (line_end >= 0 and self.content[line_end - 1 : line_end] != b"\r")
            )
        end = self.content.find(_END, searched)
        if 0 <= end <= MAX_HEAD_BYTES:
            self._read(bytes(self.content[:end]), end + len(_END))

    def _read(self, head: bytes, end: int) -> None:
        line, _, rest = head.partition(b"\r\n")
        method, _, target = line.partition(b" ")
        fields: dict[bytes, list[bytes]] = {}
        for field in rest.split(b"\r\n"):
            name, _, value = field.partition(b":")
            fields.setdefault(name.lower(), []).append(value.strip())
        self.forwarded = b",".join(fields.get(b"x-forwarded-for", ())).decode("latin-1")
        length = fields.get(b"content-length", [b"0"])[0]
        size = int(length[:18]) if length.isdigit() else 0
        waits = size > SMALL_BODY_BYTES or b"expect" in fields
        if b"transfer-encoding" in fields or (waits and len(self.content) < end + size):
            self.kind, self._length = "upload", end
        else:
            self.kind = "ordinary" if size else find_kind(method, target.partition(b" ")[0])
            self._length = end + size
