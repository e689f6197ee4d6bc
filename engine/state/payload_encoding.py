"""Encoding of link payloads: compact bytes, and their text in a link.

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
from engine.base.errors import PayloadError, PayloadVersionError
from engine.network import Layout
from engine.spec import MAX_POINTS, Spec
from engine.state.payload import LinkPayload, Point

#: Bytes of the longest payload; the largest network for images fits.
MAX_PAYLOAD = 8 << 20
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


def encode_payload(payload: LinkPayload) -> bytes:
    """Returns a link payload as bytes.

    Raises:
        PayloadError: it is too large.
    """
    flags, parts = 0, []
    if payload.params is not None:
        c = payload.counters
        flags |= _WEIGHTS
        parts.append(_COUNTERS.pack(c.step, c.epoch, c.first, c.draws))
    if payload.points is not None:
        flags |= _POINTS
        # + 0.0 makes -0.0 a 0.0, which is the same point.
        columns = np.array(payload.points, np.float64).reshape(-1, 3).T + 0.0
        parts += [_COUNT.pack(len(payload.points)), *map(_pack_column, columns)]
    if payload.params is not None:
        narrow = not np.abs(payload.params).max(initial=0) > np.finfo(np.float16).max
        flags |= 0 if narrow else _WIDE
        parts.append(_lay_out(payload.params, "<f2" if narrow else "<f4"))
    content = bytes([VERSION]) + zlib.compress(b"".join([bytes([flags]), *parts]), 9)
    if len(content) > MAX_PAYLOAD:
        raise PayloadError(f"a state may have at most {MAX_PAYLOAD} bytes")
    return content


def decode_payload(content: bytes, spec: Spec | None = None) -> LinkPayload:
    """Reads a link payload from an untrusted source.

    Args:
        content: its bytes.
        spec: what it is for; no more is decompressed than such a network can have.

    Raises:
        PayloadVersionError: it is of a later version.
        PayloadError: it is no payload, damaged or too large.
    """
    size = None if spec is None else Layout.of(spec).size
    most = _MAX_UNPACKED if size is None else min(_MAX_UNPACKED, _MAX_HEAD + 4 * size)
    plain, whole = _inflate(content, most)
    reader = _Reader(plain)
    payload, wide = _read_head(reader)
    if not whole:
        if size is None or most == _MAX_UNPACKED or payload.params is None:
            raise PayloadError("the state is damaged, cut off or too large")
        raise PayloadError(f"the weights must be {size} numbers for this network", "weights")
    params = None if payload.params is None else _unpack_params(reader, wide)
    if reader.rest:
        raise PayloadError("the state is damaged")
    return replace(payload, params=params)


def decode_points(content: bytes) -> tuple[Point, ...] | None:
    """Reads only the points of a link payload; the weights behind them are not decompressed.

    Raises:
        PayloadVersionError: it is of a later version.
        PayloadError: it is no payload, or damaged.
    """
    return _read_head(_Reader(_inflate(content, _MAX_HEAD)[0]))[0].points


def _read_head(reader: _Reader) -> tuple[LinkPayload, bool]:
    """Reads up to the weights, which are empty if there are any, and whether they are float32."""
    (flags,) = reader.take(1)
    if flags & ~(_POINTS | _WEIGHTS | _WIDE):
        raise PayloadError("the state is damaged")
    counters, params = Counters(), None
    if flags & _WEIGHTS:
        step, epoch, first, draws = _COUNTERS.unpack(reader.take(_COUNTERS.size))
        if max(step, epoch, first, draws) > MAX_COUNT:
            raise PayloadError("the counters are too large", "weights")
        counters = Counters(step=step, epoch=epoch, first=first, draws=draws)
        params = np.zeros(0, np.float32)
    points = _unpack_points(reader) if flags & _POINTS else None
    return LinkPayload(points, params, counters), bool(flags & _WIDE)


def write_word(content: bytes) -> str:
    """Returns the bytes of a link payload as a word for a link, which ends with its version.

    A link that was cut off so lacks its end, and none ends with a sign that chat programs
    leave out.
    """
    text = base64.urlsafe_b64encode(content[1:]).decode().rstrip("=")
    return f"{text}.{content[0]}"


def read_word(word: str) -> bytes:
    """Returns the bytes of a link payload from the word of a link.

    Raises:
        PayloadError: the word is none.
    """
    match = _WORD.fullmatch(word)
    if match is None or int(match[2]) > 255:
        raise PayloadError("the state is damaged or cut off")
    padded = match[1] + "=" * (-len(match[1]) % 4)
    try:
        return bytes([int(match[2])]) + base64.urlsafe_b64decode(padded)
    except binascii.Error:
        raise PayloadError("the state is damaged or cut off") from None


class _Reader:
    """Reads bytes from front to back.

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
            raise PayloadError("the state is damaged or cut off")
        self._at += length
        return self._content[self._at - length : self._at]

    def take_numbers(self, dtype: str, count: int) -> NDArray[Any]:
        size = np.dtype(dtype).itemsize
        planes = np.frombuffer(self.take(size * count), np.uint8).reshape(size, count)
        return np.ascontiguousarray(planes.T).reshape(-1).view(dtype)


def _inflate(content: bytes, most: int) -> tuple[bytes, bool]:
    """Decompresses at most so many bytes; also returns whether that is all."""
    if not content:
        raise PayloadError("the state is empty")
    if content[0] != VERSION:
        raise PayloadVersionError(f"the state is of version {content[0]}, known is {VERSION}")
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(memoryview(content)[1:], most + 1)
    except zlib.error:
        raise PayloadError("the state is damaged or cut off") from None
    if stream.unused_data:
        raise PayloadError("the state is damaged, cut off or too large")
    return plain, stream.eof and len(plain) <= most


def _lay_out(numbers: NDArray[Any], dtype: str) -> bytes:
    """Returns numbers as byte planes: the first bytes of all, then the second ones, and so on."""
    lines = numbers.astype(dtype)[:, None].view(np.uint8)
    return lines.T.tobytes()


def _pack_column(column: NDArray[np.float64]) -> bytes:
    """Packs a column without loss: as scaled whole numbers where that is possible."""
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
        raise PayloadError(f"there may be at most {MAX_POINTS} points", "points")
    columns = [_unpack_column(reader, count) for _ in range(3)]
    if not all(np.isfinite(column).all() for column in columns):
        raise PayloadError("a point is not finite", "points")
    return tuple(zip(*(column.tolist() for column in columns), strict=True))


def _unpack_column(reader: _Reader, count: int) -> NDArray[np.float64]:
    decimals, size = _COLUMN.unpack(reader.take(_COLUMN.size))
    if (decimals, size) == (_AS_IT_IS, 8):
        return reader.take_numbers("<f8", count)
    if decimals > _MOST_DECIMALS or size not in (1, 2, 4):
        raise PayloadError("the state is damaged", "points")
    return reader.take_numbers(f"<i{size}", count) / 10.0**decimals


def _unpack_params(reader: _Reader, wide: bool) -> Floats:
    dtype = "<f4" if wide else "<f2"
    count, odd = divmod(reader.rest, np.dtype(dtype).itemsize)
    params = reader.take_numbers(dtype, count).astype(np.float32)
    if odd or not np.isfinite(params).all():
        raise PayloadError("the weights are damaged", "weights")
    return params
