"""Base class of runs: spec, data, step and epoch counters, and losses for the next frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import Counters, count_batches
from engine.frames.frames import FrameRequest
from engine.frames.metrics import Metrics, history_row, validation_row
from engine.programs.training import State
from engine.programs.turns import Ranges
from engine.runs.early_stopping import BestEpoch, EarlyStop
from engine.spec import Spec
from engine.state.snapshots import Snapshot


class TrainData(Protocol):
    """Protocol of train data."""

    @property
    def n_train(self) -> int:
        """Rows to train on."""
        ...


DataT = TypeVar("DataT", bound=TrainData)


class RunBase(ABC, Generic[DataT]):
    """Base class of runs, which set spec, data and counters when they load a snapshot or train."""

    _spec: Spec
    _data: DataT
    _counters: Counters
    _ranges: Ranges[Floats]

    def __init__(self) -> None:
        self._history: list[list[float]] = []
        self._validation_history: list[list[float]] = []

    @property
    def spec(self) -> Spec:
        """What is trained."""
        return self._spec

    @property
    def data(self) -> DataT:
        """What is trained and tested on."""
        return self._data

    @property
    def step(self) -> int:
        """Updates done."""
        return self._counters.step

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self._counters.epoch

    @property
    def batches_per_epoch(self) -> int:
        """Updates of an epoch: ceil(n_train / batch_size)."""
        return count_batches(self._data.n_train, self._spec.batch_size)

    def updates_until(self, epoch: int) -> int:
        """Returns how many updates are left until so many epochs are done; 0 if they are."""
        left = (epoch - self.epoch) * self.batches_per_epoch - self._counters.first
        return max(0, left)

    def snapshot(self) -> Snapshot:
        """Returns a snapshot of this step in microseconds: its arrays are shared, not copied."""
        return Snapshot(self._spec, self._data, self._exact(), self._counters, self._ranges)

    def take_early_stop(self) -> EarlyStop | None:
        """Returns why the last training ended early, once; None if it did not."""
        return None

    @property
    def best_epoch(self) -> BestEpoch | None:
        """The best epoch so far, where early stopping looks for one."""
        return None

    def follow_best(self, best: BestEpoch) -> None:
        """Goes on from the best epoch of a run that another process trained up to here."""

    def forget_history(self) -> None:
        """Drops the losses that no frame has shown yet."""
        self._history, self._validation_history = [], []

    @abstractmethod
    def _exact(self) -> State[Floats]:
        """The state in the layout of the network itself, on the host."""

    def _record(self, metrics: Metrics) -> None:
        """Keeps metrics for the `history` of the next frame."""
        self._history.append(history_row(metrics))
        validation = validation_row(metrics)
        if validation is not None:
            self._validation_history.append(validation)

    def _show_history(self, request: FrameRequest) -> dict[str, NDArray[Any]]:
        """Returns `history` and `validation_history`, if a frame asks for them, and begins anew."""
        known = ("history", self._history, 5), ("validation_history", self._validation_history, 3)
        arrays = {
            name: np.array(rows, np.float32).reshape(-1, width)
            for name, rows, width in known
            if name in request.views
        }
        self.forget_history()
        return arrays
