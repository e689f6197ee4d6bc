"""Packing: a packet as few bytes, and as a word of a link.

The bytes are a version and a zlib stream. What the stream holds: a byte of flags; with
weights the counters, 4 x u32; with points their number, u16, and their three columns; with
weights all numbers of the network, float16 if they fit. Numbers of several bytes lie with all
first bytes before all second ones, which packs better. Nothing of it is code.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.errors import PacketError, PacketVersionError
from engine.network import Layout
from engine.spec import MAX_POINTS, Spec
from engine.state.payload import Packet, Point

#: Bytes of the longest packet; the largest network for images fits.
MAX_PACKET = 8 << 20
VERSION = 1
#: Where a run may stand; with room to go on.
MAX_COUNT = 1 << 30
_MAX_UNPACKED = 17 << 20
_POINTS, _WEIGHTS, _WIDE = 1, 2, 4
_COUNTERS = struct.Struct("<4I")
_COUNT = struct.Struct("<H")
_COLUMN = struct.Struct("<BB")
#: What can lie before the weights, unpacked.
_MAX_HEAD = 1 + _COUNTERS.size + _COUNT.size + 3 * (_COLUMN.size + 8 * MAX_POINTS)
#: Decimals of a column of whole numbers; more, and it is kept as float64.
_MOST_DECIMALS = 9
_AS_IT_IS = 255
_WORD = re.compile(r"([A-Za-z0-9_-]+)\.(\d{1,3})")


def encode_packet(packet: Packet) -> bytes:
    """Returns a packet as bytes.

    Raises:
        PacketError: it is too large.
    """
    flags, parts = 0, []
    if packet.params is not None:
        c = packet.counters
        flags |= _WEIGHTS
        parts.append(_COUNTERS.pack(c.step, c.epoch, c.first, c.draws))
    if packet.points is not None:
        flags |= _POINTS
        # + 0.0 makes -0.0 a 0.0, which is no other place.
        columns = np.array(packet.points, np.float64).reshape(-1, 3).T + 0.0
        parts += [_COUNT.pack(len(packet.points)), *map(_pack_column, columns)]
    if packet.params is not None:
        narrow = not np.abs(packet.params).max(initial=0) > np.finfo(np.float16).max
        flags |= 0 if narrow else _WIDE
        parts.append(_lay_out(packet.params, "<f2" if narrow else "<f4"))
    content = bytes([VERSION]) + zlib.compress(b"".join([bytes([flags]), *parts]), 9)
    if len(content) > MAX_PACKET:
        raise PacketError(f"a state may have at most {MAX_PACKET} bytes")
    return content


def decode_packet(content: bytes, spec: Spec | None = None) -> Packet:
    """Reads a packet, whoever made it.

    Args:
        content: its bytes.
        spec: what it is for; numbers that no such network has are not even unpacked.

    Raises:
        PacketVersionError: it is of a later version.
        PacketError: it is no packet, damaged or too large.
    """
    size = None if spec is None else Layout.of(spec).size
    most = _MAX_UNPACKED if size is None else min(_MAX_UNPACKED, _MAX_HEAD + 4 * size)
    plain, whole = _inflate(content, most)
    reader = _Reader(plain)
    packet, wide = _read_head(reader)
    if not whole:
        if size is None or most == _MAX_UNPACKED or packet.params is None:
            raise PacketError("the state is damaged, cut off or too large")
        raise PacketError(f"the weights must be {size} numbers for this network", "weights")
    params = None if packet.params is None else _unpack_params(reader, wide)
    if reader.rest:
        raise PacketError("the state is damaged")
    return replace(packet, params=params)


def decode_points(content: bytes) -> tuple[Point, ...] | None:
    """Reads only the points of a packet; what lies behind them is not unpacked.

    Raises:
        PacketVersionError: it is of a later version.
        PacketError: it is no packet, or damaged.
    """
    return _read_head(_Reader(_inflate(content, _MAX_HEAD)[0]))[0].points


def _read_head(reader: _Reader) -> tuple[Packet, bool]:
    """Reads up to the weights, which are empty if there are any, and whether they are float32."""
    (flags,) = reader.take(1)
    if flags & ~(_POINTS | _WEIGHTS | _WIDE):
        raise PacketError("the state is damaged")
    counters, params = Counters(), None
    if flags & _WEIGHTS:
        step, epoch, first, draws = _COUNTERS.unpack(reader.take(_COUNTERS.size))
        if max(step, epoch, first, draws) > MAX_COUNT:
            raise PacketError("the counters are too large", "weights")
        counters = Counters(step=step, epoch=epoch, first=first, draws=draws)
        params = np.zeros(0, np.float32)
    points = _unpack_points(reader) if flags & _POINTS else None
    return Packet(points, params, counters), bool(flags & _WIDE)


def write_word(content: bytes) -> str:
    """Returns the bytes of a packet as a word for a link, which ends with its version.

    A link that was cut off so lacks its end, and none ends with a sign that chat programs
    leave out.
    """
    text = base64.urlsafe_b64encode(content[1:]).decode().rstrip("=")
    return f"{text}.{content[0]}"


def read_word(word: str) -> bytes:
    """Returns the bytes of a packet from the word of a link.

    Raises:
        PacketError: the word is none.
    """
    match = _WORD.fullmatch(word)
    if match is None or int(match[2]) > 255:
        raise PacketError("the state is damaged or cut off")
    padded = match[1] + "=" * (-len(match[1]) % 4)
    try:
        return bytes([int(match[2])]) + base64.urlsafe_b64decode(padded)
    except binascii.Error:
        raise PacketError("the state is damaged or cut off") from None


class _Reader:
    """Bytes from front to back.

    Args:
        content: all of them.
    """

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._at = 0

    @property
    def rest(self) -> int:
        return len(self._content) - self._at

    def take(self, length: int) -> memoryview:
        if length > self.rest:
            raise PacketError("the state is damaged or cut off")
        self._at += length
        return self._content[self._at - length : self._at]

    def take_numbers(self, kind: str, count: int) -> NDArray[Any]:
        size = np.dtype(kind).itemsize
        planes = np.frombuffer(self.take(size * count), np.uint8).reshape(size, count)
        return np.ascontiguousarray(planes.T).reshape(-1).view(kind)


def _inflate(content: bytes, most: int) -> tuple[bytes, bool]:
    """Opens the stream of a packet, but no further than so many bytes; and whether that is all."""
    if not content:
        raise PacketError("the state is empty")
    if content[0] != VERSION:
        raise PacketVersionError(f"the state is of version {content[0]}, known is {VERSION}")
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(memoryview(content)[1:], most + 1)
    except zlib.error:
        raise PacketError("the state is damaged or cut off") from None
    if stream.unused_data:
        raise PacketError("the state is damaged, cut off or too large")
    return plain, stream.eof and len(plain) <= most


def _lay_out(numbers: NDArray[Any], kind: str) -> bytes:
    """Returns numbers as bytes: the first ones of all, then the second ones, and so on."""
    lines = numbers.astype(kind)[:, None].view(np.uint8)
    return lines.T.tobytes()


def _pack_column(column: NDArray[np.float64]) -> bytes:
    """Keeps numbers exactly: as whole numbers of some decimals where that is possible."""
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = np.rint(column * 10.0**decimals).astype(np.int64)
        if (scaled / 10.0**decimals).tobytes() != column.tobytes():
            continue
        for size in (1, 2, 4):
            limit = 2 ** (8 * size - 1)
            if (np.abs(scaled) < limit).all():
                return _COLUMN.pack(decimals, size) + _lay_out(scaled, f"<i{size}")
    return _COLUMN.pack(_AS_IT_IS, 8) + _lay_out(column, "<f8")


def _unpack_points(reader: _Reader) -> tuple[Point, ...]:
    (count,) = _COUNT.unpack(reader.take(_COUNT.size))
    if count > MAX_POINTS:
        raise PacketError(f"there may be at most {MAX_POINTS} points", "points")
    columns = [_unpack_column(reader, count) for _ in range(3)]
    if not all(np.isfinite(column).all() for column in columns):
        raise PacketError("a point is not finite", "points")
    return tuple(zip(*(column.tolist() for column in columns), strict=True))


def _unpack_column(reader: _Reader, count: int) -> NDArray[np.float64]:
    decimals, size = _COLUMN.unpack(reader.take(_COLUMN.size))
    if (decimals, size) == (_AS_IT_IS, 8):
        return reader.take_numbers("<f8", count)
    if decimals > _MOST_DECIMALS or size not in (1, 2, 4):
        raise PacketError("the state is damaged", "points")
    return reader.take_numbers(f"<i{size}", count) / 10.0**decimals


def _unpack_params(reader: _Reader, wide: bool) -> Floats:
    kind = "<f4" if wide else "<f2"
    count, odd = divmod(reader.rest, np.dtype(kind).itemsize)
    params = reader.take_numbers(kind, count).astype(np.float32)
    if odd or not np.isfinite(params).all():
        raise PacketError("the weights are damaged", "weights")
    return params
