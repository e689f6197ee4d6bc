"""Logs stay bounded, even, and end with what came last."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.frames.logs import Log, LogEntry


def entry(step: int) -> LogEntry:
    return LogEntry({"step": step}, 0.0)


def steps(log: Log) -> list[float]:
    return [kept.metrics["step"] for kept in log.entries]


def test_everything_is_kept_while_there_is_room() -> None:
    log = Log(limit=10)
    for step in range(1, 11):
        log.record(entry(step))
    assert steps(log) == list(range(1, 11))


@pytest.mark.parametrize("count", [11, 100, 1234, 50_000])
def test_a_long_log_is_thinned_evenly(count: int) -> None:
    log = Log(limit=100)
    for step in range(1, count + 1):
        log.record(entry(step))
    kept = steps(log)
    assert len(kept) <= 100
    assert (kept[0], kept[-1]) == (1, count)
    gaps = [after - before for before, after in pairwise(kept[:-1])]
    assert max(gaps) <= 4 * max(1, count / 100)
    if count > 100:
        assert len(kept) > 25


def test_going_back_forgets_what_came_after() -> None:
    log = Log(limit=10)
    for step in range(1, 30):
        log.record(entry(step))
    log.truncate(12)
    assert steps(log)
    assert max(steps(log)) <= 12
    log.truncate(0)
    for step in range(1, 5):
        log.record(entry(step))
    assert steps(log) == [1, 2, 3, 4]


def test_a_cleared_log_is_empty() -> None:
    log = Log()
    log.record(entry(1))
    log.clear()
    assert log.entries == ()
