"""Compiled programs that train on images: whole updates in a call, or parts of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.base.slices import Slices
from engine.network import Parts
from engine.programs.images import training
from engine.programs.images.compilation import (
    compile_for_images,
    float32s,
    int32s,
    parts_of,
    uint8s,
)
from engine.programs.images.model import Training
from engine.programs.images.training import Batches
from engine.programs.models import n_rates, unpack_rates
from engine.programs.training import Place, State


@dataclass(frozen=True)
class TrainProgram:
    """Trains on images, many updates in one call.

    Attributes:
        model: what it was compiled for.
        run: (rates, place, state, batches) -> the new state, and whether it is finite.
    """

    model: Training
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

    model: Training
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


def compile_training(model: Training) -> TrainingProgram:
    """Compiles the training of a network; which kind depends on its shapes alone."""
    return compile_whole(model) if model.rows == model.batch else compile_parts(model, model.rows)


def _describe(model: Training) -> tuple[Any, State[Any], Batches]:
    """Shapes of the rates, the state, and what is trained on."""
    architecture = model.architecture
    parts = parts_of(architecture)
    batches = Batches(
        uint8s(model.n_train, architecture.widths[0]),
        int32s(model.n_train),
        int32s(model.batches * model.batch),
    )
    return float32s(n_rates(architecture.n_hidden)), State(parts, parts, parts), batches


def _place(place: Array) -> Place:
    return Place(*(place[i] for i in range(5)))


def compile_whole(model: Training) -> TrainProgram:
    """Compiles the training of a network, any number of updates in one call."""

    def run(
        flat: Array, place: Array, state: State[Any], batches: Batches
    ) -> tuple[State[Any], Array]:
        rates = unpack_rates(flat, model.architecture.n_hidden)
        return training.train(model, rates, _place(place), state, batches)

    rates, state, batches = _describe(model)
    return TrainProgram(model, compile_for_images(run, rates, int32s(5), state, batches))


def compile_parts(model: Training, rows: int) -> PartsProgram:
    """Compiles the training of a network, so many rows of a batch in one call.

    Args:
        model: what is trained; no layer of it is normalized.
        rows: of a part.
    """
    hidden = model.architecture.n_hidden

    def begin() -> Parts:
        return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), state.params)

    def add(
        flat: Array, place: Array, part: Array, params: Parts, batches: Batches, total: Parts
    ) -> Parts:
        rates = unpack_rates(flat, hidden)
        return training.add_gradient(
            model, rows, rates, _place(place), part, params, batches, total
        )

    def apply(
        flat: Array, place: Array, state: State[Any], gradient: Parts
    ) -> tuple[State[Any], Array]:
        rates = unpack_rates(flat, hidden)
        return training.apply_gradient(model, rates, _place(place), state, gradient)

    rates, state, batches = _describe(model)
    return PartsProgram(
        model,
        rows,
        compile_for_images(begin),
        compile_for_images(add, rates, int32s(5), int32s(), state.params, batches, state.params),
        compile_for_images(apply, rates, int32s(5), state, state.params),
    )
