"""Initial state: weights at step 0, drawn from the seed, or kept so that a link can carry them."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.slices import Slices, finish
from engine.functions.initializers import draw_kernel
from engine.network import Layout, initial_value
from engine.programs.training import State
from engine.spec import Spec
from engine.state.snapshots import Snapshot, no_ranges

_INITIAL = 0  # stream of draws


def draw_state(spec: Spec) -> Slices[State[Floats]]:
    """Draws initial weights layer by layer; biases and moments are 0."""
    layout, how = Layout.of(spec), spec.initializer
    params = np.zeros(layout.size, np.float32)
    for layer in range(layout.n_hidden + 1):
        shape = layout.kernel_shape(layer)
        stream = (_INITIAL, layer, 0)
        drawn = draw_kernel(how.name, how.scale, spec.seed, stream, *shape)
        layout.kernel(params, layer)[:] = drawn
        yield
    for layer, hidden in enumerate(spec.layers):
        for parameter in layout.unit_parameters:
            params[layout.unit_slice(parameter, layer)] = initial_value(parameter, hidden)
    return State(params, np.zeros_like(params), np.zeros_like(params))


def restart(spec: Spec, data: Any) -> Snapshot:
    """Returns step 0: the initial weights of the spec's seed.

    Args:
        spec: what is trained.
        data: what it is trained on.
    """
    return finish(begin_restart(spec, data))


def begin_restart(spec: Spec, data: Any) -> Slices[Snapshot]:
    """Does what `restart` does in slices, one for each layer."""
    state = yield from draw_state(spec)
    return Snapshot(spec, data, state, Counters(), no_ranges(spec))


def keep_initial(snapshot: Snapshot) -> Snapshot:
    """Returns a run's snapshot of step 0 with weights of its own, to be kept while it trains."""
    params = np.array(snapshot.state.params)
    return Snapshot.fresh(snapshot.spec, snapshot.data, params, snapshot.counters)


def find_initial(kept: Snapshot | None, now: Snapshot) -> Snapshot:
    """Returns step 0 of a run for the present network.

    These are the weights that training began with, changes by hand included; where the network
    has another shape since, or another seed, those that a reset gives.

    Args:
        kept: step 0, if it was kept.
        now: the present snapshot.
    """
    if now.counters.step == 0:
        return now
    if kept is None or not _fits(kept.spec, now.spec):
        return restart(now.spec, now.data)
    return Snapshot.fresh(now.spec, now.data, kept.state.params, kept.counters)


def _fits(then: Spec, now: Spec) -> bool:
    return all(
        getattr(then, name) == getattr(now, name)
        for name in ("seed", "inputs", "widths", "sums", "normalized")
    )
