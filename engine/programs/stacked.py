"""Stacked calls: many networks of one exact program, trained in one call.

Small networks are trained side by side, one in each lane of the processor's vectors, see
`engine.base.lanes`: 16 at a time, in a loop inside the program. Larger ones, whose products are
library calls, and few ones run one after the other in that loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, ShapeDtypeStruct, lax

from engine.base.devices import SMALL_NETWORK_OPTIONS, small_network_device
from engine.base.lanes import run_lanes
from engine.base.loops import FOLDING_OPTIONS
from engine.programs.models import ExactModel, n_rates
from engine.programs.side_by_side import Group, make_inputs, train_lanes
from engine.programs.training import State, TrainingPosition, train_exact
from engine.programs.turns import SUMMARY, evaluate_trained

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
#: Networks side by side: numbers of a vector of 512 bits. Fewer than some are faster one by one.
_LANES, _LEAST_LANES = 16, 8
#: Multiplications of a batch's largest product, at most, where lanes are faster.
_LANE_OPERATIONS = 4096


@dataclass(frozen=True)
class StackedModel:
    """A stacked call as it is compiled: the key of its program.

    Attributes:
        model: of every network.
        n_data: different sets of rows that there is room for.
        n_seeds: different seeds that there is room for, each with batches of its own.
        lanes: networks that are trained side by side; 1 if one after the other.
    """

    model: ExactModel
    n_data: int
    n_seeds: int
    lanes: int

    @classmethod
    def with_room(
        cls, model: ExactModel, n_data: int, n_seeds: int, n_networks: int
    ) -> StackedModel:
        """Returns the smallest one with room for so many sets of rows and seeds.

        Args:
            model: of every network.
            n_data: different sets of rows in one call.
            n_seeds: different seeds in one call.
            n_networks: in one call.
        """
        data, seeds = (min(r for r in _ROOMS if r >= n) for n in (n_data, n_seeds))
        pays = n_networks >= _LEAST_LANES and model.largest_product <= _LANE_OPERATIONS
        return cls(model, data, seeds, _LANES if pays else 1)

    @property
    def shares_batches(self) -> bool:
        """Whether all networks of a call are trained on the same batches."""
        return self.n_data == self.n_seeds == 1


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


def run_stacked(stacked: StackedModel, call: StackedArguments) -> StackedResult:
    """Trains every network, and evaluates it on its data."""
    model = stacked.model
    train = _train_side_by_side if stacked.lanes > 1 else _train_one_by_one
    trained = train(stacked, call)

    def evaluate(own: tuple[Array, ...]) -> Array:
        packed, rates, mask, numbers = own
        position, place = _read_numbers(numbers)

        def measure() -> Array:
            x, y, _ = _read_data(model, call, place)
            state = State(*map(model.parameters.of_flat, packed))
            return evaluate_trained(model, make_inputs(rates, mask), state, x, y).summary

        return lax.cond(position.steps > STAY, measure, lambda: jnp.zeros(SUMMARY))

    summary = lax.map(evaluate, (trained, call.rates, call.mask, call.call))
    return StackedResult(trained, summary)


def _read_numbers(numbers: Array) -> tuple[TrainingPosition, tuple[Array, Array]]:
    """Returns where training stands; the set of rows, and where the shuffled rows begin."""
    *position, data, start = (numbers[i] for i in range(CALL_NUMBERS))
    return TrainingPosition(*position), (data, start)


def _read_data(
    model: ExactModel, call: StackedArguments, place: tuple[Array, Array]
) -> tuple[Array, Array, Array]:
    """Returns rows, targets and shuffled rows of one network."""
    data, start = place
    x, y = (lax.dynamic_index_in_dim(of, data, 0, False) for of in (call.x, call.y))
    return x, y, lax.dynamic_slice(call.order, (start,), (count_order_rows(model),))


def _train_one_by_one(stacked: StackedModel, call: StackedArguments) -> Array:
    """Trains one network after the other; returns their states [networks, 3, n]."""
    model = stacked.model

    def train(own: tuple[Array, ...]) -> Array:
        packed, rates, mask, numbers = own
        position, place = _read_numbers(numbers)
        data = _read_data(model, call, place)
        state = State(*map(model.parameters.of_flat, packed))
        trained = train_exact(model, make_inputs(rates, mask), position, state, *data)
        return jnp.stack([*map(model.parameters.to_flat, trained)])

    return lax.map(train, (call.state, call.rates, call.mask, call.call))


def _train_side_by_side(stacked: StackedModel, call: StackedArguments) -> Array:
    """Trains as many networks at once as there are lanes; returns their states."""
    model, lanes = stacked.model, stacked.lanes

    def train(own: tuple[Array, ...]) -> Array:
        packed, rates, mask, numbers = (jnp.moveaxis(of, 0, -1) for of in own)
        position, place = _read_numbers(numbers)
        group = Group(rates, mask, position)
        if stacked.shares_batches:
            data = call.x[0], call.y[0], call.order
        else:
            data = run_lanes(partial(_read_data, model, call), place, lanes=lanes)
        trained = train_lanes(model, group, packed, *data, own_data=not stacked.shares_batches)
        return jnp.moveaxis(trained, -1, 0)

    def split(of: Array) -> Array:
        return of.reshape(MAX_NETWORKS // lanes, lanes, *of.shape[1:])

    groups = (call.state, call.rates, call.mask, call.call)
    return lax.map(train, jax.tree.map(split, groups)).reshape(call.state.shape)


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
        return run_stacked(stacked, call)

    options = model.compiler_options
    if stacked.lanes > 1:
        options = SMALL_NETWORK_OPTIONS | FOLDING_OPTIONS
    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        return jax.jit(run).lower(shapes).compile(compiler_options=options)
