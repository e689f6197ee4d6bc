"""Frames of a WebSocket (RFC 6455) by hand, where they are of one kind and there are many.

wsproto reads and writes any message; what it does for one takes as long as a tenth of a turn.
"""

from __future__ import annotations

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_FINAL, _MASKED = 128, 128


def encode_head(opcode: int, size: int) -> bytes:
    """Returns what comes before the payload of a whole message of the server."""
    if size < 126:
        return bytes([_FINAL | opcode, size])
    if size < 1 << 16:
        return bytes([_FINAL | opcode, 126]) + size.to_bytes(2, "big")
    return bytes([_FINAL | opcode, 127]) + size.to_bytes(8, "big")


def unmask(payload: bytes, mask: bytes) -> bytes:
    """Returns what a client has masked with four bytes."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


class MessageEnds:
    """Tells whether what a client has sent so far ends with the end of a message.

    It follows heads alone, and knows nothing of what a message says.
    """

    def __init__(self) -> None:
        self._head = b""
        self._left = 0
        self._unfinished = False

    @property
    def whole(self) -> bool:
        """Whether no message is begun."""
        return not (self._head or self._left or self._unfinished)

    def feed(self, data: bytes) -> None:
        """Goes on with what came."""
        begin, end = 0, len(data)
        while begin < end:
            if self._left:
                skipped = min(self._left, end - begin)
                self._left -= skipped
                begin += skipped
                continue
            wanted = _measure_head(self._head) - len(self._head)
            self._head += data[begin : begin + wanted]
            begin += wanted
            if len(self._head) == _measure_head(self._head):
                self._take_head()

    def _take_head(self) -> None:
        head, self._head = self._head, b""
        short, masked = head[1] & 127, head[1] & _MASKED
        self._left = (
            short if short < 126 else int.from_bytes(head[2 : -4 if masked else None], "big")
        )
        if head[0] & 15 < CLOSE:
            self._unfinished = not head[0] & _FINAL


def _measure_head(head: bytes) -> int:
    """Returns the length of a head of which the beginning is known."""
    if len(head) < 2:
        return 2
    short = head[1] & 127
    return 2 + (0 if short < 126 else 2 if short == 126 else 8) + (4 if head[1] & _MASKED else 0)


def count_equal(data: bytes, text: bytes) -> int:
    """Returns how many whole messages came, if each of them is this short text; 0 otherwise.

    Args:
        data: what a client has sent, from the beginning of a message.
        text: at most 125 bytes.
    """
    size = len(text)
    each = 6 + size
    count, rest = divmod(len(data), each)
    if rest:
        return 0
    head = bytes([_FINAL | TEXT, _MASKED | size])
    for begin in range(0, len(data), each):
        body = begin + 6
        if data[begin : begin + 2] != head:
            return 0
        if unmask(data[body : begin + each], data[begin + 2 : body]) != text:
            return 0
    return count
