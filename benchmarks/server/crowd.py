"""Many at once: frames per second for up to 64 real clients, and how fast others are answered."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request

from benchmarks.report import Row
from benchmarks.server.server_load import observe
from benchmarks.server.stream_clients import ClientGroup, Plan
from tests.app.servers import PATIENCE, LiveServer

#: Clients, and the hidden layers of what each of them trains.
CROWDS = ((1, (4, 2)), (8, (4, 2)), (32, (4, 2)), (64, (4, 2)), (64, (8,) * 6))
SECONDS = 5.0
WARM_SECONDS = 1.5


def _time_health(url: str, seconds: float) -> list[float]:
    """Asks `/healthz` ten times a second; returns the milliseconds that the answers took."""
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        with urllib.request.urlopen(url + "/healthz", timeout=PATIENCE) as answer:
            json.load(answer)
        took.append((time.monotonic() - begun) * 1e3)
        time.sleep(0.1)
    return took


def measure_one(server: LiveServer, clients: int, units: tuple[int, ...]) -> Row:
    """Measures one crowd, whose clients are in processes of their own."""
    plan = Plan(spec={"layers": [{"units": n} for n in units]})
    with ClientGroup(server.url, plan, clients) as group:
        group.wait_frames(clients)
        time.sleep(WARM_SECONDS)
        health: list[float] = []
        spent = observe(server, group, lambda: health.extend(_time_health(server.url, SECONDS)))
    rates = spent.rates
    used = spent.cores / sum(rates)
    network = "-".join(map(str, (2, *units, 1)))
    what = f"frames to {clients} client{'s' if clients > 1 else ''} of {network}"
    p95 = statistics.quantiles(health, n=20)[-1]
    detail = (
        f"slowest {min(rates):.1f} /s, fastest {max(rates):.1f} /s; "
        f"{used * 1e3:.2f} ms of processor time in the server a frame; "
        f"/healthz median {statistics.median(health):.1f} ms, p95 {p95:.1f} ms"
    )
    return Row(what, f"{sum(rates):.0f} /s in all", detail=detail)


def measure_crowd(server: LiveServer) -> list[Row]:
    """Measures crowds of each size: the default playground in every tab, and a larger network."""
    return [measure_one(server, clients, units) for clients, units in CROWDS]
