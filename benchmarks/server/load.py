"""Load: live sessions, watchers of one run and idle viewers; rates, fairness, latency, memory."""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import replace

from benchmarks.report import Row
from benchmarks.server.server_load import observe
from benchmarks.server.stream_clients import ClientGroup, Plan
from benchmarks.timing import percentile
from tests.app.servers import ROOT, LiveServer

#: Sessions at one time, of the 6x8 network.
SESSIONS = (1, 10, 60, 120, 240)
WATCHERS = (50, 200)
SECONDS = 8.0
WARM_SECONDS = 3.0
SPEC = {"layers": [{"units": 8}] * 6}
NETWORK = "2-8x6-1"
#: What a class of sixty is to have: frames a second each, share of the median, seconds.
CLASS, AT_LEAST, FAIR, SOON = 60, 20.0, 0.2, 0.2
#: Newcomers who wait while a class has all places.
LINE = 30
TRANSPORTS = ("websocket", "http")


def measure_sessions(server: LiveServer, count: int, transport: str) -> Row:
    """Measures sessions that all run, and are edited once a second each."""
    before = server.memory_mib
    plan = Plan(transport=transport, spec=SPEC, edits=True)
    with ClientGroup(server.url, plan, count) as group:
        group.wait_frames(count, seconds=60)
        time.sleep(WARM_SECONDS)
        spent = observe(server, group, lambda: time.sleep(SECONDS))
    rates = spent.rates or [0.0]
    median = statistics.median(rates)
    unfair = max(rates[-1] / median - 1, 1 - rates[0] / median) if median else 1.0
    latencies = [one for tally in spent.seen.tallies for one in tally.latencies]
    late = percentile(latencies, 0.95) if latencies else float("inf")
    typical = statistics.median(latencies) if latencies else float("inf")
    total = sum(rates)
    detail = (
        f"{total:.0f} /s in all; each {rates[0]:.1f} to {rates[-1]:.1f}, within {unfair:.0%} of "
        f"the median; edit to frame {typical * 1e3:.0f} ms, p95 {late * 1e3:.0f} ms; "
        f"{spent.cores:.2f} and {spent.client_cores:.2f} cores, {spent.cost}; "
        f"{(spent.mib - before) / count:.2f} MiB a session; errors: {spent.errors}"
    )
    what = f"{count} sessions of {NETWORK} over {transport}"
    if count != CLASS:
        return Row(what, f"{median:.1f} /s each", detail=detail)
    met = rates[0] >= AT_LEAST and unfair <= FAIR and late < SOON
    target = f"{AT_LEAST:.0f} /s, within {FAIR:.0%}, p95 below {SOON * 1e3:.0f} ms"
    return Row(what, f"{median:.1f} /s each", target, met, detail)


def measure_watchers(server: LiveServer, count: int, transport: str) -> Row:
    """Measures watchers of one run, beside what one session costs by itself, and then idle ones."""
    plan = Plan(spec=SPEC)
    with ClientGroup(server.url, plan, 1) as run:
        run.wait_frames(1)
        time.sleep(WARM_SECONDS)
        alone = observe(server, run, lambda: time.sleep(SECONDS))
        watch = _find_watch_token(server, alone.seen.tokens[0])
        watching = Plan(transport=transport, watch=watch, acks=transport == "websocket")
        with ClientGroup(server.url, watching, count) as group:
            group.wait_frames(count, seconds=60)
            time.sleep(WARM_SECONDS)
            run.read(restart=True)
            spent = observe(server, group, lambda: time.sleep(SECONDS))
            shown = run.read().tallies[0]
    mine = len(shown.times) / spent.seconds
    each = alone.cores / alone.rates[0]
    more = spent.cores - each * mine
    rates = spent.rates or [0.0]
    detail = (
        f"the run {alone.rates[0]:.1f} /s alone, {mine:.1f} /s with them, {rates[0]:.1f} to "
        f"{rates[-1]:.1f} /s to each of them; {spent.cores:.2f} cores in all, the run's own frames "
        f"{each * mine:.2f}; {(spent.mib - alone.mib) / count:.3f} MiB a watcher; "
        f"errors: {spent.errors}"
    )
    return Row(
        f"{count} watchers of one run of {NETWORK} over {transport}",
        f"{more:.2f} cores more",
        f"below three sessions at that rate, {3 * each * mine:.2f}",
        more < 3 * each * mine,
        detail,
    )


def measure_idle(server: LiveServer, count: int, transport: str) -> Row:
    """Measures viewers of a run that rests."""
    with ClientGroup(server.url, Plan(spec=SPEC, first=()), 1) as run:
        run.wait_frames(1, frames=1)
        watch = _find_watch_token(server, run.read().tokens[0])
        time.sleep(WARM_SECONDS)
        alone = observe(server, run, lambda: time.sleep(SECONDS))
        watching = Plan(transport=transport, watch=watch, acks=transport == "websocket")
        with ClientGroup(server.url, watching, count) as group:
            group.wait_frames(count, frames=1, seconds=60)
            time.sleep(WARM_SECONDS)
            spent = observe(server, group, lambda: time.sleep(SECONDS))
    what = f"{count} idle viewers over {transport}"
    detail = (
        f"{alone.cores * 1e3:.0f} ms a second without them; "
        f"{(spent.mib - alone.mib) / count:.3f} MiB each; errors: {spent.errors}"
    )
    return Row(what, f"{spent.cores * 1e3:.0f} ms of processor time a second", detail=detail)


def measure_line(count: int, more: int) -> Row:
    """Measures a full server before and while newcomers wait in its line."""
    with (
        LiveServer(LIVENET_MAX_SESSIONS=str(count), LIVENET_RESUME_SECONDS="0") as server,
        ClientGroup(server.url, Plan(spec=SPEC), count) as group,
    ):
        group.wait_frames(count, seconds=60)
        time.sleep(WARM_SECONDS)
        alone = observe(server, group, lambda: time.sleep(SECONDS))
        with ClientGroup(server.url, Plan(spec=SPEC, waits=True), more) as line:
            time.sleep(WARM_SECONDS)
            told = sorted(tally.place for tally in line.read().tallies)
            spent = observe(server, group, lambda: time.sleep(SECONDS))
    before, now = sum(alone.rates), sum(spent.rates)
    detail = (
        f"{before:.0f} /s in all before, {now:.0f} /s now, each {spent.rates[0]:.1f} to "
        f"{spent.rates[-1]:.1f}; told their places: {told == list(range(1, more + 1))}; "
        f"errors: {spent.errors}"
    )
    what = f"{count} sessions of {NETWORK} while {more} wait in line"
    return Row(what, f"{now / before:.2f} of their frames", detail=detail)


def _find_watch_token(server: LiveServer, token: str) -> str:
    return json.loads(server.get(f"/api/sessions/{token}/watch").body)["watch"]


def measure_load() -> list[Row]:
    """Measures servers with room for all, in one process and in one for each core; a full one."""
    room = {"LIVENET_MAX_SESSIONS": "256", "LIVENET_RESUME_SECONDS": "0"}
    rows: list[Row] = []
    with LiveServer(LIVENET_PROCESSES=str(os.cpu_count() or 1), cwd=ROOT, **room) as server:
        measure_sessions(server, CLASS, "websocket")
        for transport in TRANSPORTS:
            rows += [measure_sessions(server, count, transport) for count in SESSIONS]
    with LiveServer(cwd=ROOT, **room) as server:
        measure_sessions(server, 1, "websocket")
        for transport in TRANSPORTS:
            alone = measure_sessions(server, CLASS, transport)
            rows.append(replace(alone, what=f"{alone.what} in one process", target="", met=None))
        for measure, counts in ((measure_watchers, WATCHERS), (measure_idle, WATCHERS[-1:])):
            rows += [measure(server, count, name) for name in TRANSPORTS for count in counts]
    return [*rows, measure_line(CLASS, LINE)]
