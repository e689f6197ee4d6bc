"""Every process collects the same tests: xdist's workers may start at different times."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Collects at another time of day: what is made of the clock comes out different.
_COLLECT = """
import sys, time
real, ahead = time.time, float(sys.argv[1])
time.time = lambda: real() + ahead
import pytest
sys.exit(pytest.main(["--collect-only", "-q", "--assert=plain", "-p", "no:cacheprovider"]))
"""


def _collect(ahead: float, hash_seed: str, folder: Path) -> list[str]:
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed, "TMPDIR": str(folder), "TZ": "UTC"}
    # Not as one of the present run's workers.
    environ = {k: v for k, v in environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-c", _COLLECT, str(ahead)]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return [line for line in done.stdout.splitlines() if "::" in line]


def _sort_by_file(names: Iterable[str]) -> dict[str, list[str]]:
    """Tests of each file in their order; files are handed out in an order of their own."""
    files: dict[str, list[str]] = {}
    for name in names:
        files.setdefault(name.partition("::")[0], []).append(name)
    return files


@pytest.mark.slow
def test_another_time_and_another_hash_seed_collect_the_same_tests(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What this process has collected, another one collects too: the same names in one order."""
    mine = [item.nodeid for item in request.session.items]
    others = _collect(98_765.4, "2", tmp_path)
    assert len(others) > 100
    different = sorted(set(mine) - set(others))
    assert not different, different[:10]
    if request.config.getoption("random_order_bucket", "none") == "none":
        chosen = set(mine)
        assert _sort_by_file(mine) == _sort_by_file(name for name in others if name in chosen)
