"""Migration of a state on the host, and weights set by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.base.arrays import Floats, Ints
from engine.base.counters import Counters
from engine.base.errors import WeightError
from engine.base.slices import Slices
from engine.edits.layer_mapping import Origin
from engine.edits.migration_plan import plan_migration
from engine.functions.initializers import draw_kernel
from engine.network import Layout
from engine.programs.training import State
from engine.spec import Spec

#: Largest weight that can be set by hand.
MAX_WEIGHT = 1e6
_NEW = 1  # stream of draws; initial weights are drawn from stream 0


def migrate_state(
    state: State[Floats], old: Spec, new: Spec, origins: tuple[Origin, ...], counters: Counters
) -> Slices[tuple[State[Floats], Ints, Counters]]:
    """Migrates a state from one spec to the next, layer by layer.

    Args:
        state: of the old spec.
        old: the spec before.
        new: the spec after, with the same seed.
        origins: where each new hidden layer comes from.
        counters: step and epoch.

    Returns:
        The new state; for each new hidden unit the old one or -1; the counters.
    """
    if _keeps_all(old, new, origins):
        units = np.arange(sum(layer.units for layer in new.layers), dtype=np.int32)
        if new.optimizer.name == old.optimizer.name:
            return state, units, counters
        return _without_moments(state.params), units, replace(counters, updates=0)
    drawn = counters.draws + 1

    def draw(layer: int, rows: int, columns: int) -> Floats:
        nonlocal counters
        counters = replace(counters, draws=drawn)
        how = new.initializer
        return draw_kernel(how.name, how.scale, new.seed, (_NEW, layer, drawn), rows, columns)

    plan = yield from plan_migration(old, new, origins, draw)
    params = yield from plan.move(state.params)
    if new.optimizer.name != old.optimizer.name:
        return _without_moments(params), plan.unit_source, replace(counters, updates=0)
    m = yield from plan.move(state.m, moments=True)
    v = yield from plan.move(state.v, moments=True)
    return State(params, m, v), plan.unit_source, counters


def _keeps_all(old: Spec, new: Spec, origins: tuple[Origin, ...]) -> bool:
    """Whether two specs are of the same network, every unit of which is the one that it was."""
    same = old.layers == new.layers and old.inputs == new.inputs
    return (
        same
        and old.n_outputs == new.n_outputs
        and all(
            origin.layer == index and origin.units == tuple(range(layer.units))
            for index, (origin, layer) in enumerate(zip(origins, new.layers, strict=True))
        )
    )


def _without_moments(params: Floats) -> State[Floats]:
    moments = np.zeros_like(params)
    return State(params, moments, moments)


def set_weight(
    spec: Spec, state: State[Floats], layer: int, from_: int | str, to: int, value: float
) -> State[Floats]:
    """Returns a state with one weight or bias set.

    Raises:
        WeightError: there is no such weight, or it cannot take the value.
    """
    layout = Layout.of(spec)
    if not 0 <= layer <= layout.n_hidden:
        raise WeightError(f"layer must be 0 to {layout.n_hidden}, got {layer}", "layer")
    rows, columns = layout.kernel_shape(layer)
    if not 0 <= to < columns:
        raise WeightError(f"to must be 0 to {columns - 1}, got {to}", "to")
    if not abs(value) <= MAX_WEIGHT:
        raise WeightError(f"value must be within +-{MAX_WEIGHT:g}, got {value}", "value")
    params = np.array(state.params)
    if from_ == "bias":
        params[layout.bias_slice(layer)][to] = value
    elif isinstance(from_, int) and 0 <= from_ < rows:
        layout.kernel(params, layer)[from_, to] = value
    else:
        raise WeightError(f'from must be 0 to {rows - 1} or "bias", got {from_!r}', "from")
    return state._replace(params=params)
