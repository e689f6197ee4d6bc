"""Training: gradient steps over shuffled batches, and the losses of a data set.

Pure functions of arrays, made for a model and compiled as part of a turn.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.base.arrays import Floats
from engine.functions.schedules import rate_factor
from engine.functions.update_rule import (
    NO_TERMS,
    Coefficients,
    Terms,
    choose_terms,
    update,
)
from engine.network import BatchStatistics, ParameterArrays, move_averages
from engine.programs.gradients import compute_gradient, regularize, select
from engine.programs.models import (
    Choices,
    ExactModel,
    GeneralImageModel,
    GeneralModel,
    Inputs,
    Model,
    Rates,
    TrainedModel,
    read_images,
)

Vector = TypeVar("Vector", Array, Floats, ParameterArrays)


class State(NamedTuple, Generic[Vector]):
    """Training state: parameters and optimizer moments, as vectors or arrays by layer.

    Attributes:
        params: float32 [n].
        m: float32 [n], first moment.
        v: float32 [n], second moment.
    """

    params: Vector
    m: Vector
    v: Vector


class TrainingPosition(NamedTuple):
    """Counters that a training call starts from, and its number of updates.

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


def _update_averages(
    model: TrainedModel, inputs: Inputs, before: Any, after: Any, seen: BatchStatistics
) -> Any:
    """Moves the moving averages; what the optimizer did to them does not count."""
    parts = model.parameters.split(before)
    averages = move_averages(parts, seen, lambda layer: model.moves_averages(inputs, layer))
    return model.parameters.with_averages(after, averages)


def _apply(
    model: TrainedModel,
    inputs: Inputs,
    rates: Rates,
    choices: Choices,
    position: TrainingPosition,
    done: Array,
    state: State[Any],
    g: Any,
) -> State[Any]:
    """Updates every parameter that is not frozen; `done` counts updates of this call."""
    trainable = model.spread_trainable(inputs)
    g = regularize(model, rates, state.params, g, trainable)
    rate = rates.learning_rate
    if model.scheduled:
        step = (position.step + done).astype(jnp.float32)
        rate = rate * rate_factor(
            choices.schedule, step, rates.warmup_steps, rates.decay_steps, rates.decay_rate
        )
    t = (position.updates + done + 1).astype(jnp.float32)
    rules = [partial(_move, rates.coefficients, terms, trainable) for terms in model.term_sets]
    if len(rules) == 1:
        return rules[0](rate, t, state, g)
    return lax.switch(choose_terms(rates.coefficients), rules, rate, t, state, g)


def _move(
    coefficients: Coefficients,
    terms: Terms,
    trainable: Any | None,
    rate: Array,
    t: Array,
    state: State[Any],
    g: Any,
) -> State[Any]:
    """Applies some terms of the update rule to every parameter that is not frozen."""
    params, form = jax.tree.flatten(state.params)
    gradients, ms, vs = (jax.tree.leaves(tree) for tree in (g, state.m, state.v))
    moved = [
        update(coefficients, rate, t, *of_leaf, terms)
        for of_leaf in zip(params, gradients, ms, vs, strict=True)
    ]
    after = State(*(jax.tree.unflatten(form, column) for column in zip(*moved, strict=True)))
    if trainable is None or terms == NO_TERMS:  # A gradient of 0 alone changes nothing.
        return after
    return State(*(select(trainable, *pair) for pair in zip(after, state, strict=True)))


def _step_key(position: TrainingPosition, done: Array) -> Array:
    return jnp.stack([position.seed.astype(jnp.uint32), (position.step + done).astype(jnp.uint32)])


def train_exact(
    model: ExactModel,
    inputs: Inputs,
    position: TrainingPosition,
    state: State[Any],
    x: Array,
    y: Array,
    order: Array,
) -> State[Any]:
    """Does updates over shuffled batches of an exact network; sizes are compiled in.

    Args:
        model: the network.
        inputs: its rates.
        position: where training stands and how many updates to do; within one epoch for images.
        state: parameters and moments, in the model's form.
        x: float32 [rows, features], train rows first, or images uint8 [n_train, pixels].
        y: float32 [rows, K], targets, or labels int32 [n_train].
        order: int32, a permutation of the train rows for each epoch, the running one first.

    Returns:
        The state after `position.steps` updates.
    """
    batches = model.batches
    stop = position.first + position.steps

    def epoch(e: Array | int, state: State[Any]) -> State[Any]:
        take = model.begin_epoch(x, y, order, e)

        def step(b: Array, state: State[Any]) -> State[Any]:
            done = e * batches + b - position.first
            return update_exact(model, inputs, position, done, b, take(b), state)

        low = jnp.maximum(position.first - e * batches, 0)
        high = jnp.minimum(stop - e * batches, batches)
        return lax.fori_loop(low, high, step, state)

    if not model.axis:
        return epoch(0, state)
    return lax.fori_loop(0, (stop + batches - 1) // batches, epoch, state)


def update_exact(
    model: ExactModel,
    inputs: Inputs,
    position: TrainingPosition,
    done: Array,
    b: Array,
    taken: tuple[Array, Array],
    state: State[Any],
) -> State[Any]:
    """Does one update of an exact network with a whole batch.

    Args:
        model: the network.
        inputs: its rates.
        position: where training stood when the call began.
        done: updates of this call before this one.
        b: the batch, counted from the start of its epoch.
        taken: its inputs and targets, see `TakeBatch`.
        state: parameters and moments, in the model's form.
    """
    choices, rates = model.choices(inputs), model.rates(inputs)
    n, batch = model.n_train, model.batch
    batch_rows = jnp.arange(batch)
    weights: Array = jnp.full(batch, 1.0 / batch, jnp.float32)
    if n % batch:
        count = jnp.minimum(batch, n - b * batch)
        weights = jnp.where(batch_rows < count, 1.0 / count, 0.0)
    drop = model.dropout(rates, _step_key(position, done), batch_rows)
    g, seen = compute_gradient(model, inputs, drop, state.params, *taken, weights)
    after = _apply(model, inputs, rates, choices, position, done, state, g)
    if not model.layout.normalized:
        return after
    params = _update_averages(model, inputs, state.params, after.params, seen)
    return after._replace(params=params)


def add_gradient(
    model: ExactModel,
    inputs: Inputs,
    position: TrainingPosition,
    rows: int,
    part: Array,
    params: Any,
    images: Array,
    labels: Array,
    order: Array,
    total: Any,
) -> Any:
    """Adds the gradient of a part of a batch of images to that of the parts before it.

    The gradient of a mean over a batch is the sum over its rows, so parts of any size add up to
    it, but for rounding; not so with batch normalization.

    Args:
        model: what is trained.
        inputs: its rates.
        position: where training stands.
        rows: of a part.
        part: int32 scalar, which part of batch `position.first`, from 0.
        params: the network.
        images: uint8 [n_train, pixels].
        labels: int32 [n_train].
        order: int32 [batches * batch], the shuffled rows of the running epoch.
        total: the sum so far.
    """
    batch_rows = part * rows + jnp.arange(rows)
    first = position.first * model.batch
    # The last part may reach beyond the batch; such rows weigh nothing.
    chosen = order[jnp.minimum(first + batch_rows, order.shape[0] - 1)]
    x, y = read_images(images, labels, chosen, model.network.widths[-1])
    count = jnp.minimum(model.batch, model.n_train - first)
    weights = jnp.where(batch_rows < count, 1.0 / count, 0.0)
    drop = model.dropout(model.rates(inputs), _step_key(position, jnp.int32(0)), batch_rows)
    g, _ = compute_gradient(model, inputs, drop, params, x, y, weights)
    return jax.tree.map(jnp.add, total, g)


def apply_gradient(
    model: ExactModel, inputs: Inputs, position: TrainingPosition, state: State[Any], g: Any
) -> State[Any]:
    """Does one update with the gradient of a whole batch."""
    choices, rates = model.choices(inputs), model.rates(inputs)
    return _apply(model, inputs, rates, choices, position, jnp.int32(0), state, g)


def train_general(
    model: GeneralModel | GeneralImageModel,
    inputs: Inputs,
    position: TrainingPosition,
    state: State[Any],
    x: Array,
    y: Array,
    order: Array,
) -> State[Any]:
    """Does updates of any network within a capacity, see `train_exact`.

    Gathers each batch in chunks of fixed size, so any batch size will do.
    """
    choices, rates = model.choices(inputs), model.rates(inputs)
    n = jnp.asarray(choices.n_train)
    batch = jnp.minimum(choices.batch, n)
    batches = (n + batch - 1) // batch
    room = model.batch_chunk

    def step(i: Array, state: State[Any]) -> State[Any]:
        e, b = (position.first + i) // batches, (position.first + i) % batches
        count = jnp.minimum(batch, n - b * batch)

        def chunk(c: Array | int) -> tuple[Any, BatchStatistics]:
            batch_rows = c * room + jnp.arange(room)
            start = e * n + b * batch + c * room
            rows = lax.dynamic_slice(order, (start,), (room,))
            weights = jnp.where(batch_rows < count, 1.0 / count, 0.0)
            drop = model.dropout(rates, _step_key(position, i), batch_rows)
            bx, by = model.take(x, y, rows)
            return compute_gradient(model, inputs, drop, state.params, bx, by, weights)

        if model.layout.normalized:
            # One chunk holds every batch, since its statistics need all of its rows.
            g, seen = chunk(0)
            after = _apply(model, inputs, rates, choices, position, i, state, g)
            params = _update_averages(model, inputs, state.params, after.params, seen)
            return after._replace(params=params)
        chunks = (count + room - 1) // room
        zeros = jax.tree.map(jnp.zeros_like, state.params)
        g = lax.fori_loop(0, chunks, lambda c, g: jax.tree.map(jnp.add, g, chunk(c)[0]), zeros)
        return _apply(model, inputs, rates, choices, position, i, state, g)

    return lax.fori_loop(0, position.steps, step, state)
