"""Compiled programs that train on images: whole updates in a call, or parts of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.network import ParameterArrays
from engine.programs import training
from engine.programs.images.compilation import (
    compile_for_images,
    float32s,
    int32s,
    parameter_shapes,
    uint8s,
)
from engine.programs.models import ExactModel, GeneralImageModel, Inputs, n_rates, pack_rates
from engine.programs.training import State, TrainingPosition
from engine.spec import Spec


class Batches(NamedTuple):
    """Training data of one epoch.

    Attributes:
        images: uint8 [n_train, pixels].
        labels: int32 [n_train].
        order: int32 [batches * batch], the shuffled rows of the running epoch.
    """

    images: Array
    labels: Array
    order: Array


#: (inputs, position, state, batches) -> the new state, and whether it is finite.
Run = Callable[[Any, Any, State[ParameterArrays], Batches], tuple[State[ParameterArrays], Array]]


class TrainingProgram(Protocol):
    """Protocol of compiled training."""

    @property
    def model(self) -> ExactModel | GeneralImageModel:
        """What it was compiled for."""
        ...

    def pack(self, spec: Spec) -> Any:
        """Returns what `slices` takes first."""
        ...

    def limit(self, steps: int) -> int:
        """Returns how many updates one call of `slices` can do."""
        ...

    def slices(
        self, inputs: Any, position: Any, state: State[ParameterArrays], batches: Batches
    ) -> Slices[tuple[State[ParameterArrays], bool]]:
        """Does `position[4]` updates.

        Returns:
            The new state, and whether it is finite.
        """
        ...


@dataclass(frozen=True)
class TrainProgram:
    """Program that does many updates on images in one call.

    Attributes:
        model: what it was compiled for.
        run: (rates, position, state, batches) -> the new state, and whether it is finite.
    """

    model: ExactModel
    run: Run

    def pack(self, spec: Spec) -> Floats:
        """Returns what `slices` takes first."""
        return pack_rates(spec, 1.0, self.model.network.n_hidden)

    def limit(self, steps: int) -> int:
        """Returns how many updates one call of `slices` can do."""
        return steps

    def slices(
        self, inputs: Any, position: Any, state: State[ParameterArrays], batches: Batches
    ) -> Slices[tuple[State[ParameterArrays], bool]]:
        """Does `position[4]` updates in one call.

        Returns:
            The new state, and whether it is finite.
        """
        yield from ()
        after, finite = self.run(inputs, position, state, batches)
        return after, bool(finite)


@dataclass(frozen=True)
class GradientProgram:
    """Program of the gradient of one batch of images, without the penalty and not clipped.

    Attributes:
        model: what it was compiled for.
        rows: of the batch whose gradient one call computes.
        begin: () -> a gradient of 0.
        add: (rates, position, part, params, batches, gradient) -> the gradient with one part more.
    """

    model: ExactModel
    rows: int
    begin: Callable[[], ParameterArrays]
    add: Callable[..., ParameterArrays]

    def slices(
        self, inputs: Any, position: Any, params: ParameterArrays, batches: Batches
    ) -> Slices[ParameterArrays]:
        """Returns the gradient of batch `position[3]`, and pauses after each part of it."""
        gradient = self.begin()
        for part in range(-(-self.model.batch // self.rows)):
            gradient = self.add(inputs, position, np.int32(part), params, batches, gradient)
            jax.block_until_ready(gradient)
            yield
        return gradient


@dataclass(frozen=True)
class PartsProgram:
    """Program of a large image network: one update in several calls, which accumulate its gradient.

    Attributes:
        model: what it was compiled for.
        gradient: of one batch.
        apply: (rates, position, state, gradient) -> the new state, and whether it is finite.
    """

    model: ExactModel
    gradient: GradientProgram
    apply: Callable[..., tuple[State[ParameterArrays], Array]]

    def pack(self, spec: Spec) -> Floats:
        """Returns what `slices` takes first."""
        return pack_rates(spec, 1.0, self.model.network.n_hidden)

    def limit(self, steps: int) -> int:
        """Returns how many of so many updates one call of `slices` can do: one."""
        return min(steps, 1)

    def slices(
        self, inputs: Any, position: Any, state: State[ParameterArrays], batches: Batches
    ) -> Slices[tuple[State[ParameterArrays], bool]]:
        """Does one update, and pauses after each part of its gradient.

        Returns:
            The new state, and whether it is finite.
        """
        gradient = yield from self.gradient.slices(inputs, position, state.params, batches)
        after, finite = self.apply(inputs, position, state, gradient)
        return after, bool(finite)


def compile_training(model: ExactModel) -> TrainingProgram:
    """Compiles the training of a network; whole or in parts, by its shapes alone."""
    return compile_whole(model) if model.rows == model.batch else compile_parts(model, model.rows)


def _describe(model: ExactModel) -> tuple[Any, State[Any], Batches]:
    """Shapes of the rates, the state, and what is trained on."""
    network = model.network
    parts = parameter_shapes(network)
    batches = Batches(
        uint8s(model.n_train, network.widths[0]),
        int32s(model.n_train),
        int32s(model.batches * model.batch),
    )
    return float32s(n_rates(network.n_hidden)), State(parts, parts, parts), batches


def read_position(position: Array) -> TrainingPosition:
    """Reads the counters int32 [5]."""
    return TrainingPosition(*(position[i] for i in range(5)))


def _inputs(rates: Array) -> Inputs:
    """Returns the arguments of a network whose choices are all compiled in."""
    return Inputs(np.zeros(0, np.int32), rates, np.zeros((0, 0), np.float32))


def are_finite(state: State[Any]) -> Array:
    """Whether all numbers of a state are."""
    finite = [jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(state)]
    return jnp.all(jnp.stack(finite))


def compile_whole(model: ExactModel) -> TrainProgram:
    """Compiles the training of a network, any number of updates in one call."""

    def run(
        flat: Array, position: Array, state: State[Any], batches: Batches
    ) -> tuple[State[Any], Array]:
        after = training.train_exact(model, _inputs(flat), read_position(position), state, *batches)
        return after, are_finite(after)

    rates, state, batches = _describe(model)
    return TrainProgram(model, compile_for_images(run, rates, int32s(5), state, batches))


def compile_gradient(model: ExactModel, rows: int) -> GradientProgram:
    """Compiles the gradient of a batch, so many rows of it in one call.

    Args:
        model: what is trained; no layer of it is normalized, unless a part is the whole batch.
        rows: of a part.
    """

    def begin() -> ParameterArrays:
        return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), params_shape)

    def add(
        flat: Array,
        position: Array,
        part: Array,
        params: ParameterArrays,
        batches: Batches,
        total: ParameterArrays,
    ) -> ParameterArrays:
        inputs, at = _inputs(flat), read_position(position)
        return training.add_gradient(model, inputs, at, rows, part, params, *batches, total)

    rates, state, batches = _describe(model)
    params_shape = state.params
    shapes = rates, int32s(5), int32s(), params_shape, batches, params_shape
    return GradientProgram(model, rows, compile_for_images(begin), compile_for_images(add, *shapes))


def compile_parts(model: ExactModel, rows: int) -> PartsProgram:
    """Compiles the training of a network, so many rows of a batch in one call.

    Args:
        model: what is trained; no layer of it is normalized.
        rows: of a part.
    """

    def apply(
        flat: Array, position: Array, state: State[Any], gradient: ParameterArrays
    ) -> tuple[State[Any], Array]:
        after = training.apply_gradient(
            model, _inputs(flat), read_position(position), state, gradient
        )
        return after, are_finite(after)

    rates, state, _ = _describe(model)
    shapes = rates, int32s(5), state, state.params
    gradient = compile_gradient(model, rows)
    return PartsProgram(model, gradient, compile_for_images(apply, *shapes))
