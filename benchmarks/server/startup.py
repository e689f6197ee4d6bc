"""From starting the server to ready, with and without compiled programs on disk."""

from __future__ import annotations

import tempfile
import time

from benchmarks.report import Row
from tests.app.servers import LiveServer


def _start(cache_dir: str) -> float:
    begun = time.perf_counter()
    with LiveServer(LIVENET_CACHE_DIR=cache_dir):
        return time.perf_counter() - begun


def measure_startup() -> list[Row]:
    """Starts twice over one empty cache folder."""
    with tempfile.TemporaryDirectory() as cache_dir:
        cold = _start(cache_dir)
        warm = min(_start(cache_dir) for _ in range(2))
    return [
        Row("start to ready, no cache", f"{cold:.1f} s", "8 s", cold <= 8),
        Row("start to ready, cache", f"{warm:.1f} s", "4 s", warm <= 4),
    ]
