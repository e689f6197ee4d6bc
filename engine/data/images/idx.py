"""Parser of IDX files, the format of MNIST, strict and bounded.

An IDX file is the bytes 0, 0, type and number of dimensions, then each
dimension as a big-endian u32, then the numbers. What a file of a known set must
declare is known beforehand, so nothing is allocated for what a file declares.

References:
    http://yann.lecun.com/exdb/mnist/ (the format, at the foot of the page)
"""

from __future__ import annotations

import hashlib
import math
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.base.arrays import Bytes
from engine.base.errors import DataError

_BLOCK = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS
_UNSIGNED_BYTE = 8
#: Compressed content is at most this much longer than the content itself.
_OVERHEAD = 1 << 16


@dataclass(frozen=True)
class IdxFile:
    """Expected content of one IDX file: shape and checksum.

    Attributes:
        name: the file's name, without `.gz`.
        shape: images, rows, columns; or labels.
        sha256: of the uncompressed content, since compressors differ.
        packed_sha256: of the compressed file as it is published; empty where that is not known.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    packed_sha256: str = ""

    @property
    def header(self) -> bytes:
        """The first bytes, which the shape determines."""
        n = len(self.shape)
        return struct.pack(f">BBBB{n}I", 0, 0, _UNSIGNED_BYTE, n, *self.shape)

    @property
    def size(self) -> int:
        """Bytes of the uncompressed content."""
        return len(self.header) + math.prod(self.shape)

    @property
    def largest_packed(self) -> int:
        """Bytes that the compressed file may have at most."""
        return self.size + _OVERHEAD


def read_idx(path: Path, file: IdxFile, *, packed: bool, label: str = "") -> Bytes:
    """Reads a file and checks that it is the published one.

    Args:
        path: where it lies.
        file: what it must hold.
        packed: whether it is compressed with gzip.
        label: its name in errors; the path's unless given.

    Returns:
        A new array of the file's shape.

    Raises:
        DataError: it cannot be read, or is not the published file; the text names it.
    """
    label = label or path.name
    try:
        # A pipe would be waited for without end, so the kind is asked before opening.
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(f"{label} is not a file")
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if packed and size > file.largest_packed:
                raise DataError(f"{label} is too large: {size} bytes for {file.size} of content")
            return parse_idx(inflate(stream, label) if packed else read_blocks(stream), file, label)
    except OSError as error:
        raise DataError(f"{label} cannot be read: {error.strerror or error}") from None


def read_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Reads a stream in blocks of bounded size."""
    while block := stream.read(_BLOCK):
        yield block


def inflate(stream: BinaryIO, label: str) -> Iterator[bytes]:
    """Unpacks one gzip member in blocks of bounded size; nothing may follow it.

    Raises:
        DataError: the stream is no gzip, is damaged, cut short or too long.
    """
    inflater = zlib.decompressobj(_GZIP)
    try:
        while not inflater.eof:
            packed = inflater.unconsumed_tail or stream.read(_BLOCK)
            if not packed:
                raise DataError(f"{label} is cut short: its compressed content has no end")
            if block := inflater.decompress(packed, _BLOCK):
                yield block
    except zlib.error:
        raise DataError(f"{label} is damaged: its content cannot be unpacked") from None
    if inflater.unused_data or stream.read(1):
        raise DataError(f"{label} is too long: something follows its content")


def parse_idx(blocks: Iterator[bytes], file: IdxFile, label: str) -> Bytes:
    """Parses the content of an IDX file that is known beforehand.

    Args:
        blocks: the uncompressed content in pieces; no more is taken than needed to refuse it.
        file: what it must hold.
        label: its name in errors.

    Returns:
        A new array of the file's shape.

    Raises:
        DataError: header, length or checksum are not those of the published file.
    """
    start = b""
    for block in blocks:
        start += block
        if len(start) >= len(file.header):
            break
    header, rest = start[: len(file.header)], start[len(file.header) :]
    if header != file.header:
        raise DataError(f"{label} {_describe_fault(header, file)}")
    digest = hashlib.sha256(header)
    content = np.empty(file.shape, np.uint8)
    flat, filled = content.reshape(-1), 0
    for block in chain([rest], blocks):
        if len(block) > len(flat) - filled:
            raise DataError(f"{label} is too long: more than {file.size} bytes")
        flat[filled : filled + len(block)] = np.frombuffer(block, np.uint8)
        filled += len(block)
        digest.update(block)
    if filled < len(flat):
        raise DataError(f"{label} is cut short: {len(header) + filled} of {file.size} bytes")
    if digest.hexdigest() != file.sha256:
        raise DataError(
            f"{label} is not the published file: the SHA-256 of its content begins with "
            f"{digest.hexdigest()[:12]}, it must be {file.sha256[:12]}"
        )
    return content


def _describe_fault(header: bytes, file: IdxFile) -> str:
    """Says what is wrong with a header that is not the one of a file."""
    if len(header) < len(file.header):
        return f"is cut short: {len(header)} of {file.size} bytes"
    if header[:3] != file.header[:3]:
        return "is not an IDX file of bytes"
    if header[3] != len(file.shape):
        if header[3] == 1:
            return "holds labels where images belong"
        if header[3] == 3:
            return "holds images where labels belong"
        return f"has {header[3]} dimensions, must have {len(file.shape)}"
    found = struct.unpack(f">{header[3]}I", header[4:])
    return f"declares {_join(found)}, must declare {_join(file.shape)}"


def _join(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
