"""The scheduler with real threads: who has a turn at the same time as whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from app.hosting import scheduler as scheduler_module
from app.hosting.scheduler import Scheduler
from app.scheduling import fair_queue
from app.scheduling.fair_queue import LIGHT_SECONDS
from app.sessions.session import Session
from tests.app.servers import PATIENCE, wait_until


class Asker:
    """What a scheduler sees of a session that always wants another turn."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.turns = 0
        self.label = "asker"
        self.turn_kind = None

    def find_due(self, now: float) -> float | None:
        return now


class Turns:
    """Takes turns, and notes how many long ones there were at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._long = 0
        self.most = 0

    def begin_anew(self) -> None:
        with self._lock:
            self.most = self._long

    def take(self, asker: Any) -> None:
        long = asker.seconds > LIGHT_SECONDS
        with self._lock:
            self._long += long
            self.most = max(self.most, self._long)
        end = time.monotonic() + asker.seconds
        threading.Event().wait(asker.seconds)
        while time.monotonic() < end:
            pass
        with self._lock:
            self._long -= long
            asker.turns += 1


@contextmanager
def scheduling(workers: int, turns: Turns) -> Iterator[Scheduler]:
    scheduler = Scheduler(workers, turns.take)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop(timeout=5)


def wake(scheduler: Scheduler, *askers: Asker) -> None:
    for asker in askers:
        scheduler.wake(cast(Session, asker))


def test_one_thread_is_kept_for_light_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine a turn may take so long that the others would be forgotten meanwhile.
    monkeypatch.setattr(fair_queue, "HEAVY_SECONDS", PATIENCE)
    monkeypatch.setattr(scheduler_module, "KEPT_SECONDS", PATIENCE)
    turns = Turns()
    light, heavy = Asker(), [Asker(2 * LIGHT_SECONDS) for _ in range(4)]
    with scheduling(2, turns) as scheduler:
        wake(scheduler, light, *heavy)
        wait_until(lambda: min(asker.turns for asker in heavy) > 2, "all are known to be heavy")
        turns.begin_anew()
        seen = light.turns
        wait_until(lambda: min(asker.turns for asker in heavy) > 5, "all had some more")
        assert turns.most == 1
        assert light.turns > seen


@pytest.mark.parametrize("workers", [1, 2])
def test_heavy_turns_take_all_threads_where_there_are_no_others(workers: int) -> None:
    turns = Turns()
    with scheduling(workers, turns) as scheduler:
        heavy = [Asker(2 * LIGHT_SECONDS) for _ in range(3)]
        wake(scheduler, *heavy)
        wait_until(lambda: min(asker.turns for asker in heavy) > 3, "all had some turns")
        assert turns.most == workers
