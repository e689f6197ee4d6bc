"""Snapshots: a run at one step, to return to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters, count_batches
from engine.programs.training import State
from engine.programs.turns import Ranges
from engine.spec import Spec


@dataclass(frozen=True)
class Snapshot:
    """A run at one step; its arrays are shared with the run and never change.

    Undo, the time line, trials, exports, model files and links are all made from snapshots.

    Attributes:
        spec: what is trained.
        data: the points, a `Dataset`, or the images, an `ImageData`.
        state: parameters, first and second moments, in the layout of the network itself.
        counters: step and epoch.
        ranges: ranges of the last pictures' colours; where `shown` is given, of those before.
        shown: what the run needs besides to show this frame exactly as it was; None if no frame
            showed it.
    """

    spec: Spec
    data: Any
    state: State[Floats]
    counters: Counters
    ranges: Ranges[Floats]
    shown: Any = None

    @classmethod
    def fresh(cls, spec: Spec, data: Any, params: Floats, counters: Counters) -> Snapshot:
        """Returns a snapshot with optimizer moments of 0."""
        # One number that stands for all of them: no memory, however large the network.
        zeros = np.broadcast_to(np.float32(0), params.shape)
        return cls(spec, data, State(params, zeros, zeros), counters, no_ranges(spec))

    @property
    def step(self) -> int:
        """Updates done."""
        return self.counters.step

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self.counters.epoch

    @property
    def batches_per_epoch(self) -> int:
        """Updates of an epoch."""
        return count_batches(self.data.n_train, self.spec.batch_size)


def no_ranges(spec: Spec) -> Ranges[Floats]:
    """Returns the ranges of a network that has not been shown."""
    units = sum(layer.units for layer in spec.layers)
    return Ranges(np.zeros(2, np.float32), np.zeros((units, 2), np.float32))
