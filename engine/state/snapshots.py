"""Snapshots: everything a trainer is at one moment, to come back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.errors import CheckpointError
from engine.programs.training import State
from engine.programs.turns import Ranges
from engine.spec import Spec
from engine.state.checkpoints import Checkpoint


@dataclass(frozen=True)
class Snapshot:
    """A moment of a run; its arrays are shared with the run and never change.

    Attributes:
        spec: what was trained.
        data: the points, a `Dataset`, or the images, an `ImageData`.
        state: parameters and moments, in the layout of the network itself.
        counters: where the run stood.
        ranges: what the pictures' colours spanned.
    """

    spec: Spec
    data: Any
    state: State[Floats]
    counters: Counters
    ranges: Ranges[Floats]


def no_ranges(spec: Spec) -> Ranges[Floats]:
    """Returns the ranges of a network that has not been shown."""
    units = sum(layer.units for layer in spec.layers)
    return Ranges(np.zeros(2, np.float32), np.zeros((units, 2), np.float32))


def open_checkpoint(saved: Checkpoint, data: Any) -> Snapshot:
    """Returns the moment that a checkpoint keeps.

    Args:
        saved: the checkpoint.
        data: what its spec is trained on.

    Raises:
        CheckpointError: the counters do not fit the data.
    """
    batches = -(-data.n_train // saved.spec.batch_size)
    if saved.counters.first >= batches:
        raise CheckpointError(f"first must be less than {batches} batches")
    state = State(saved.params, saved.m, saved.v)
    return Snapshot(saved.spec, data, state, saved.counters, no_ranges(saved.spec))
