"""Training of networks side by side: one in each lane, see `engine.base.lanes`.

All networks of a group are of one model and in one epoch; rates, weights and the number of updates
are each one's own, and shuffled rows and data may be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.base.lanes import run_lanes
from engine.programs.models import ExactModel, Inputs
from engine.programs.training import State, TrainingPosition, update_exact


class Group(NamedTuple):
    """Networks side by side: rates and counters.

    Attributes:
        rates: float32 [r, lanes], `Rates`.
        mask: bool [n, lanes], see `ExactModel.padded`; else [0, lanes].
        position: int32 [lanes] each.
    """

    rates: Array
    mask: Array
    position: TrainingPosition


def make_inputs(rates: Array, mask: Array) -> Inputs:
    """Returns the inputs of one network of an exact model."""
    return Inputs(jnp.zeros(0, jnp.int32), rates, mask)


def train_lanes(
    model: ExactModel,
    group: Group,
    packed: Array,
    x: Array,
    y: Array,
    order: Array,
    *,
    own_data: bool,
) -> Array:
    """Does the updates of all networks of a group, each as `train_exact` would do them.

    Args:
        model: of every network.
        group: rates and counters.
        packed: float32 [3, n, lanes], parameters and moments.
        x: float32 [rows, features], or of each network its own, [rows, features, lanes].
        y: float32 [rows, K], or [rows, K, lanes].
        order: int32 [m], or [m, lanes], shuffled rows, the running epoch first.
        own_data: whether each network has its own.

    Returns:
        Parameters and moments after the updates.
    """
    model = replace(model, network=replace(model.network, fused=True))
    position, batches, lanes = group.position, model.batches, packed.shape[-1]
    last = jnp.max(jnp.where(position.steps > 0, position.first + position.steps, 0))
    first = jnp.min(jnp.where(position.steps > 0, position.first, last))

    def epoch(e: Array, state: State[Any]) -> State[Any]:
        def gather(x: Array, y: Array, order: Array) -> tuple[Array, Array]:
            return model.gather_epoch(x, y, order, e)

        data = x, y, order
        xs, ys = run_lanes(gather, *data, lanes=lanes) if own_data else gather(*data)

        def step(b: Array, state: State[Any]) -> State[Any]:
            taken = model.slice_batch(xs, ys, b)

            def update(group: Group, state: State[Any], *own: Any) -> State[Any]:
                inputs, position = make_inputs(group.rates, group.mask), group.position
                done = e * batches + b - position.first
                batch: Any = own or taken
                after = update_exact(model, inputs, position, done, b, batch, state)
                goes_on = (done >= 0) & (done < position.steps)
                return jax.tree.map(lambda new, old: jnp.where(goes_on, new, old), after, state)

            return run_lanes(update, group, state, *(taken if own_data else ()), lanes=lanes)

        low, high = jnp.maximum(first - e * batches, 0), jnp.minimum(last - e * batches, batches)
        return lax.fori_loop(low, high, step, state)

    def unpack(packed: Array) -> State[Any]:
        return State(*map(model.parameters.of_flat, packed))

    def pack(state: State[Any]) -> Array:
        return jnp.stack([*map(model.parameters.to_flat, state)])

    state = run_lanes(unpack, packed, lanes=lanes)
    state = lax.fori_loop(0, (last + batches - 1) // batches, epoch, state)
    return run_lanes(pack, state, lanes=lanes)
