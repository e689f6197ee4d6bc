"""Training on images: updates over shuffled batches of one epoch, as one program."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.functions.heads import HEADS
from engine.functions.schedules import rate_factor
from engine.functions.update_rule import update
from engine.network import Moments, Parts, by_batch, draw_dropout, move_averages
from engine.programs.images.forward import Drop, run_rows, scale
from engine.programs.images.model import Training
from engine.programs.models import Rates
from engine.programs.training import Place, State


class Batches(NamedTuple):
    """What is trained on.

    Attributes:
        images: uint8 [n_train, pixels].
        labels: int32 [n_train].
        order: int32 [batches * batch], the shuffled rows of the running epoch.
    """

    images: Array
    labels: Array
    order: Array


def _dropout(model: Training, rates: Rates, key: Array, places: Array) -> Drop | None:
    if not any(model.dropped):
        return None

    def drop(layer: int, h: Array) -> Array:
        if not model.dropped[layer]:
            return h
        rate = rates.dropout[layer : layer + 1]
        return h * draw_dropout(key, (layer,), rate, h.shape[1], places)[0].T

    return drop


def _gradient(
    model: Training,
    rates: Rates,
    key: Array,
    places: Array,
    params: Parts,
    x: Array,
    y: Array,
    weights: Array,
) -> tuple[Parts, Moments]:
    """Gradient of sum_i weights_i loss_i, and the batch's moments; y is [K, rows].

    `places` are those of the rows in the batch, which dropout is drawn by.
    """
    head, outputs = HEADS[model.architecture.head], model.architecture.widths[-1]
    drop = _dropout(model, rates, key, places)

    def loss(parts: Parts) -> tuple[Array, Moments]:
        moments: Moments = {}
        layout = model.architecture.layout
        normalize = by_batch(parts, weights, moments, axis=0) if layout.normalized else None
        logits, _ = run_rows(model.architecture, rates.slopes, parts, x, drop, normalize)
        z = logits.T
        return jnp.sum(head.rows(z, head.activate(z), y, outputs) * weights), moments

    return jax.grad(loss, has_aux=True)(params)


def _prepare(model: Training, rates: Rates, params: Parts, g: Parts) -> Parts:
    """Adds the penalty's gradient, and clips."""
    if model.regularized:
        kernels = tuple(
            d + rates.l1 * jnp.sign(w) + 2.0 * rates.l2 * w
            for d, w in zip(g.kernels, params.kernels, strict=True)
        )
        g = g._replace(kernels=kernels)
    if model.clipped:
        norm = jnp.sqrt(sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(g)))
        g = jax.tree.map(
            lambda d: jnp.where(norm < rates.clip_norm, d, d / norm * rates.clip_norm), g
        )
    return g


def _apply(
    model: Training, rates: Rates, place: Place, done: Array, state: State[Parts], g: Parts
) -> State[Parts]:
    """Updates every parameter; `done` counts updates of this call."""
    g = _prepare(model, rates, state.params, g)
    rate = rates.learning_rate
    if model.scheduled:
        step = (place.step + done).astype(jnp.float32)
        rate = rate * rate_factor(
            model.schedule, step, rates.warmup_steps, rates.decay_steps, rates.decay_rate
        )
    t = (place.updates + done + 1).astype(jnp.float32)
    leaves, shape = jax.tree.flatten(state.params)
    gradients, ms, vs = (jax.tree.leaves(tree) for tree in (g, state.m, state.v))
    moved = [
        update(rates.coefficients, rate, t, *of_leaf, model.terms)
        for of_leaf in zip(leaves, gradients, ms, vs, strict=True)
    ]
    return State(*(jax.tree.unflatten(shape, column) for column in zip(*moved, strict=True)))


def _follow(model: Training, before: Parts, after: Parts, moments: Moments) -> Parts:
    """Moves the moving averages; whatever the update did to them does not count."""
    flat = move_averages(before, moments, lambda layer: model.architecture.normalized[layer])
    widths = model.architecture.widths[1:-1]
    edges = [sum(widths[:i]) for i in range(1, len(widths))]
    means, variances = jnp.split(flat, 2)
    return after._replace(
        means=tuple(jnp.split(means, edges)), variances=tuple(jnp.split(variances, edges))
    )


def train(
    model: Training, rates: Rates, place: Place, state: State[Parts], batches: Batches
) -> tuple[State[Parts], Array]:
    """Does updates of one epoch.

    Args:
        model: what is trained.
        rates: the numbers that are not compiled in.
        place: where training stands; `place.first + place.steps` ends within the epoch.
        state: parameters and moments, taken apart.
        batches: what is trained on.

    Returns:
        The new state, and whether all of it is finite.
    """
    batch, n = model.batch, model.n_train
    places = jnp.arange(batch)
    outputs = model.architecture.widths[-1]

    def step(b: Array, state: State[Parts]) -> State[Parts]:
        rows = lax.dynamic_slice(batches.order, (b * batch,), (batch,))
        x = scale(batches.images[rows])
        y = jax.nn.one_hot(batches.labels[rows], outputs, axis=0)
        weights: Array = jnp.full(batch, 1.0 / batch, jnp.float32)
        if n % batch:
            count = jnp.minimum(batch, n - b * batch)
            weights = jnp.where(places < count, 1.0 / count, 0.0)
        done = b - place.first
        key = _step_key(place, done)
        g, moments = _gradient(model, rates, key, places, state.params, x, y, weights)
        after = _apply(model, rates, place, done, state, g)
        if not model.architecture.layout.normalized:
            return after
        return after._replace(params=_follow(model, state.params, after.params, moments))

    state = lax.fori_loop(place.first, place.first + place.steps, step, state)
    return state, _is_finite(state)


def add_gradient(
    model: Training,
    rows: int,
    rates: Rates,
    place: Place,
    part: Array,
    params: Parts,
    batches: Batches,
    total: Parts,
) -> Parts:
    """Adds the gradient of a part of a batch to that of the parts before it.

    The gradient of a mean over a batch is the sum over its rows, so parts of any size add up to
    it, but for rounding; not so with batch normalization.

    Args:
        model: what is trained.
        rows: of a part.
        rates: the numbers that are not compiled in.
        place: where training stands.
        part: int32 scalar, which part of batch `place.first`, from 0.
        params: the network.
        batches: what is trained on.
        total: the sum so far.
    """
    places = part * rows + jnp.arange(rows)
    first = place.first * model.batch
    # The last part may reach beyond the batch; such rows weigh nothing.
    order = batches.order[jnp.minimum(first + places, batches.order.shape[0] - 1)]
    x = scale(batches.images[order])
    y = jax.nn.one_hot(batches.labels[order], model.architecture.widths[-1], axis=0)
    count = jnp.minimum(model.batch, model.n_train - first)
    weights = jnp.where(places < count, 1.0 / count, 0.0)
    key = _step_key(place, jnp.int32(0))
    g, _ = _gradient(model, rates, key, places, params, x, y, weights)
    return jax.tree.map(jnp.add, total, g)


def apply_gradient(
    model: Training, rates: Rates, place: Place, state: State[Parts], g: Parts
) -> tuple[State[Parts], Array]:
    """Does one update with the gradient of a whole batch.

    Returns:
        The new state, and whether all of it is finite.
    """
    after = _apply(model, rates, place, jnp.int32(0), state, g)
    return after, _is_finite(after)


def _step_key(place: Place, done: Array) -> Array:
    return jnp.stack([place.seed.astype(jnp.uint32), (place.step + done).astype(jnp.uint32)])


def _is_finite(state: State[Parts]) -> Array:
    finite = jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(state)])
    return jnp.all(finite)
