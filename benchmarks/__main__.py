"""`python -m benchmarks [NAME ...]`: measures, prints a table and writes JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks.accuracy import measure_accuracy
from benchmarks.browser import measure_browser
from benchmarks.crowd import measure_crowd
from benchmarks.edits import measure_edits
from benchmarks.report import Row, describe_hardware, print_rows, write_rows
from benchmarks.startup import measure_startup
from benchmarks.steps import measure_frames, measure_steps
from engine import Programs
from tests.app.servers import LiveServer


def _measure_engine() -> list[Row]:
    tight, general = Programs(), Programs()
    general.warm()
    return measure_steps(tight, general) + measure_frames(tight, general)


def _measure_accuracy() -> list[Row]:
    programs = Programs()
    programs.warm()
    return measure_accuracy(programs)


def _measure_edits() -> list[Row]:
    with LiveServer() as server:
        return measure_edits(server)


def _measure_crowd() -> list[Row]:
    with LiveServer() as server:
        return measure_crowd(server)


def _measure_browser() -> list[Row]:
    with LiveServer() as server:
        return measure_browser(server)


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "startup": measure_startup,
    "engine": _measure_engine,
    "accuracy": _measure_accuracy,
    "edits": _measure_edits,
    "crowd": _measure_crowd,
    "browser": _measure_browser,
}


def main() -> int:
    """Runs the named benchmarks, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME",
                        help=f"out of: {', '.join(BENCHMARKS)}")  # fmt: skip
    names = parser.parse_args().names or list(BENCHMARKS)
    print("  ".join(f"{key}: {value}" for key, value in describe_hardware().items()))
    rows: list[Row] = []
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        measured = BENCHMARKS[name]()
        write_rows(name, measured)
        rows += measured
    print_rows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
