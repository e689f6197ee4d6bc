"""From an edit to the first frame that shows it, through a real server while it trains."""

from __future__ import annotations

import itertools
import time

from benchmarks.random_edits import KINDS, EditSource
from benchmarks.report import Row
from benchmarks.timing import percentile
from tests.app.client import Client, FrameSeen
from tests.app.servers import LiveServer

EDITS = 60


def measure_edits(server: LiveServer) -> list[Row]:
    """Sends 60 edits of every kind to shapes never seen before, one every few frames."""
    source, delays, gaps = EditSource(seed=2026), [], []
    with Client(server.stream_url) as client:
        spec = client.open()["spec"]
        client.send("run")
        client.ack(2)
        client.frame_where(lambda frame: frame.step > 50)
        client.ack()
        shown = time.perf_counter()
        for spec_id, kind in zip(range(1, EDITS + 1), itertools.cycle(KINDS), strict=False):
            sent = time.perf_counter()
            client.send("edit", patch=source.draw(kind, spec))
            frames_after = 0
            while frames_after < 5:
                got = client.receive()
                if not isinstance(got, FrameSeen):
                    if got["type"] == "spec":
                        spec = got["spec"]
                    elif got["type"] == "diverged":
                        client.send("reset")
                        client.send("run")
                    else:
                        raise AssertionError(got)
                    continue
                now = time.perf_counter()
                gaps.append(now - shown)
                shown = now
                client.ack()
                if got.spec_id >= spec_id:
                    if frames_after == 0:
                        delays.append(now - sent)
                    frames_after += 1
    middle, late, worst = percentile(delays, 0.5), percentile(delays, 0.95), max(gaps)
    detail = f"{len(delays)} edits, {len(KINDS)} kinds, worst {max(delays) * 1e3:.0f} ms"
    return [
        Row("edit to frame, median", f"{middle * 1e3:.1f} ms", "30 ms", middle <= 0.030, detail),
        Row("edit to frame, 95 %", f"{late * 1e3:.1f} ms", "100 ms", late <= 0.100),
        Row("longest pause between frames", f"{worst * 1e3:.0f} ms", "250 ms", worst <= 0.250),
    ]
