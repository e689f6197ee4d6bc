"""Compiled programs that train on images: whole updates in a call, or parts of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.base.slices import Slices
from engine.network import Parts
from engine.programs import training
from engine.programs.images.compilation import (
    compile_for_images,
    float32s,
    int32s,
    parts_of,
    uint8s,
)
from engine.programs.models import ExactModel, Inputs, n_rates
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


@dataclass(frozen=True)
class TrainProgram:
    """Trains on images, many updates in one call.

    Attributes:
        model: what it was compiled for.
        run: (rates, place, state, batches) -> the new state, and whether it is finite.
    """

    model: ExactModel
    run: Callable[[Any, Any, State[Parts], Batches], tuple[State[Parts], Array]]

    def limit(self, steps: int) -> int:
        """Returns how many of so many updates one call of `slices` can do."""
        return steps

    def slices(
        self, rates: Any, place: Any, state: State[Parts], batches: Batches
    ) -> Slices[tuple[State[Parts], bool]]:
        """Does `place[4]` updates at once, without a pause.

        Returns:
            The new state, and whether it is finite.
        """
        yield from ()
        after, finite = self.run(rates, place, state, batches)
        return after, bool(finite)


@dataclass(frozen=True)
class PartsProgram:
    """Trains a large network on images: each update in several calls, which add its gradient up.

    Attributes:
        model: what it was compiled for.
        rows: of a batch whose gradient one call computes.
        begin: () -> a gradient of 0.
        add: (rates, place, part, params, batches, gradient) -> the gradient with one part more.
        apply: (rates, place, state, gradient) -> the new state, and whether it is finite.
    """

    model: ExactModel
    rows: int
    begin: Callable[[], Parts]
    add: Callable[..., Parts]
    apply: Callable[..., tuple[State[Parts], Array]]

    def limit(self, steps: int) -> int:
        """Returns how many of so many updates one call of `slices` can do: one."""
        return min(steps, 1)

    def slices(
        self, rates: Any, place: Any, state: State[Parts], batches: Batches
    ) -> Slices[tuple[State[Parts], bool]]:
        """Does one update, and pauses after each part of its gradient.

        Returns:
            The new state, and whether it is finite.
        """
        gradient = self.begin()
        for part in range(-(-self.model.batch // self.rows)):
            gradient = self.add(rates, place, np.int32(part), state.params, batches, gradient)
            jax.block_until_ready(gradient)
            yield
        after, finite = self.apply(rates, place, state, gradient)
        return after, bool(finite)


TrainingProgram = TrainProgram | PartsProgram


def compile_training(model: ExactModel) -> TrainingProgram:
    """Compiles the training of a network; which kind depends on its shapes alone."""
    return compile_whole(model) if model.rows == model.batch else compile_parts(model, model.rows)


def _describe(model: ExactModel) -> tuple[Any, State[Any], Batches]:
    """Shapes of the rates, the state, and what is trained on."""
    network = model.network
    parts = parts_of(network)
    batches = Batches(
        uint8s(model.n_train, network.widths[0]),
        int32s(model.n_train),
        int32s(model.batches * model.batch),
    )
    return float32s(n_rates(network.n_hidden)), State(parts, parts, parts), batches


def _place(place: Array) -> Place:
    return Place(*(place[i] for i in range(5)))


def _inputs(rates: Array) -> Inputs:
    """Returns the arguments of a network whose choices are all compiled in."""
    return Inputs(np.zeros(0, np.int32), rates, np.zeros((0, 0), np.float32))


def _is_finite(state: State[Any]) -> Array:
    finite = [jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(state)]
    return jnp.all(jnp.stack(finite))


def compile_whole(model: ExactModel) -> TrainProgram:
    """Compiles the training of a network, any number of updates in one call."""

    def run(
        flat: Array, place: Array, state: State[Any], batches: Batches
    ) -> tuple[State[Any], Array]:
        after = training.train_exact(model, _inputs(flat), _place(place), state, *batches)
        return after, _is_finite(after)

    rates, state, batches = _describe(model)
    return TrainProgram(model, compile_for_images(run, rates, int32s(5), state, batches))


def compile_parts(model: ExactModel, rows: int) -> PartsProgram:
    """Compiles the training of a network, so many rows of a batch in one call.

    Args:
        model: what is trained; no layer of it is normalized.
        rows: of a part.
    """

    def begin() -> Parts:
        return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), state.params)

    def add(
        flat: Array, place: Array, part: Array, params: Parts, batches: Batches, total: Parts
    ) -> Parts:
        inputs, at = _inputs(flat), _place(place)
        return training.add_gradient(model, inputs, at, rows, part, params, *batches, total)

    def apply(
        flat: Array, place: Array, state: State[Any], gradient: Parts
    ) -> tuple[State[Any], Array]:
        after = training.apply_gradient(model, _inputs(flat), _place(place), state, gradient)
        return after, _is_finite(after)

    rates, state, batches = _describe(model)
    return PartsProgram(
        model,
        rows,
        compile_for_images(begin),
        compile_for_images(add, rates, int32s(5), int32s(), state.params, batches, state.params),
        compile_for_images(apply, rates, int32s(5), state, state.params),
    )
