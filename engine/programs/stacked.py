"""Stacked calls: many networks of one exact program, trained in one call.

On a CPU the networks run one after the other in a loop inside the program. Batching them instead
(`jax.vmap`) makes each operation larger, but for networks of this size that is slower; see
docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, ShapeDtypeStruct, lax

from engine.base.devices import small_network_device
from engine.programs.models import ExactModel, Inputs, n_rates
from engine.programs.training import State, TrainingPosition
from engine.programs.turns import train_and_evaluate

#: Networks of one call; a program serves any number of them up to here.
MAX_NETWORKS = 64
#: Shuffled rows of a network in one call, at most; one epoch always fits.
_ORDER_ROWS = 2048
#: Numbers of a network's summary, see `TurnResult`.
SUMMARY = 8


class StackedArguments(NamedTuple):
    """Arguments of a stacked call; the networks lie along the first axis.

    Attributes:
        state: float32 [networks, n], parameters and moments.
        x: float32 [networks, rows, features], train rows first.
        y: float32 [networks, rows, K], targets.
        order: int32 [networks, m], shuffled train rows, epoch after epoch.
        position: int32 [networks, 5], `TrainingPosition`; without updates a network stays.
        rates: float32 [networks, r], `Rates`.
    """

    state: State[Array]
    x: Array
    y: Array
    order: Array
    position: Array
    rates: Array


class StackedResult(NamedTuple):
    """Result of a stacked call.

    Attributes:
        state: parameters and moments after the updates.
        summary: float32 [networks, 8], as in `TurnResult`; 0 for networks without updates.
    """

    state: State[Array]
    summary: Array


#: A compiled stacked call.
StackedProgram = Callable[[StackedArguments], StackedResult]


def count_epochs(model: ExactModel) -> int:
    """Returns how many epochs one call trains, at most."""
    return max(1, _ORDER_ROWS // model.n_train)


def run_stacked(model: ExactModel, call: StackedArguments) -> StackedResult:
    """Trains every network, and evaluates it on its data."""

    def run_one(one: StackedArguments) -> StackedResult:
        nothing = jnp.zeros(0, jnp.int32), jnp.zeros((0, 0))
        inputs = Inputs(nothing[0], one.rates, nothing[1])
        position = TrainingPosition(*(one.position[i] for i in range(5)))

        def train() -> StackedResult:
            trained = train_and_evaluate(
                model, inputs, position, one.state, one.x, one.y, one.order
            )
            return StackedResult(trained.state, trained.summary)

        def stay() -> StackedResult:
            return StackedResult(one.state, jnp.zeros(SUMMARY))

        return lax.cond(position.steps > 0, train, stay)

    return lax.map(run_one, call)


def compile_stacked(model: ExactModel) -> StackedProgram:
    """Compiles the stacked call of an exact model, for `MAX_NETWORKS` networks.

    Args:
        model: on points; equal models give equal programs.

    Returns:
        The compiled function. It keeps no state and changes no argument.
    """

    def floats(*shape: int) -> Any:
        return ShapeDtypeStruct((MAX_NETWORKS, *shape), jnp.float32)

    def ints(*shape: int) -> Any:
        return ShapeDtypeStruct((MAX_NETWORKS, *shape), jnp.int32)

    layout, sizes = model.layout, model.sizes
    vector = floats(layout.size)
    shapes = StackedArguments(
        State(vector, vector, vector),
        floats(sizes.rows, len(model.input_columns)),
        floats(sizes.rows, layout.widths[-1]),
        ints(count_epochs(model) * model.n_train),
        ints(5),
        floats(n_rates(layout.n_hidden)),
    )

    def stacked(call: StackedArguments) -> StackedResult:
        return run_stacked(model, call)

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        return jax.jit(stacked).lower(shapes).compile()
