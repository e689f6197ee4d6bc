"""Initial state: the weights of step 0, drawn from the seed or kept as a run set out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.functions.initializers import draw_kernel
from engine.network import Layout, initial_number
from engine.programs.training import State
from engine.spec import Spec
from engine.state.snapshots import Snapshot, no_ranges

_INITIAL = 0  # stream of draws


def draw_state(spec: Spec) -> State[Floats]:
    """Draws initial weights; biases and moments are 0."""
    layout, how = Layout.of(spec), spec.initializer
    params = np.zeros(layout.size, np.float32)
    for layer in range(layout.n_hidden + 1):
        shape = layout.kernel_shape(layer)
        stream = (_INITIAL, layer, 0)
        drawn = draw_kernel(how.name, how.scale, spec.seed, stream, *shape)
        layout.kernel(params, layer)[:] = drawn
    for layer, hidden in enumerate(spec.layers):
        for kind in layout.kinds:
            params[layout.unit_slice(kind, layer)] = initial_number(kind, hidden)
    return State(params, np.zeros_like(params), np.zeros_like(params))


def restart(spec: Spec, data: Any) -> Snapshot:
    """Returns step 0: the initial weights of the spec's seed.

    Args:
        spec: what is trained.
        data: what it is trained on.
    """
    return Snapshot(spec, data, draw_state(spec), Counters(), no_ranges(spec))


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
