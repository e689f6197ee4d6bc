"""The history of a run as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from engine.exports.files import File
from engine.frames.metrics import Metrics


def write_history(rows: Sequence[Metrics]) -> File:
    """Returns one line for each entry; a missing metric is left empty.

    Args:
        rows: metrics, oldest first.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_write(row[key]) if key in row else "" for key in columns])
    return File("livenet_history.csv", text.getvalue().encode(), "text/csv")


def _write(value: float) -> str:
    return str(value) if isinstance(value, int) else format(value, ".9g")
