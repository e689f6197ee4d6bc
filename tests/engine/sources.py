"""How sources are to read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RULES = "E,F,W,I,UP,B,C4,N,PT,RUF,SIM"


def check_style(folder: Path) -> None:
    """Holds all sources in a folder to ruff's rules and format."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--select", RULES, "--quiet"], ["format", "--diff"]):
        run = subprocess.run(
            [*ruff, *command, "--isolated", "--no-cache", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout[:4000] + run.stderr[:1000]
