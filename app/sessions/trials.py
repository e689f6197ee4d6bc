"""Trial runner: one thread that trains the trials of all sessions in short slices.

Sessions go first: a slice is far shorter than a turn, and after it the thread rests, the longer the
busier the process is. One trial is trained at a time; the others wait for it in their order.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine import Outcome, Trial, TrialResult

logger = logging.getLogger(__name__)

Message = dict[str, Any]

#: Training between two rests.
SLICE_SECONDS = 0.01
#: What one trial may train; the copies are then compared as far as they have come.
MAX_SECONDS = 4.0
#: How long one trial may take, rests included.
MAX_WALL_SECONDS = 20.0
#: Trials that may wait; one more is told that the server is busy.
MAX_WAITING = 16
#: Rests are as long as slices while nothing else runs, and so many times longer on busy cores.
_REST, _BUSY_REST = 1.0, 8.0
#: Progress is told in so many steps.
_STEPS = 10


@dataclass(slots=True, eq=False)
class TrialTask:
    """A queued trial and the callback for its messages.

    Attributes:
        name: the client's for it.
        trial: the copies.
        tell: takes the messages; called without a lock, perhaps after the trial was cancelled.
        cancelled: nobody wants its result any more.
    """

    name: str
    trial: Trial
    tell: Callable[[TrialTask, Message], None]
    cancelled: bool = False


class TrialRunner:
    """Thread that trains the trials of all sessions, one after the other."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[TrialTask] = deque()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._load = _CpuLoad()

    def add(self, task: TrialTask) -> bool:
        """Queues a trial; False if too many wait."""
        with self._changed:
            self._waiting = deque(one for one in self._waiting if not one.cancelled)
            if self._closing or len(self._waiting) >= MAX_WAITING:
                return False
            self._waiting.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="trials", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return True

    def close(self) -> None:
        """Ends the thread after its slice."""
        with self._changed:
            self._closing = True
            self._waiting.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            told = self._try_out(task)
            if not task.cancelled and not self._closing:
                task.tell(task, told)

    def _try_out(self, task: TrialTask) -> Message:
        try:
            self._train(task)
            result = task.trial.result()
        except Exception:
            logger.exception("a trial failed")
            return make_stopped_message(task.name, "failed")
        return (
            make_result_message(task.name, result)
            if result
            else make_stopped_message(task.name, "busy")
        )

    def _next(self) -> TrialTask | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return None if self._closing else self._waiting.popleft()

    def _train(self, task: TrialTask) -> None:
        trial, spent, told = task.trial, 0.0, 0
        end = time.monotonic() + MAX_WALL_SECONDS
        self._load.begin()
        while not (trial.done or task.cancelled or self._closing):
            if spent > MAX_SECONDS or time.monotonic() > end:
                return
            begun = time.monotonic()
            trial.advance(SLICE_SECONDS)
            took = time.monotonic() - begun
            spent += took
            share = max(trial.share, min(1.0, spent / MAX_SECONDS))
            if int(share * _STEPS) > told:
                told = int(share * _STEPS)
                task.tell(task, make_progress_message(task.name, share))
            self._rest(took)

    def _rest(self, took: float) -> None:
        rest = took * (_REST + _BUSY_REST * self._load.measure())
        with self._changed:
            self._changed.wait_for(lambda: self._closing, rest)


class _CpuLoad:
    """CPU load of the other threads of the process."""

    def __init__(self) -> None:
        affinity = getattr(os, "sched_getaffinity", None)
        self._cores = len(affinity(0)) if affinity else os.cpu_count() or 1
        self._busy = 0.0
        self.begin()

    def begin(self) -> None:
        """Measures from now on."""
        self._last = time.monotonic(), time.process_time() - time.thread_time()

    def measure(self) -> float:
        """Returns the share of CPU time that other threads used lately, 0 to 1, smoothed."""
        now = time.monotonic(), time.process_time() - time.thread_time()
        seconds, used = now[0] - self._last[0], now[1] - self._last[1]
        if seconds > 0:
            share = min(1.0, max(0.0, used / (seconds * self._cores)))
            self._busy += (share - self._busy) / 4
            self._last = now
        return self._busy


def make_progress_message(name: str, share: float) -> Message:
    """Returns a `trying` message with the progress of a trial."""
    return {"type": "trying", "trial": name, "share": round(share, 3)}


def make_stopped_message(name: str, reason: str, **more: str) -> Message:
    """Returns a `tried` message for a trial without a result."""
    return {"type": "tried", "trial": name, "stopped": reason, **more}


def make_result_message(name: str, result: TrialResult) -> Message:
    """Returns a `tried` message with the result of a trial."""
    return {
        "type": "tried",
        "trial": name,
        "step": result.step,
        "epochs": result.epochs,
        "baseline": _tell_outcome(result.baseline),
        "results": [_tell_outcome(outcome) for outcome in result.outcomes],
        "best": result.best,
    }


def _tell_outcome(outcome: Outcome) -> Message | None:
    if outcome.metrics is None:
        return None
    told: Message = dict(outcome.metrics)
    if outcome.flow is not None:
        told["flow"] = [[float(f"{value:.4g}") for value in row] for row in outcome.flow.tolist()]
    return told
