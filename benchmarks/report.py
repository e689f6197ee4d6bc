"""Rows of results, as a table on the terminal and as JSON."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import jax

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        what: what was measured.
        value: the figure, in words with its unit.
        target: what it should be, in words; empty if it is only for scale.
        met: whether it is; None if there is no target.
        detail: how the figure came about.
        short: by how much the target is missed, in words.
    """

    what: str
    value: str
    target: str = ""
    met: bool | None = None
    detail: str = ""
    short: str = ""


def describe_hardware() -> dict[str, str]:
    """Returns what the figures were measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    devices = ", ".join(sorted({device.device_kind for device in jax.devices()}))
    return {
        "processor": model,
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else "?"),
        "device": f"{jax.default_backend()} ({devices})",
        "python": platform.python_version(),
        "jax": jax.__version__,
    }


def print_rows(title: str, rows: list[Row]) -> None:
    """Prints a table under a title."""
    print(f"\n{title}\n")
    marks = {True: "met", False: "MISSED", None: ""}
    cells = [
        (row.what, row.value, row.target, " ".join(filter(None, (marks[row.met], row.short))))
        for row in rows
    ]
    header = ("what", "measured", "goal", "")
    widths = [max(len(cell[i]) for cell in [header, *cells]) for i in range(4)]
    for cell in [header, tuple("-" * width for width in widths), *cells]:
        print(
            "  ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True)).rstrip()
        )
    for row in rows:
        if row.detail:
            print(f"  {row.what}: {row.detail}")


def write_rows(name: str, rows: list[Row]) -> Path:
    """Writes rows and hardware as JSON and returns the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {"hardware": describe_hardware(), "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path
