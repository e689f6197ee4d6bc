"""What a cluster costs: frames over a front against frames of a server that stands alone.

`python -m benchmarks cluster` needs Ray (requirements-cluster.txt).
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time

from benchmarks.processor_time import read_processor_time
from benchmarks.report import Row
from benchmarks.server.stream_clients import ClientGroup, Plan
from tests.app.servers import LiveServer

#: Clients, what carries their frames, and the hidden layers of what each of them trains.
CASES = (
    (1, "websocket", (4, 2)),
    (1, "websocket", (8,) * 6),
    (16, "websocket", (4, 2)),
    (16, "websocket", (8,) * 6),
    (4, "http", (8,) * 6),
)
ROUNDS = 3
SECONDS = 3.0
WARM_SECONDS = 1.0
#: Share of the frames of a server alone that are left.
LEFT = 0.75
_LOCAL = (sys.executable, "-m", "app.cluster", "local", "--nodes")


def measure_cluster() -> list[Row]:
    """Measures by turns: a server alone, and a cluster of one session server on as many cores."""
    if importlib.util.find_spec("ray") is None:
        return [Row("frames through a cluster", "not measured", detail="Ray is not installed")]
    rows = []
    with (
        LiveServer(LIVENET_WORKERS="2") as alone,
        LiveServer((*_LOCAL, "1"), LIVENET_SERVER_CORES="2") as cluster,
    ):
        for case in CASES:
            rates: dict[str, list[float]] = {"alone": [], "cluster": []}
            used: dict[str, list[float]] = {"alone": [], "cluster": []}
            for _ in range(ROUNDS):
                for name, server in (("alone", alone), ("cluster", cluster)):
                    rate, spent = _measure(server, *case)
                    rates[name].append(rate)
                    used[name].append(spent)
            rows.append(_compare(case, rates, used))
    return rows


def _measure(
    server: LiveServer, clients: int, transport: str, units: tuple[int, ...]
) -> tuple[float, float]:
    """Returns frames a second of all clients, and milliseconds of processor time for each."""
    plan = Plan(transport, spec={"layers": [{"units": n} for n in units]})
    with ClientGroup(server.url, plan, clients) as group:
        group.wait_frames(clients)
        time.sleep(WARM_SECONDS)
        group.read(restart=True)
        used, begun = read_processor_time(server.process.pid), time.monotonic()
        time.sleep(SECONDS)
        seen = group.read()
        took = time.monotonic() - begun
        used = read_processor_time(server.process.pid) - used
    frames = sum(len(tally.times) for tally in seen.tallies)
    return frames / took, 1e3 * used / max(1, frames)


def _compare(
    case: tuple[int, str, tuple[int, ...]],
    rates: dict[str, list[float]],
    used: dict[str, list[float]],
) -> Row:
    clients, transport, units = case
    pairs = zip(rates["cluster"], rates["alone"], strict=True)
    left = statistics.median(cluster / alone for cluster, alone in pairs)
    of = {name: statistics.median(values) for name, values in rates.items()}
    ms = {name: statistics.median(values) for name, values in used.items()}
    network = "-".join(map(str, (2, *units, 1)))
    return Row(
        f"frames through a cluster, {clients} x {network}, {transport}",
        f"{left:.2f} of a server alone",
        f"at least {LEFT}",
        left >= LEFT,
        f"{of['cluster']:.0f} /s against {of['alone']:.0f} /s; processor time a frame "
        f"{ms['cluster']:.2f} ms against {ms['alone']:.2f} ms",
    )
