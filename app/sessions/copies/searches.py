"""Searches over hyperparameters: trained in the background, and what a client is told of one."""

from __future__ import annotations

import base64
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from app.sessions.client.announcements import ServerMessage
from engine import Search, SearchTrial

logger = logging.getLogger(__name__)

#: Whether it trains; `ended`: nothing is left to train.
SearchState = Literal["training", "stopped", "ended", "failed"]
#: Pixels along a side of an ensemble's boundary.
_SIDE = 50
#: Seconds from one message to the next, at least.
_APART = 0.2


class SearchTask:
    """Search that is trained in the background.

    Args:
        search: the trials.
        study: id of its file; "" if it is kept in memory alone.
        tell: takes the messages; called without a lock, perhaps after it was cancelled.

    Attributes:
        search: the trials.
        study: id of its file.
        cancelled: nobody looks at it any more.
    """

    def __init__(
        self, search: Search, study: str, tell: Callable[[SearchTask, ServerMessage], None]
    ) -> None:
        self.search = search
        self.study = study
        self.cancelled = False
        self._tell = tell
        self._told: dict[int, SearchTrial] = {}
        self._told_at = -math.inf
        #: Held while it is decided whether it trains on.
        self._lock = threading.Lock()
        self._state: SearchState = "ended" if search.done else "training"
        self._in_runner = False

    def advance(self, seconds: float) -> bool:
        """Trains for about so long; False once the end has been told."""
        news = False
        try:
            if self._state == "training":
                news = self.search.advance(seconds)
        except Exception:
            logger.exception("a search failed")
            self._state = "failed"
        with self._lock:
            if self._state == "training" and self.search.done:
                self._state = "ended"
            goes_on = self._in_runner = self._state == "training"
        now = time.monotonic()
        if not goes_on or (news and now > self._told_at + _APART):
            self._told_at = now
            self._tell(self, self.describe())
        return goes_on

    def go_on(self) -> bool:
        """Has it train on, if anything is left; whether a runner has to take it for that."""
        with self._lock:
            self._state = "ended" if self.search.done else "training"
            was, self._in_runner = self._in_runner, self._state == "training"
            return self._in_runner and not was

    def stop(self) -> None:
        """Has it train no further after the present slice, until it is to go on."""
        with self._lock:
            if self._state == "training":
                self._state = "stopped"

    def describe(self, *, whole: bool = False) -> ServerMessage:
        """Returns a `searching` message with the trials that have changed, or all of them."""
        told = {} if whole else self._told
        trials = {trial.number: trial for trial in self.search.trials}
        changed = [trial for n, trial in trials.items() if told.get(n) != trial]
        self._told = trials
        return {
            "type": "searching",
            "study": self.study,
            "state": self._state,
            "share": round(self.search.share, 3),
            "trials": [describe_trial(trial) for trial in changed],
            "best": [trial.number for trial in self.search.best],
            "importances": self.search.measure_importances(),
        }


def describe_trial(trial: SearchTrial) -> dict[str, Any]:
    """Returns a trial as JSON values."""
    return {
        "number": trial.number,
        "by": trial.by,
        "values": dict(trial.values),
        "state": trial.state,
        "epoch": trial.epoch,
        "metrics": {name: _finite(value) for name, value in trial.metrics.items()},
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def describe_ensemble(search: Search, numbers: Sequence[int], study: str) -> ServerMessage:
    """Returns an `ensembled` message: how good the mean of some trials is, and its boundary.

    Raises:
        SearchError: there is no such trial.
    """
    ensemble = search.make_ensemble(numbers)
    parts = (
        ("train", "validation", "test") if search.tested is not None else ("train", "validation")
    )
    boundary = ensemble.boundary(_SIDE)
    low, high = float(boundary.min()), float(boundary.max())
    levels = np.rint((boundary - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
    return {
        "type": "ensembled",
        "study": study,
        "trials": list(numbers),
        "metrics": {part: ensemble.score(part) for part in parts},
        "boundary": base64.b64encode(levels.tobytes()).decode(),
        "shape": list(levels.shape),
        "range": [low, high],
    }
