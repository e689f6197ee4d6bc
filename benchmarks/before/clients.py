"""Frames to 64 clients against a server of the commit before, by turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack

from benchmarks.before.commit import NoCommitError, check_out, describe_missing
from benchmarks.report import Row
from benchmarks.server.server_load import Spent, observe
from benchmarks.server.stream_clients import ClientGroup, Plan
from tests.app.servers import LiveServer

CLIENTS, GOAL = 64, 2.0
SPEC = {"layers": [{"units": 8}] * 6}
WHAT = f"frames/s to {CLIENTS} clients of 2-8x6-1, against the commit before"
#: The first round, in which exact programs are compiled, does not count.
ROUNDS = 4
SECONDS, WARM_SECONDS = 5.0, 1.5


def measure_clients_before() -> list[Row]:
    """Runs both servers, of which one at a time has clients; the median of three pairs."""
    try:
        with check_out() as tree, tempfile.TemporaryDirectory() as cache, ExitStack() as servers:
            before = LiveServer(
                cwd=tree, XLA_FLAGS="", LIVENET_CACHE_DIR=cache, LIVENET_RESUME_SECONDS="0"
            )
            servers.enter_context(before)
            now = servers.enter_context(LiveServer(LIVENET_RESUME_SECONDS="0"))
            return _measure(before, now)
    except NoCommitError as error:
        return [describe_missing(WHAT, f"{GOAL:.1f}", error)]


def _measure(before: LiveServer, now: LiveServer) -> list[Row]:
    pairs = [(observe_clients(before), observe_clients(now)) for _ in range(ROUNDS)][1:]
    rates = [tuple(sum(spent.rates) for spent in pair) for pair in pairs]
    ratios = [new / old for old, new in rates]
    costs = [tuple(spent.cores / sum(spent.rates) * 1e3 for spent in pair) for pair in pairs]
    errors = {spent.errors for pair in pairs for spent in pair}
    detail = (
        f"/s {', '.join(f'{old:.0f} and {new:.0f}' for old, new in rates)}; ms of processor time "
        f"a frame {', '.join(f'{old:.2f} and {new:.2f}' for old, new in costs)}; "
        f"errors: {', '.join(errors)}"
    )
    ratio = statistics.median(ratios)
    return [Row(WHAT, f"{ratio:.2f}", f"{GOAL:.1f}", ratio >= GOAL, detail)]


def observe_clients(server: LiveServer) -> Spent:
    """Returns what 64 clients of a server see, and what it spends on them."""
    with ClientGroup(server.url, Plan(spec=SPEC), CLIENTS) as group:
        group.wait_frames(CLIENTS)
        time.sleep(WARM_SECONDS)
        return observe(server, group, lambda: time.sleep(SECONDS))
