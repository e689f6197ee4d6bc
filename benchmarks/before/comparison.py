"""`python -m benchmarks before COMMIT`: the speed of this tree against that of a commit.

Both run by turns on one machine, with the same packages; a ratio above 1 is this tree's gain.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.before.commit import NoCommitError, check_out
from benchmarks.before.engine_tasks import compare_engines
from benchmarks.before.pages import compare_pages
from benchmarks.before.pair import Figures, Pair
from benchmarks.before.servers import (
    compare_clients,
    compare_edits,
    compare_mnist_edits,
    compare_startups,
)
from benchmarks.report import Row, describe_hardware, print_rows, write_rows

#: Nothing may be slower than this.
GOAL = 0.97
ROUNDS = 3
PARTS: dict[str, Callable[[Pair], None]] = {
    "engine": compare_engines,
    "startup": compare_startups,
    "edits": compare_edits,
    "clients": compare_clients,
    "pages": compare_pages,
    "mnist-edits": compare_mnist_edits,
}


def run_comparison(arguments: Sequence[str]) -> int:
    """Measures, prints a table and writes JSON; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks before")
    parser.add_argument("commit", help="what this tree is compared with")
    help_of_parts = f"out of: {', '.join(PARTS)}; all of them if none is named"
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART",
                        help=help_of_parts)  # fmt: skip
    parser.add_argument("--rounds", type=int, default=ROUNDS,
                        help="how often each tree is measured, by turns")  # fmt: skip
    options = parser.parse_args(arguments)
    print("  ".join(f"{key}: {value}" for key, value in describe_hardware().items()))
    try:
        with check_out(options.commit) as tree, tempfile.TemporaryDirectory() as cache:
            pair = Pair(tree, Path(cache), options.rounds)
            for name in options.parts or PARTS:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                PARTS[name](pair)
    except NoCommitError as error:
        print(error, file=sys.stderr)
        return 1
    rows = [_describe(what, figures) for what, figures in pair.figures.items()]
    write_rows("before", rows)
    print_rows(f"Speed against that of {options.commit}", rows)
    return 0


def _describe(what: str, figures: Figures) -> Row:
    """The ratio of the medians; of least times, where the least is what was kept."""
    before, now = (figures.scale * median(each) for each in (figures.before, figures.now))
    ratio = now / before if figures.more else before / now
    rounds = ", ".join(
        f"{figures.scale * old:.3g} and {figures.scale * new:.3g}"
        for old, new in zip(figures.before, figures.now, strict=True)
    )
    detail = f"{before:.3g} {figures.unit} before, {now:.3g} now; rounds: {rounds}"
    return Row(what, f"{ratio:.2f}", f"{GOAL}", ratio >= GOAL, detail)
