"""`python -m benchmarks.mnist [NAME ...]`: measures, prints a table and writes JSON."""

from __future__ import annotations

import sys

from benchmarks.command import run_benchmarks
from benchmarks.mnist.data import missing
from benchmarks.mnist.drawings import measure_drawings
from benchmarks.mnist.edits import measure_edits
from benchmarks.mnist.speed import measure_speed
from benchmarks.mnist.stream import measure_stream
from benchmarks.mnist.table import measure_table

BENCHMARKS = {
    "mnist_drawings": measure_drawings,
    "mnist_edits": measure_edits,
    "mnist_speed": measure_speed,
    "mnist_stream": measure_stream,
    "mnist_table": measure_table,
}

if __name__ == "__main__":
    if complaint := missing():
        sys.exit(complaint)
    sys.exit(run_benchmarks("python -m benchmarks.mnist", {"mnist": BENCHMARKS}))
