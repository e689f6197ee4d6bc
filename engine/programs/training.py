"""Training: gradient steps over shuffled batches, and the losses of a data set.

Pure functions of arrays, made for a model and compiled as part of a turn.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.base.arrays import Floats
from engine.functions.schedules import rate_factor
from engine.functions.update_rule import update
from engine.network import Moments, Parts, by_batch, move_averages
from engine.programs.heads import loss_rows
from engine.programs.models import GeneralModel, Inputs, Knobs, Model, Rates, TightModel

Vector = TypeVar("Vector", Array, Floats, Parts)


class State(NamedTuple, Generic[Vector]):
    """What training changes; on the device, or on the host, or taken apart.

    Attributes:
        params: float32 [n].
        m: float32 [n], first moment.
        v: float32 [n], second moment.
    """

    params: Vector
    m: Vector
    v: Vector


class Place(NamedTuple):
    """Where training stands and how far it goes.

    Attributes:
        seed: the run's seed.
        step: updates done so far.
        updates: updates since the moments were zero.
        first: batches of the running epoch that are done.
        steps: updates to do.
    """

    seed: Array
    step: Array
    updates: Array
    first: Array
    steps: Array


def penalty(model: Model, rates: Rates, params: Array) -> Array:
    """l1 sum|w| + l2 sum w^2 over the kernels."""
    kernels = params * model.layout.kernel_mask
    return rates.l1 * jnp.sum(jnp.abs(kernels)) + rates.l2 * jnp.sum(jnp.square(kernels))


def _gradient(
    model: Model, inputs: Inputs, drop: Any, params: Array, x: Array, y: Array, weights: Array
) -> tuple[Array, Moments]:
    """Gradient of sum_i weights_i loss_i, and the batch's moments; x and y are rows."""
    knobs = model.knobs(inputs)

    def loss(parts: Parts) -> tuple[Array, Moments]:
        moments: Moments = {}
        normalize = by_batch(parts, weights, moments) if model.layout.normalized else None
        logits, _ = model.forward(inputs, parts, x.T, drop, normalize)
        return jnp.sum(loss_rows(knobs, logits, y.T) * weights), moments

    # Gradients of the parts, joined, are faster than the gradient of the whole.
    gradient, moments = jax.grad(loss, has_aux=True)(model.layout.split(params))
    return model.layout.join(gradient), moments


def _follow(model: Model, inputs: Inputs, before: Array, after: Array, moments: Moments) -> Array:
    """Moves the moving averages; whatever the update did to them does not count."""
    averages = move_averages(
        model.layout.split(before), moments, lambda layer: model.is_normalized(inputs, layer)
    )
    return lax.dynamic_update_slice(after, averages, (model.layout.moments_slice.start,))


def _apply(
    model: Model,
    rates: Rates,
    knobs: Knobs,
    place: Place,
    done: Array,
    state: State[Array],
    g: Array,
) -> State[Array]:
    """Adds the penalty's gradient, clips, and updates; `done` counts updates of this call."""
    if model.regularized:
        mask = jnp.asarray(model.layout.kernel_mask)
        g = g + mask * (rates.l1 * jnp.sign(state.params) + 2.0 * rates.l2 * state.params)
    if model.clipped:
        norm = jnp.sqrt(jnp.sum(jnp.square(g)))
        g = jnp.where(norm < rates.clip_norm, g, g / norm * rates.clip_norm)
    rate = rates.learning_rate
    if model.scheduled:
        step = (place.step + done).astype(jnp.float32)
        rate = rate * rate_factor(
            knobs.schedule, step, rates.warmup_steps, rates.decay_steps, rates.decay_rate
        )
    t = (place.updates + done + 1).astype(jnp.float32)
    return State(*update(rates.coefficients, rate, t, state.params, g, state.m, state.v,
                         model.terms))  # fmt: skip


def _step_key(place: Place, done: Array) -> Array:
    return jnp.stack([place.seed.astype(jnp.uint32), (place.step + done).astype(jnp.uint32)])


def train(
    model: Model,
    inputs: Inputs,
    place: Place,
    state: State[Array],
    x: Array,
    y: Array,
    order: Array,
) -> State[Array]:
    """Does updates over shuffled batches.

    Args:
        model: the kind of program.
        inputs: what the network is made of, and the rates.
        place: where training stands and how many updates to do.
        state: parameters and moments.
        x: float32 [rows, features], train rows first.
        y: float32 [rows, K], targets.
        order: int32 [>= epochs * n_train], a permutation of the train rows for
            each epoch, the running one first.

    Returns:
        The state after `place.steps` updates.
    """
    if isinstance(model, TightModel):
        return _train_epochs(model, inputs, place, state, x, y, order)
    return _train_batches(model, inputs, place, state, x, y, order)


def _train_epochs(
    model: TightModel,
    inputs: Inputs,
    place: Place,
    state: State[Array],
    x: Array,
    y: Array,
    order: Array,
) -> State[Array]:
    """Gathers each epoch once and slices its batches; sizes are compiled in."""
    knobs, rates = model.knobs(inputs), model.rates(inputs)
    n, batch = model.n_train, model.batch
    batches = -(-n // batch)
    room = batches * batch - n
    stop = place.first + place.steps

    def epoch(e: Array, state: State[Array]) -> State[Array]:
        rows = lax.dynamic_slice(order, (e * n,), (n,))
        xs = jnp.pad(x[rows], ((0, room), (0, 0)))
        ys = jnp.pad(y[rows], ((0, room), (0, 0)))

        def step(b: Array, state: State[Array]) -> State[Array]:
            bx = lax.dynamic_slice(xs, (b * batch, 0), (batch, x.shape[1]))
            by = lax.dynamic_slice(ys, (b * batch, 0), (batch, y.shape[1]))
            places = jnp.arange(batch)
            weights: Array = jnp.full(batch, 1.0 / batch, jnp.float32)
            if room:
                count = jnp.minimum(batch, n - b * batch)
                weights = jnp.where(places < count, 1.0 / count, 0.0)
            done = e * batches + b - place.first
            drop = model.dropout(rates, _step_key(place, done), places)
            g, moments = _gradient(model, inputs, drop, state.params, bx, by, weights)
            after = _apply(model, rates, knobs, place, done, state, g)
            if not model.layout.normalized:
                return after
            params = _follow(model, inputs, state.params, after.params, moments)
            return after._replace(params=params)

        low = jnp.maximum(place.first - e * batches, 0)
        high = jnp.minimum(stop - e * batches, batches)
        return lax.fori_loop(low, high, step, state)

    return lax.fori_loop(0, (stop + batches - 1) // batches, epoch, state)


def _train_batches(
    model: GeneralModel,
    inputs: Inputs,
    place: Place,
    state: State[Array],
    x: Array,
    y: Array,
    order: Array,
) -> State[Array]:
    """Gathers each batch in chunks of fixed size, so any batch size will do."""
    knobs, rates = model.knobs(inputs), model.rates(inputs)
    n = jnp.asarray(knobs.n_train)
    batch = jnp.minimum(knobs.batch, n)
    batches = (n + batch - 1) // batch
    room = model.batch_chunk

    def step(i: Array, state: State[Array]) -> State[Array]:
        e, b = (place.first + i) // batches, (place.first + i) % batches
        count = jnp.minimum(batch, n - b * batch)

        def chunk(c: Array | int) -> tuple[Array, Moments]:
            places = c * room + jnp.arange(room)
            start = e * n + b * batch + c * room
            rows = lax.dynamic_slice(order, (start,), (room,))
            weights = jnp.where(places < count, 1.0 / count, 0.0)
            drop = model.dropout(rates, _step_key(place, i), places)
            return _gradient(model, inputs, drop, state.params, x[rows], y[rows], weights)

        if model.layout.normalized:
            # One chunk holds every batch, since its moments need all of its rows.
            g, moments = chunk(0)
            after = _apply(model, rates, knobs, place, i, state, g)
            params = _follow(model, inputs, state.params, after.params, moments)
            return after._replace(params=params)
        chunks = (count + room - 1) // room
        zeros = jnp.zeros_like(state.params)
        g = lax.fori_loop(0, chunks, lambda c, total: total + chunk(c)[0], zeros)
        return _apply(model, rates, knobs, place, i, state, g)

    return lax.fori_loop(0, place.steps, step, state)
