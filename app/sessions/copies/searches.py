"""Searches over hyperparameters: trained in the background, and what a client is told of one."""

from __future__ import annotations

import base64
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.sessions.client.announcements import ServerMessage
from engine import EngineError, Search, SearchTrial, Slices

logger = logging.getLogger(__name__)

#: Whether it trains; `ended`: nothing is left to train.
SearchState = Literal["training", "stopped", "ended", "failed"]
#: Pixels along a side of an ensemble's boundary.
_SIDE = 50
#: Seconds from one message to the next, at least; without news, at most while it trains.
_APART, _SILENT = 0.2, 1.0
#: How much of a search has to be done before it is said how long the rest takes.
_LEAST_SHARE = 0.02


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
        #: Whether something has changed that has to be told even once nothing trains any more.
        self._untold = True
        self._in_runner = False
        #: What is measured between the trials.
        self._asked: deque[Slices[ServerMessage]] = deque()
        self._importances: tuple[int, dict[str, float]] = 0, {}
        self._begun = _Progress(search)
        self._told_duel: tuple[int, int] | None = None

    def advance(self, seconds: float) -> bool:
        """Trains or measures for about so long; False once the end has been told."""
        news = False
        try:
            if self._asked:
                self._answer(seconds)
            elif self._state == "training":
                news = self.search.advance(seconds)
        except Exception:
            logger.exception("a search failed")
            self._enter("failed")
        if news:
            self._untold = True
        with self._lock:
            if self._state != "failed" and self.search.done:
                self._enter("ended")
            self._show_duel()
            trains = self._state == "training"
            goes_on = self._in_runner = trains or bool(self._asked)
        silent = time.monotonic() - self._told_at
        if silent > (_APART if news else _SILENT) if trains else self._untold:
            self._tell(self, self.describe())
        return goes_on

    def _enter(self, state: SearchState) -> None:
        if self._state != state:
            self._state = state
            self._untold = True

    def _show_duel(self) -> None:
        """Has the two networks painted that are to be compared, once they are others."""
        duel = self.search.duel
        if duel is not None and duel != self._told_duel:
            self._asked.append(begin_duel(self.search, duel, self.study))
        self._told_duel = duel

    def forget_duel(self) -> None:
        """Has the next slice tell the present duel again, to somebody who has come back."""
        self._told_duel = None

    def _answer(self, seconds: float) -> None:
        """Goes on with what is measured, and tells it once it is there."""
        end = time.monotonic() + seconds
        work = self._asked[0]
        try:
            while time.monotonic() < end:
                next(work)
            return
        except StopIteration as done:
            told: ServerMessage = done.value
        except EngineError as error:
            told = {
                "type": "error", "code": error.code, "path": error.path, "message": error.message,
            }  # fmt: skip
        self._asked.popleft()
        self._tell(self, told)

    def ask(self, work: Slices[ServerMessage]) -> bool:
        """Has something measured between the trials; whether a runner has to take it for that."""
        with self._lock:
            self._asked.append(work)
            was, self._in_runner = self._in_runner, True
            return not was

    def go_on(self) -> bool:
        """Has it train on, if anything is left; whether a runner has to take it for that."""
        with self._lock:
            self._enter("ended" if self.search.done else "training")
            self._begun = _Progress(self.search)
            self._show_duel()
            was = self._in_runner
            self._in_runner = self._state == "training" or bool(self._asked)
            return self._in_runner and not was

    def stop(self) -> None:
        """Has it train no further after the present slice, until it is to go on."""
        with self._lock:
            if self._state == "training":
                self._enter("stopped")

    def refuse(self) -> None:
        """Has it stand still, since no runner takes it; it can be asked to go on again."""
        with self._lock:
            self._in_runner = False
            self._asked.clear()
            self._told_duel = None
            if self._state == "training":
                self._enter("stopped")

    def describe(self, *, whole: bool = False) -> ServerMessage:
        """Returns a `searching` message with the trials that have changed, or all of them."""
        # First: what changes from here on is told the next time.
        self._untold = False
        told = {} if whole else self._told
        trials = {trial.number: trial for trial in self.search.trials}
        changed = [trial for n, trial in trials.items() if told.get(n) != trial]
        self._told, self._told_at = trials, time.monotonic()
        left = self._begun.estimate(self.search) if self._state == "training" else None
        return {
            "type": "searching",
            "study": self.study,
            "state": self._state,
            "share": round(self.search.share, 3),
            "seconds_left": left,
            "trials": [describe_trial(trial) for trial in changed],
            "best": [trial.number for trial in self.search.best],
            "importances": self._measure_importances(trials.values()),
        }

    def _measure_importances(self, trials: Iterable[SearchTrial]) -> dict[str, float]:
        """Returns how much each dimension matters, anew only once more trials are complete."""
        complete = sum(one.state == "complete" for one in trials)
        if complete != self._importances[0]:
            self._importances = complete, self.search.measure_importances()
        return self._importances[1]


class _Progress:
    """Progress of a search since it began or went on, by the clock."""

    def __init__(self, search: Search) -> None:
        self._at, self._share, self._trained = time.monotonic(), search.share, search.seconds

    def estimate(self, search: Search) -> int | None:
        """Returns the seconds that are left, about; None before that can be said."""
        done, passed = search.share - self._share, time.monotonic() - self._at
        left = passed * (1 - search.share) / done if done >= _LEAST_SHARE else math.inf
        limit, trained = search.settings.seconds, search.seconds - self._trained
        if limit is not None and trained > 0:
            left = min(left, (limit - search.seconds) * passed / trained)
        return max(0, round(left)) if math.isfinite(left) else None


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


def begin_ensemble(search: Search, numbers: Sequence[int], study: str) -> Slices[ServerMessage]:
    """Returns an `ensembled` message in slices: how good the mean of some trials is.

    On points it has the mean's boundary, too.
    """
    ensemble = search.make_ensemble(numbers)
    yield
    metrics: dict[str, float] = {}
    metrics["train"] = yield from ensemble.begin_score("train")
    metrics["validation"] = yield from ensemble.begin_score("validation")
    if search.tested is not None:
        metrics["test"] = yield from ensemble.begin_score("test")
    told = {"type": "ensembled", "study": study, "trials": list(numbers), "metrics": metrics}
    boundary = ensemble.boundary(_SIDE)
    return told if boundary is None else {**told, **_describe_boundary(boundary)}


def begin_duel(search: Search, duel: tuple[int, int], study: str) -> Slices[ServerMessage]:
    """Returns a `duel` message in slices: the boundaries of two trials that are compared."""
    pictures = []
    for number in duel:
        boundary = search.make_ensemble([number]).boundary(_SIDE)
        assert boundary is not None
        pictures.append({"trial": number, **_describe_boundary(boundary)})
        yield
    return {"type": "duel", "study": study, "trials": pictures}


def _describe_boundary(boundary: NDArray[np.float32]) -> dict[str, Any]:
    low, high = float(boundary.min()), float(boundary.max())
    levels = np.rint((boundary - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
    return {
        "boundary": base64.b64encode(levels.tobytes()).decode(),
        "shape": list(levels.shape),
        "range": [low, high],
    }


def begin_test(search: Search, study: str) -> Slices[ServerMessage]:
    """Returns a `tested` message in slices: the metrics of the best trials, of test points too."""
    yield from search.begin_test()
    return describe_tested(search, study)


def describe_tested(search: Search, study: str) -> ServerMessage:
    """Returns a `tested` message of a search whose test points have been looked at."""
    told = {
        str(number): {name: value for name, value in metrics.items() if math.isfinite(value)}
        for number, metrics in (search.tested or {}).items()
    }
    return {"type": "tested", "study": study, "trials": told}
