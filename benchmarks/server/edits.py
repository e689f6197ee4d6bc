"""From an edit to the first frame that shows it, through a real server while it trains."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.report import Row
from benchmarks.timing import percentile
from engine import Spec, parse_spec
from tests.app.client import FrameSeen
from tests.app.servers import LiveServer
from tests.app.transports import WebSocketClient
from tests.engine.random_edits import Edit, draw_edit

EDITS = 60
FRAMES_BETWEEN = 5
#: Milliseconds from an edit to its frame, and between two frames, at most.
MEDIAN, LATE, PAUSE = 8, 15, 250


@dataclass(frozen=True)
class EditTimes:
    """Seconds that a client waited.

    Attributes:
        delays: from each edit to the first frame that shows it.
        gaps: from each frame to the next.
    """

    delays: list[float]
    gaps: list[float]


def time_edits(server: LiveServer, draw: Callable[[Spec], Edit], edits: int = EDITS) -> EditTimes:
    """Sends edits while a session trains, one every few frames.

    Args:
        server: has the session.
        draw: makes an edit of a spec.
        edits: how many are sent.
    """
    times = EditTimes([], [])
    with WebSocketClient(server.stream_url) as client:
        spec = parse_spec(client.open()["spec"])
        client.send("run")
        client.ack(2)
        client.frame_where(lambda frame: frame.step > 50)
        client.ack()
        shown = time.perf_counter()
        for spec_id in range(1, edits + 1):
            patch, origin = draw(spec)
            sent = time.perf_counter()
            client.send("edit", patch=patch, origin=origin)
            frames_after = 0
            while frames_after < FRAMES_BETWEEN:
                got = client.receive()
                if isinstance(got, FrameSeen):
                    now = time.perf_counter()
                    times.gaps.append(now - shown)
                    shown = now
                    client.ack()
                    if got.spec_id == spec_id and frames_after == 0:
                        times.delays.append(now - sent)
                    frames_after += got.spec_id == spec_id
                elif got["type"] == "spec":
                    points = got["spec"]["data"].setdefault("points", spec.data.points)
                    got["spec"]["data"]["points"] = points
                    spec = parse_spec(got["spec"])
                elif got["type"] == "diverged":
                    client.send("run")
                else:
                    raise AssertionError(got)
    return times


def measure_edits(server: LiveServer) -> list[Row]:
    """Sends 60 edits of every kind to shapes never seen before, one every few frames."""
    rng = random.Random(2026)
    times = time_edits(server, lambda spec: draw_edit(rng, spec))
    delays = times.delays
    middle, late = percentile(delays, 0.5) * 1e3, percentile(delays, 0.95) * 1e3
    worst = max(times.gaps) * 1e3
    detail = f"{len(delays)} edits, the slowest {max(delays) * 1e3:.0f} ms"
    return [
        Row("edit to frame, median", f"{middle:.1f} ms", f"{MEDIAN} ms", middle <= MEDIAN, detail),
        Row("edit to frame, 95 %", f"{late:.1f} ms", f"{LATE} ms", late <= LATE),
        Row("longest pause between frames", f"{worst:.0f} ms", f"{PAUSE} ms", worst <= PAUSE),
    ]
