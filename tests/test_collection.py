"""Every process collects the same tests: xdist's workers may start at different times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: Collects at another time of day: what is made of the clock comes out different.
_COLLECT = """
import sys, time
real, ahead = time.time, float(sys.argv[1])
time.time = lambda: real() + ahead
import pytest
sys.exit(pytest.main(["--collect-only", "-q", "--assert=plain", "-p", "no:cacheprovider"]))
"""


def _start(ahead: float, hash_seed: str, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed, "TMPDIR": str(folder), "TZ": "UTC"}
    # Not as one of the present run's workers.
    environ = {k: v for k, v in environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-c", _COLLECT, str(ahead)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_another_time_and_another_hash_seed_collect_the_same_tests(tmp_path: Path) -> None:
    children = [_start(0.0, "1", tmp_path / "one"), _start(98_765.4, "2", tmp_path / "two")]
    outputs = [child.communicate()[0] for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    first, second = ([line for line in output.splitlines() if "::" in line] for output in outputs)
    assert len(first) > 1000
    different = sorted(set(first) ^ set(second))
    assert not different, different[:10]
    assert first == second
