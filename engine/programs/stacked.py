"""Stacked calls: many networks of one exact program, trained in one call.

On a CPU the networks run one after the other in a loop inside the program. Batching them instead
(`jax.vmap`) makes each operation larger, but for networks of this size that is slower; see
docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
_POSITION = len(TrainingPosition._fields)
#: Numbers of `StackedArguments.call` for each network.
CALL_NUMBERS = _POSITION + 2
#: Updates of a network that a call leaves as it is, and does not evaluate.
STAY = -1


#: Room for different sets of rows, and for different seeds: the smallest that will do.
_ROOMS = (1, 4, 16, MAX_NETWORKS)


@dataclass(frozen=True)
class StackedModel:
    """A stacked call as it is compiled: the key of its program.

    Attributes:
        model: of every network.
        n_data: different sets of rows that there is room for.
        n_seeds: different seeds that there is room for, each with batches of its own.
    """

    model: ExactModel
    n_data: int
    n_seeds: int

    @classmethod
    def with_room(cls, model: ExactModel, n_data: int, n_seeds: int) -> StackedModel:
        """Returns the smallest one with room for so many sets of rows and seeds."""
        return cls(model, *(min(r for r in _ROOMS if r >= n) for n in (n_data, n_seeds)))


class StackedArguments(NamedTuple):
    """Arguments of a stacked call; the networks lie along the first axis.

    Attributes:
        state: float32 [networks, 3, n], parameters and moments.
        x: float32 [sets of rows, rows, features], train rows first.
        y: float32 [sets of rows, rows, K], targets.
        rates: float32 [networks, r], `Rates`.
        mask: bool [networks, n], which numbers there are, of a padded model; else [networks, 0].
        call: int32 [networks, 7]: `TrainingPosition`, where `STAY` updates leave a network as it
            is; then its set of rows, and where its shuffled rows begin.
        order: int32 [seeds * m], shuffled train rows, epoch after epoch; networks of one seed
            share theirs.
    """

    state: Array
    x: Array
    y: Array
    rates: Array
    mask: Array
    call: Array
    order: Array


class StackedResult(NamedTuple):
    """Result of a stacked call.

    Attributes:
        state: float32 [networks, 3, n], parameters and moments after the updates.
        summary: float32 [networks, 11], as in `TurnResult`; 0 for networks that stay.
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
        packed, rates, mask, numbers = own
        inputs = Inputs(jnp.zeros(0, jnp.int32), rates, mask)
        *position, data, start = (numbers[i] for i in range(CALL_NUMBERS))
        position = TrainingPosition(*position)

        def train() -> StackedResult:
            order = lax.dynamic_slice(call.order, (start,), (count_order_rows(model),))
            x, y = (lax.dynamic_index_in_dim(of, data, 0, False) for of in (call.x, call.y))
            state = State(*(packed[i] for i in range(len(State._fields))))
            trained = train_and_evaluate(model, inputs, position, state, x, y, order)
            return StackedResult(jnp.stack(trained.state), trained.summary)

        def stay() -> StackedResult:
            return StackedResult(packed, jnp.zeros(SUMMARY))

        return lax.cond(position.steps > STAY, train, stay)

    return lax.map(run_one, (call.state, call.rates, call.mask, call.call))


def compile_stacked(stacked: StackedModel) -> StackedProgram:
    """Compiles a stacked call, for `MAX_NETWORKS` networks.

    Args:
        stacked: of networks on points; equal models give equal programs.

    Returns:
        The compiled function. It keeps no state and changes no argument.
    """
    model = stacked.model

    def shape(*lengths: int, dtype: Any = jnp.float32) -> Any:
        return ShapeDtypeStruct(lengths, dtype)

    layout, sizes = model.layout, model.sizes
    n_masked = layout.size if model.padded else 0
    shapes = StackedArguments(
        shape(MAX_NETWORKS, len(State._fields), layout.size),
        shape(stacked.n_data, sizes.rows, len(model.input_columns)),
        shape(stacked.n_data, sizes.rows, layout.widths[-1]),
        shape(MAX_NETWORKS, n_rates(layout.n_hidden)),
        shape(MAX_NETWORKS, n_masked, dtype=jnp.bool_),
        shape(MAX_NETWORKS, CALL_NUMBERS, dtype=jnp.int32),
        shape(stacked.n_seeds * count_order_rows(model), dtype=jnp.int32),
    )

    def run(call: StackedArguments) -> StackedResult:
        return run_stacked(model, call)

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        return jax.jit(run).lower(shapes).compile()
