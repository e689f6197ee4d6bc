"""The command line of a set of benchmarks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from benchmarks.report import Row, describe_hardware, print_rows, write_rows


def run_benchmarks(prog: str, benchmarks: Mapping[str, Callable[[], list[Row]]]) -> int:
    """Runs the benchmarks named on the command line, or all of them.

    Args:
        prog: what is said to be called.
        benchmarks: by name; each measures and returns its rows.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("names", nargs="*", choices=[*benchmarks, []], metavar="NAME",
                        help=f"out of: {', '.join(benchmarks)}")  # fmt: skip
    names = parser.parse_args().names or list(benchmarks)
    print("  ".join(f"{key}: {value}" for key, value in describe_hardware().items()))
    rows: list[Row] = []
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        measured = benchmarks[name]()
        write_rows(name, measured)
        rows += measured
    print_rows(rows)
    return 0
