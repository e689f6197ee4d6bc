"""Figures: what a notebook shows of a result, with a sentence for consoles."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A result: shown by Jupyter as a picture, and as a sentence anywhere else.

    Attributes:
        html: the picture; it needs neither a server nor a script.
        text: what it shows.
    """

    html: str
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        """What a console shows, and a notebook that shows no HTML."""
        return self.text

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        return self.html


def write_png(pixels: Any) -> str:
    """Returns an image as the address of a PNG.

    Args:
        pixels: uint8 [rows, columns, 3], the top row first.
    """
    rows, columns, _ = pixels.shape
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(_write_chunk(*part) for part in parts)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _write_chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def write_value(value: float | str) -> str:
    """Returns a number with three digits, or a name."""
    return value if isinstance(value, str) else f"{value:.3g}"
