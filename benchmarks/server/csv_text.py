"""How fast tables of points are read: lines a second of the largest text that is taken."""

from __future__ import annotations

import contextlib
import time

from app.files.csv_points import read_points
from app.files.csv_text import CsvError
from benchmarks.report import Row

MOST_BYTES = 1 << 20
WANTED = 500_000
ROUNDS = 5
LINES = {
    "rows": b"1.25,-2.5,0\n",
    "rows with quotation marks": b'"1.25","-2.5",0\n',
    "rows with blanks": b"1.25 -2.5 0\n",
    "blank lines": b"\n",
    "lines of commas": b",,\n",
    "lines of empty quoted cells": b'""\n',
}


def measure_csv() -> list[Row]:
    """Reads a mebibyte of lines of each kind, the best of a few rounds."""
    rows = []
    for what, line in LINES.items():
        content = line * (MOST_BYTES // len(line))
        best = min(_time(content) for _ in range(ROUNDS))
        rate = content.count(b"\n") / best
        rows.append(
            Row(
                f"csv: {what}",
                f"{rate:,.0f} lines/s",
                f"{WANTED:,} lines/s",
                rate >= WANTED,
                f"{len(content)} bytes in {1000 * best:.1f} ms",
            )
        )
    return rows


def _time(content: bytes) -> float:
    begun = time.perf_counter()
    # Too many rows, or none: what counts is that all lines were looked at.
    with contextlib.suppress(CsvError):
        read_points(content)
    return time.perf_counter() - begun
