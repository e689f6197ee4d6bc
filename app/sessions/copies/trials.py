"""Trials of sessions: trained in the background, and what a client is told of one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from engine import ImageTrial, Outcome, Trial, TrialResult

logger = logging.getLogger(__name__)

Message = dict[str, Any]

#: What one trial may train; the copies are then compared as far as they have come. Those of images
#: end their training by themselves, but wait for programs and measure large sets.
MAX_SECONDS, MAX_IMAGE_SECONDS = 4.0, 30.0
#: How long one trial may take, rests and the turns of others included.
MAX_WALL_SECONDS, MAX_IMAGE_WALL_SECONDS = 20.0, 60.0
#: Progress is told in so many steps.
_STEPS = 10


class TrialTask:
    """Trial that is trained in the background.

    Args:
        name: the client's for it.
        trial: the copies.
        tell: takes the messages; called without a lock, perhaps after the trial was cancelled.

    Attributes:
        name: the client's for it.
        cancelled: nobody wants its result any more.
    """

    def __init__(
        self, name: str, trial: Trial | ImageTrial, tell: Callable[[TrialTask, Message], None]
    ) -> None:
        self.name = name
        self.cancelled = False
        self._trial = trial
        self._tell = tell
        self._spent = 0.0
        self._told = 0
        self._end: float | None = None
        images = isinstance(trial, ImageTrial)
        self._most = MAX_IMAGE_SECONDS if images else MAX_SECONDS
        self._most_wall = MAX_IMAGE_WALL_SECONDS if images else MAX_WALL_SECONDS

    def advance(self, seconds: float) -> bool:
        """Trains for about so long; False once its result has been told."""
        try:
            if self._train(seconds):
                return True
            result = self._trial.result()
            message = make_result_message(self.name, result) if result else None
        except Exception:
            logger.exception("a trial failed")
            message = make_stopped_message(self.name, "failed")
        if not self.cancelled:
            self._tell(self, message or make_stopped_message(self.name, "busy"))
        return False

    def _train(self, seconds: float) -> bool:
        """Trains a slice; False if there is none left, or no time for it."""
        begun = time.monotonic()
        self._end = self._end or begun + self._most_wall
        if self._trial.done or self._spent > self._most or begun > self._end:
            return False
        self._trial.advance(seconds)
        self._spent += time.monotonic() - begun
        share = max(self._trial.share, min(1.0, self._spent / self._most))
        if int(share * _STEPS) > self._told:
            self._told = int(share * _STEPS)
            self._tell(self, make_progress_message(self.name, share))
        return True


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
        **({} if result.batches is None else {"batches": result.batches}),
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
