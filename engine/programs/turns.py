"""Turns: the compiled function that trains, evaluates and paints.

A turn of a session is one call: so many updates, then losses, boundary and
units of the new state. Asking for no updates, or for no pictures, is the same
program with other arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, ShapeDtypeStruct, lax

from engine.base.arrays import Floats
from engine.base.devices import SMALL_NETWORK_OPTIONS, small_network_device
from engine.base.loops import run_folded
from engine.programs import training, views
from engine.programs.models import ExactModel, GeneralModel, Inputs, Model, n_rates
from engine.programs.training import State, TrainingPosition
from engine.programs.views import Evaluation, PictureRequest, Pictures


class PixelFeatures(NamedTuple):
    """Features of data and pixels, as columns.

    Attributes:
        columns: float32 [features, rows + pixels] (general) or [features, 10000] (exact).
        tiles: float32 [features, 4096] (general) or [features, tile * tile] (exact).
    """

    columns: Array
    tiles: Array


T = TypeVar("T")
Numbers = TypeVar("Numbers", Array, Floats)


class Ranges(NamedTuple, Generic[Numbers]):
    """Ranges of the last pictures: float32 [2] and [units, 2]."""

    boundary: Numbers
    units: Numbers


_STATE = len(State._fields)
#: Numbers of a summary, see `TurnResult`.
SUMMARY = 11


class TurnResult(NamedTuple):
    """Result of a turn, in few arrays: each one that is made and read costs microseconds.

    Attributes:
        state: float32 [3, n], parameters and moments after the updates.
        numbers: float32 [11 + 2 + 2 units]: the summary (loss, accuracy and mean squared error of
            train, the same of test, the penalty, the same of validation, and 1 if parameters and
            moments are finite), then the ranges of the pictures.
        predictions: float32 [K + 1, rows]: outputs for the data, then their losses.
        boundary: uint8 [K, pixels].
        units: uint8 [units, tile pixels].
        selected: float32 [rows + pixels], the selected unit, if one is asked for.
    """

    state: Array
    numbers: Array
    predictions: Array
    boundary: Array
    units: Array
    selected: Array

    def fetch(self) -> TurnResult:
        """Returns the result with its numbers on the host; waits for them."""
        state, numbers, *others = self
        host: Any = np.asarray(numbers)
        return TurnResult(state, host, *others)

    def summary(self) -> Any:
        """Returns the summary, float32 [11]."""
        return self.numbers[:SUMMARY]

    def ranges(self) -> Ranges[Any]:
        """Returns the ranges of the pictures."""
        return _split_ranges(self.numbers[SUMMARY:])


class TurnArguments(NamedTuple):
    """Arguments of a turn, in few arrays; one alone comes from the host with every call.

    Attributes:
        state: float32 [3, n], parameters and moments.
        x: float32 [rows, features], train rows first.
        y: float32 [rows, K], targets.
        inputs: what the network is made of, and the rates.
        pixel_features: of what is painted.
        call: int32 [8 + n + 2 + 2 units]: `TrainingPosition`, `PictureRequest`, the shuffled train
            rows, epoch after epoch, and the ranges of the last pictures, float32 bit by bit.
    """

    state: Array
    x: Array
    y: Array
    inputs: Inputs
    pixel_features: PixelFeatures
    call: Array

    def position(self) -> TrainingPosition:
        """Returns where training stands, inside a program."""
        return TrainingPosition(*(self.call[i] for i in range(_POSITION)))

    def request(self) -> PictureRequest:
        """Returns what is to be painted, inside a program."""
        return PictureRequest(*(self.call[i] for i in range(_POSITION, CALL_NUMBERS)))

    def one(self) -> Array:
        """Returns the number 1, inside a program, which the compiler does not know of."""
        return (self.call[0] >= 0).astype(jnp.int32)  # seeds are not negative

    def order(self, model: Model) -> Array:
        """Returns the shuffled rows, inside a program."""
        return self.call[CALL_NUMBERS : CALL_NUMBERS + model.sizes.order]

    def last_ranges(self, model: Model) -> Ranges[Array]:
        """Returns the ranges of the last pictures, inside a program."""
        bits = self.call[CALL_NUMBERS + model.sizes.order :]
        return _split_ranges(lax.bitcast_convert_type(bits, jnp.float32))


def _split_ranges(numbers: Any) -> Ranges[Any]:
    return Ranges(numbers[:2], numbers[2:].reshape(-1, 2))


def count_ranges(model: Model) -> int:
    """Returns how many numbers the ranges of a program's pictures are."""
    return 2 + 2 * model.layout.n_units


_POSITION = len(TrainingPosition._fields)
#: Numbers of `TurnArguments.call` before the shuffled rows.
CALL_NUMBERS = _POSITION + len(PictureRequest._fields)


class Trained(NamedTuple):
    """A network after its updates, evaluated on its data.

    Attributes:
        state: parameters and moments.
        evaluation: on the data.
        summary: float32 [11], see `TurnResult`.
    """

    state: State[Array]
    evaluation: Evaluation
    summary: Array


def train_and_evaluate(
    model: ExactModel,
    inputs: Inputs,
    position: TrainingPosition,
    state: State[Array],
    x: Array,
    y: Array,
    order: Array,
) -> Trained:
    """Trains an exact network on points, and evaluates it on them; see `TurnArguments`."""
    begun = State(*(model.parameters.of_flat(vector) for vector in state))
    trained = training.train_exact(model, inputs, position, begun, x, y, order)
    return evaluate_trained(model, inputs, trained, x, y)


def evaluate_trained(
    model: ExactModel, inputs: Inputs, trained: State[Any], x: Array, y: Array
) -> Trained:
    """Evaluates an exact network on its points; `trained` is in the model's form."""
    state = State(*(model.parameters.to_flat(params) for params in trained))
    params = model.layout.split(state.params)
    evaluation = views.evaluate_exact(model, inputs, params, x.T, y.T)
    summary = _summarize(evaluation, *_check(model, inputs, jnp.stack(state)))
    return Trained(state, evaluation, summary)


def turn_exact(model: ExactModel, call: TurnArguments) -> TurnResult:
    """One turn of an exact architecture."""

    def run(call: TurnArguments) -> tuple[Array, Evaluation, Array]:
        state = State(*(call.state[i] for i in range(_STATE)))
        trained = train_and_evaluate(
            model, call.inputs, call.position(), state, call.x, call.y, call.order(model)
        )
        return jnp.stack(trained.state), trained.evaluation, trained.summary

    packed, evaluation, summary = _run(model, run, call)

    def paint() -> Pictures:
        ranges = call.last_ranges(model)
        return views.paint_exact(
            model,
            call.inputs,
            model.layout.split(packed[0]),
            call.pixel_features.columns,
            call.pixel_features.tiles,
            ranges.boundary,
            ranges.units,
        )

    def skip() -> Pictures:
        ranges = call.last_ranges(model)
        boundary = jnp.zeros((call.y.shape[1], call.pixel_features.columns.shape[1]), jnp.uint8)
        units = jnp.zeros((model.layout.n_units, call.pixel_features.tiles.shape[1]), jnp.uint8)
        return Pictures(boundary, ranges.boundary, units, ranges.units)

    def look() -> Array:
        columns = jnp.concatenate([call.x.T, call.pixel_features.columns], axis=1)
        params = model.layout.split(packed[0])
        return views.select_unit(model, call.inputs, params, columns, call.request())

    pictures = lax.cond(call.request().pictures > 0, paint, skip)
    # Waits for the pictures: XLA would hand one of the two to another thread.
    wanted = (call.request().layer >= 0) & ~jnp.isnan(pictures.boundary_range[1])
    none = jnp.zeros(call.x.shape[0] + call.pixel_features.columns.shape[1])
    selected = lax.cond(wanted, look, lambda: none)
    return _make_result(packed, summary, evaluation, pictures, selected)


def _run(model: Model, run: Callable[[TurnArguments], T], call: TurnArguments) -> T:
    """Runs what comes before the pictures of a turn, as one kernel where that pays."""
    if not model.folded:
        return run(call)
    return run_folded(run, call._replace(pixel_features=None), call.one())


def turn_general(model: GeneralModel, call: TurnArguments) -> TurnResult:
    """One turn of any network within a capacity."""

    def run(call: TurnArguments) -> tuple[Array, Array, Array]:
        begun = State(*(model.parameters.of_flat(call.state[i]) for i in range(_STATE)))
        trained = training.train_general(
            model, call.inputs, call.position(), begun, call.x, call.y, call.order(model)
        )
        state = jnp.stack([model.parameters.to_flat(params) for params in trained])
        return state, *_check(model, call.inputs, state)

    state, penalty, finite = _run(model, run, call)
    ranges = call.last_ranges(model)
    evaluation, pictures, selected = views.evaluate_general(
        model, call.inputs, model.parameters.of_flat(state[0]), call.pixel_features.columns,
        call.y, call.pixel_features.tiles, ranges.boundary, ranges.units, call.request(),
    )  # fmt: skip
    summary = _summarize(evaluation, penalty, finite)
    return _make_result(state, summary, evaluation, pictures, selected)


def _check(model: Model, inputs: Inputs, state: Array) -> tuple[Array, Array]:
    """Returns the penalty, and 1 if all numbers of a state float32 [3, n] are finite."""
    penalty = training.penalty(model, model.rates(inputs), state[0])
    return penalty, jnp.all(jnp.isfinite(state)).astype(jnp.float32)


def _summarize(evaluation: Evaluation, penalty: Array, finite: Array) -> Array:
    train, test, validation = evaluation.means
    return jnp.concatenate([train, test, penalty[None], validation, finite[None]])


def _make_result(
    state: Array, summary: Array, evaluation: Evaluation, pictures: Pictures, selected: Array
) -> TurnResult:
    numbers = [summary, pictures.boundary_range, pictures.unit_ranges.ravel()]
    return TurnResult(
        state,
        jnp.concatenate(numbers),
        jnp.concatenate([evaluation.outputs, evaluation.losses[None]]),
        pictures.boundary,
        pictures.units,
        selected,
    )


def describe_arguments(model: Model) -> TurnArguments:
    """Returns the shapes of the arguments of a turn."""

    def floats(*shape: int) -> Any:
        return ShapeDtypeStruct(shape, jnp.float32)

    def ints(*shape: int) -> Any:
        return ShapeDtypeStruct(shape, jnp.int32)

    layout, sizes = model.layout, model.sizes
    n_inputs = len(model.input_columns)
    return TurnArguments(
        floats(_STATE, layout.size),
        floats(sizes.rows, n_inputs),
        floats(sizes.rows, layout.widths[-1]),
        Inputs(ints(sizes.choices), floats(n_rates(layout.n_hidden)), floats(*sizes.mask)),
        PixelFeatures(floats(n_inputs, sizes.columns), floats(n_inputs, sizes.tiles)),
        ints(CALL_NUMBERS + sizes.order + count_ranges(model)),
    )


#: The turn of each class of model.
_TURNS: dict[type[Model], Callable[[Any, TurnArguments], TurnResult]] = {
    ExactModel: turn_exact,
    GeneralModel: turn_general,
}


def compile_turn(model: Model) -> Callable[[TurnArguments], TurnResult]:
    """Compiles a model's turn.

    Args:
        model: what to compile for; equal models give equal programs.

    Returns:
        The compiled function. It keeps no state and changes no argument.
    """
    run, shapes = _TURNS[type(model)], describe_arguments(model)

    def turn(call: TurnArguments) -> TurnResult:
        return run(model, call)

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        level = str(model.optimization_level)
        options: dict[str, Any] = {"xla_backend_optimization_level": level, **SMALL_NETWORK_OPTIONS}
        options |= model.compiler_options
        return jax.jit(turn).lower(shapes).compile(compiler_options=options)
