"""Early stopping: ends training once the validation loss improves no more.

The rule is that of Keras's `EarlyStopping` with `monitor="val_loss"`: an epoch is an improvement if
its loss is smaller than the best one by more than `min_delta`; `patience` epochs in a row without
one end the training.

References:
    Prechelt, "Early Stopping - But When?", 1998.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.base.counters import Counters
from engine.frames.metrics import Metrics
from engine.runs.plane.state import PlaneState
from engine.spec import Spec
from engine.state.snapshots import Snapshot


@dataclass(frozen=True)
class Epoch:
    """One epoch as it ended.

    Attributes:
        counters: where training stood.
        loss: mean loss of the validation rows.
        state: parameters and moments.
    """

    counters: Counters
    loss: float
    state: PlaneState


@dataclass(frozen=True)
class EarlyStop:
    """Why training ended early.

    Attributes:
        step: updates done when it ended.
        epoch: epochs done.
        best_step: updates done when the validation loss was smallest.
        best_epoch: epochs done then.
        best_loss: the validation loss then.
        waited: epochs since then.
        best: the run as it stands, with parameters and moments of that epoch.
    """

    step: int
    epoch: int
    best_step: int
    best_epoch: int
    best_loss: float
    waited: int
    best: Snapshot

    def describe(self) -> Metrics:
        """Returns the best epoch as `EarlyStopping.describe` does."""
        names = "best_step", "best_epoch", "best_loss", "waited"
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class BestEpoch:
    """The best epoch of a run that goes on, to be kept with it.

    Attributes:
        snapshot: the run at its end, with parameters and moments of then.
        loss: its validation loss.
        waited: epochs since then.
    """

    snapshot: Snapshot
    loss: float
    waited: int


class EarlyStopping:
    """Follows the validation loss of a run, epoch by epoch."""

    def __init__(self) -> None:
        self._of: Any = None
        self._stop: EarlyStop | None = None
        self._best: Epoch | None = None
        self._last: Epoch | None = None
        self._waited = 0

    def follow(self, snapshot: Snapshot) -> None:
        """Goes on from a snapshot: begins anew where its losses or weights are others.

        What changes neither (learning rate, regularization, patience ...) keeps the best epoch.
        """
        spec, last = snapshot.spec, self._last
        data = spec.data.model_copy(update={"axes": None})
        of = data, spec.features, spec.layers, spec.resolved_loss, spec.early_stopping.enabled
        goes_on = (
            of == self._of
            and last is not None
            and last.counters.step <= snapshot.step
            and np.array_equal(last.state.exact().params, snapshot.state.params)
        )
        self._stop = None
        if not goes_on:
            self.forget()
        self._of = of

    def resume(self, best: BestEpoch, now: Epoch) -> None:
        """Goes on from the best epoch of a run that has been kept.

        Args:
            best: as `best_epoch` returned it.
            now: the last epoch of that run.
        """
        then = best.snapshot
        self._best = Epoch(then.counters, best.loss, PlaneState(then.state))
        self._last, self._waited = now, best.waited

    def forget(self) -> None:
        """Begins anew."""
        self._best = self._last = None
        self._waited = 0

    def observe(self, spec: Spec, epoch: Epoch, snapshot: Callable[[], Snapshot]) -> bool:
        """Takes the end of an epoch.

        Args:
            spec: with `early_stopping`.
            epoch: its loss is finite.
            snapshot: takes a snapshot of its end.

        Returns:
            Whether training is to end; `take_stop` says why.
        """
        rule, self._last = spec.early_stopping, epoch
        best = math.inf if self._best is None else self._best.loss
        if epoch.loss + rule.min_delta < best:
            self._best, self._waited = epoch, 0
            return False
        self._waited += 1
        if self._waited < rule.patience:
            return False
        self._stop = self._end(snapshot())
        return True

    def best_epoch(self, now: Snapshot) -> BestEpoch | None:
        """Returns the best epoch of a run that stands at a snapshot; None before the first one."""
        if self._best is None:
            return None
        then = replace(now, state=self._best.state.exact(), counters=self._best.counters)
        return BestEpoch(then, self._best.loss, self._waited)

    def take_stop(self) -> EarlyStop | None:
        """Returns why the last training ended early, once; None if it did not."""
        stop, self._stop = self._stop, None
        return stop

    def describe(self) -> Metrics:
        """Returns `best_step`, `best_epoch`, `best_loss` and `waited`, epochs since the best."""
        if self._stop is not None:
            return self._stop.describe()
        if self._best is None:
            return {}
        counters = self._best.counters
        return {
            "best_step": counters.step,
            "best_epoch": counters.epoch,
            "best_loss": self._best.loss,
            "waited": self._waited,
        }

    def _end(self, now: Snapshot) -> EarlyStop:
        """Returns why training ends at a snapshot, and begins anew."""
        best = self._best
        assert best is not None
        counters = replace(now.counters, updates=best.counters.updates)
        found = EarlyStop(
            now.step, now.epoch, best.counters.step, best.counters.epoch, best.loss,
            self._waited, replace(now, state=best.state.exact(), counters=counters),
        )  # fmt: skip
        self.forget()
        return found
