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
from engine.programs.turns import SUMMARY, train_and_evaluate

#: Networks of one call; a program serves any number of them up to here.
MAX_NETWORKS = 64
#: Shuffled rows of a network in one call, at most; one epoch always fits.
_ORDER_ROWS = 8192
#: Numbers of `StackedArguments.call` for each network.
CALL_NUMBERS = len(TrainingPosition._fields) + 1


class StackedArguments(NamedTuple):
    """Arguments of a stacked call; the networks lie along the first axis.

    Attributes:
        state: float32 [networks, 3, n], parameters and moments.
        x: float32 [networks, rows, features], train rows first.
        y: float32 [networks, rows, K], targets.
        rates: float32 [networks, r], `Rates`.
        call: int32 [networks, 6]: `TrainingPosition`, without updates a network stays; then where
            its shuffled rows begin.
        order: int32 [networks * m], shuffled train rows, epoch after epoch; networks of one seed
            share theirs.
    """

    state: Array
    x: Array
    y: Array
    rates: Array
    call: Array
    order: Array


class StackedResult(NamedTuple):
    """Result of a stacked call.

    Attributes:
        state: float32 [networks, 3, n], parameters and moments after the updates.
        summary: float32 [networks, 11], as in `TurnResult`; 0 for networks without updates.
    """

    state: Array
    summary: Array


#: A compiled stacked call.
StackedProgram = Callable[[StackedArguments], StackedResult]


def count_epochs(model: ExactModel) -> int:
    """Returns how many epochs one call trains, at most."""
    return max(1, _ORDER_ROWS // model.n_train)


def count_order_rows(model: ExactModel) -> int:
    """Returns how many shuffled rows a network has in one call."""
    return count_epochs(model) * model.n_train


def run_stacked(model: ExactModel, call: StackedArguments) -> StackedResult:
    """Trains every network, and evaluates it on its data."""

    def run_one(own: tuple[Array, ...]) -> StackedResult:
        packed, x, y, rates, numbers = own
        nothing = jnp.zeros(0, jnp.int32), jnp.zeros((0, 0))
        inputs = Inputs(nothing[0], rates, nothing[1])
        *position, start = (numbers[i] for i in range(CALL_NUMBERS))
        position = TrainingPosition(*position)

        def train() -> StackedResult:
            order = lax.dynamic_slice(call.order, (start,), (count_order_rows(model),))
            state = State(*(packed[i] for i in range(len(State._fields))))
            trained = train_and_evaluate(model, inputs, position, state, x, y, order)
            return StackedResult(jnp.stack(trained.state), trained.summary)

        def stay() -> StackedResult:
            return StackedResult(packed, jnp.zeros(SUMMARY))

        return lax.cond(position.steps > 0, train, stay)

    return lax.map(run_one, (call.state, call.x, call.y, call.rates, call.call))


def compile_stacked(model: ExactModel) -> StackedProgram:
    """Compiles the stacked call of an exact model, for `MAX_NETWORKS` networks.

    Args:
        model: on points; equal models give equal programs.

    Returns:
        The compiled function. It keeps no state and changes no argument.
    """

    def floats(*shape: int) -> Any:
        return ShapeDtypeStruct((MAX_NETWORKS, *shape), jnp.float32)

    layout, sizes = model.layout, model.sizes
    order: Any = ShapeDtypeStruct((MAX_NETWORKS * count_order_rows(model),), jnp.int32)
    call: Any = ShapeDtypeStruct((MAX_NETWORKS, CALL_NUMBERS), jnp.int32)
    shapes = StackedArguments(
        floats(len(State._fields), layout.size),
        floats(sizes.rows, len(model.input_columns)),
        floats(sizes.rows, layout.widths[-1]),
        floats(n_rates(layout.n_hidden)),
        call,
        order,
    )

    def stacked(call: StackedArguments) -> StackedResult:
        return run_stacked(model, call)

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        return jax.jit(stacked).lower(shapes).compile()
