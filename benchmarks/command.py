"""The command line of a set of benchmarks."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from benchmarks.report import Row, describe_hardware, print_rows, write_rows

#: Each measures something and returns its rows.
Benchmarks = Mapping[str, Callable[[], list[Row]]]


def run_benchmarks(prog: str, groups: Mapping[str, Benchmarks]) -> int:
    """Runs the benchmarks named on the command line, or all of them.

    Args:
        prog: what is said to be called.
        groups: by name, which stands for all of a group; of benchmarks by name. Each measures and
            returns its rows.

    Returns:
        The exit status.
    """
    known = [*groups, *(name for group in groups.values() for name in group)]
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME",
                        help=f"out of: {', '.join(known)}")  # fmt: skip
    names = parser.parse_args().names or list(groups)
    print("  ".join(f"{key}: {value}" for key, value in describe_hardware().items()))
    for title, group in groups.items():
        rows: list[Row] = []
        begun = time.monotonic()
        for name, measure in group.items():
            if name in names or title in names:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                measured = measure()
                write_rows(name, measured)
                rows += measured
        if rows:
            print_rows(f"{title.capitalize()}, in {time.monotonic() - begun:.0f} s", rows)
    return 0
