"""Base class of runs: spec, data, step and epoch counters."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from engine.base.counters import Counters, count_batches
from engine.spec import Spec


class TrainData(Protocol):
    """Protocol of train data."""

    @property
    def n_train(self) -> int:
        """TrainData to train on."""
        ...


DataT = TypeVar("DataT", bound=TrainData)


class RunBase(Generic[DataT]):
    """Base class of runs, which set spec, data and counters when they load a snapshot or train."""

    _spec: Spec
    _data: DataT
    _counters: Counters

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
