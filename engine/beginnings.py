"""Beginnings: the weights that a run set out with, to start from once more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Floats
from engine.counters import Counters
from engine.revisions import restart
from engine.snapshots import Snapshot, no_ranges
from engine.spec import Spec
from engine.training import State


@dataclass(frozen=True)
class Beginning:
    """Step 0 of a run, at the moment that it set out.

    Attributes:
        spec: what it was.
        params: its weights.
        counters: where it stood.
    """

    spec: Spec
    params: Floats
    counters: Counters

    @classmethod
    def of(cls, moment: Snapshot) -> Beginning:
        """Keeps the weights of a moment."""
        return cls(moment.spec, np.array(moment.state.params), moment.counters)


def find_initial(beginning: Beginning | None, now: Snapshot) -> Snapshot:
    """Returns step 0 of a run as the present network can take it up.

    These are the weights that the run set out with, changes by hand included; where the
    network has another shape since, or another seed, those that a reset gives.

    Args:
        beginning: how the run set out, if that was seen.
        now: the present moment.
    """
    if now.counters.step == 0:
        return now
    if beginning is None or not _fits(beginning.spec, now.spec):
        return restart(now.spec, now.data)
    zeros = np.zeros_like(beginning.params)
    state = State(beginning.params, zeros, zeros)
    return Snapshot(now.spec, now.data, state, beginning.counters, no_ranges(now.spec))


def _fits(then: Spec, now: Spec) -> bool:
    return all(
        getattr(then, name) == getattr(now, name)
        for name in ("seed", "inputs", "widths", "normalized")
    )
