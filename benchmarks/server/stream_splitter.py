"""Splits the bytes of a stream into its messages and frames, keeping only those that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

#: What a head says: kind and length of the payload; the length of the head where it is not whole.
Head = tuple[int, int] | int


class Splitter:
    """Splits what comes into payloads with heads before them.

    Args:
        read: reads a head.
        keeps: whether a payload of some kind is wanted.
    """

    def __init__(self, read: Callable[[bytearray], Head], keeps: Callable[[int], bool]) -> None:
        self._read = read
        self._keeps = keeps
        self._head = bytearray()
        self._payload: bytearray | None = None
        self._kind = self._left = 0
        self._inside = False

    def split(self, data: memoryview) -> Iterator[tuple[int, bytes]]:
        """Yields kinds and payloads that are whole now; those that are not wanted are empty."""
        begin, end = 0, len(data)
        while begin < end or (self._inside and not self._left):
            if self._inside:
                size = min(self._left, end - begin)
                if self._payload is not None:
                    self._payload += data[begin : begin + size]
                begin += size
                self._left -= size
                if not self._left:
                    self._inside = False
                    yield self._kind, bytes(self._payload or b"")
                continue
            said = self._read(self._head)
            if isinstance(said, int):
                size = said - len(self._head)
                self._head += data[begin : begin + size]
                begin += size
                said = self._read(self._head)
            if not isinstance(said, int):
                self._head.clear()
                self._kind, self._left = said
                self._inside = True
                self._payload = bytearray() if self._keeps(self._kind) else None
