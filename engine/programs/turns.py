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
from jax import Array, ShapeDtypeStruct, lax

from engine.base.arrays import Floats
from engine.base.devices import small_network_device
from engine.network import ParameterArrays
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


Numbers = TypeVar("Numbers", Array, Floats)


class Ranges(NamedTuple, Generic[Numbers]):
    """Ranges of the last pictures: float32 [2] and [units, 2]."""

    boundary: Numbers
    units: Numbers


class TurnResult(NamedTuple):
    """Result of a turn.

    Attributes:
        state: parameters and moments after the updates.
        summary: float32 [8]: loss, accuracy and mean squared error of train,
            the same of test, the penalty, and 1 if parameters and moments are finite.
        outputs: float32 [K, rows], predictions for the data.
        losses: float32 [rows].
        boundary: uint8 [K, pixels].
        units: uint8 [units, tile pixels].
        ranges: of the pictures.
        selected: float32 [rows + pixels], of general programs; else empty.
    """

    state: State[Array]
    summary: Array
    outputs: Array
    losses: Array
    boundary: Array
    units: Array
    ranges: Ranges[Array]
    selected: Array


class TurnArguments(NamedTuple):
    """Arguments of a turn.

    Attributes:
        state: parameters and moments.
        x: float32 [rows, features], train rows first.
        y: float32 [rows, K], targets.
        order: int32 [n], shuffled train rows, epoch after epoch.
        position: int32 [5], `TrainingPosition`.
        inputs: what the network is made of, and the rates.
        pixel_features: of what is painted.
        ranges: of the last pictures.
        request: int32 [3], `PictureRequest`.
    """

    state: State[Array]
    x: Array
    y: Array
    order: Array
    position: Array
    inputs: Inputs
    pixel_features: PixelFeatures
    ranges: Ranges[Array]
    request: Array


class Trained(NamedTuple):
    """A network after its updates, evaluated on its data.

    Attributes:
        state: parameters and moments.
        params: the parameters as arrays.
        evaluation: on the data.
        summary: float32 [8], see `TurnResult`.
    """

    state: State[Array]
    params: ParameterArrays
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
    state = State(*(model.parameters.to_flat(params) for params in trained))
    params = model.layout.split(state.params)
    evaluation = views.evaluate_exact(model, inputs, params, x.T, y.T)
    return Trained(state, params, evaluation, _summarize(model, inputs, state, evaluation))


def turn_exact(model: ExactModel, call: TurnArguments) -> TurnResult:
    """One turn of an exact architecture."""
    position = TrainingPosition(*(call.position[i] for i in range(5)))
    trained = train_and_evaluate(
        model, call.inputs, position, call.state, call.x, call.y, call.order
    )

    def paint() -> Pictures:
        pixel_features = call.pixel_features
        return views.paint_exact(
            model,
            call.inputs,
            trained.params,
            pixel_features.columns,
            pixel_features.tiles,
            call.ranges.boundary,
            call.ranges.units,
        )

    def skip() -> Pictures:
        boundary = jnp.zeros((call.y.shape[1], call.pixel_features.columns.shape[1]), jnp.uint8)
        units = jnp.zeros((model.layout.n_units, call.pixel_features.tiles.shape[1]), jnp.uint8)
        return Pictures(boundary, call.ranges.boundary, units, call.ranges.units)

    pictures = lax.cond(call.request[0] > 0, paint, skip)
    return _make_result(trained.state, trained.summary, trained.evaluation, pictures)


def turn_general(model: GeneralModel, call: TurnArguments) -> TurnResult:
    """One turn of any network within a capacity."""
    position = TrainingPosition(*(call.position[i] for i in range(5)))
    begun = State(*(model.parameters.of_flat(vector) for vector in call.state))
    trained = training.train_general(
        model, call.inputs, position, begun, call.x, call.y, call.order
    )
    state = State(*(model.parameters.to_flat(params) for params in trained))
    params = trained.params
    request = PictureRequest(*(call.request[i] for i in range(3)))
    evaluation, pictures = views.evaluate_general(
        model, call.inputs, params, call.pixel_features.columns, call.y, call.pixel_features.tiles,
        call.ranges.boundary, call.ranges.units, request,
    )  # fmt: skip
    summary = _summarize(model, call.inputs, state, evaluation)
    return _make_result(state, summary, evaluation, pictures)


def _summarize(model: Model, inputs: Inputs, state: State[Array], evaluation: Evaluation) -> Array:
    penalty = training.penalty(model, model.rates(inputs), state.params)
    finite = jnp.all(jnp.isfinite(jnp.stack(state))).astype(jnp.float32)
    return jnp.concatenate([evaluation.means.ravel(), jnp.stack([penalty, finite])])


def _make_result(
    state: State[Array], summary: Array, evaluation: Evaluation, pictures: Pictures
) -> TurnResult:
    ranges = Ranges(pictures.boundary_range, pictures.unit_ranges)
    return TurnResult(
        state, summary, evaluation.outputs, evaluation.losses,
        pictures.boundary, pictures.units, ranges, evaluation.selected,
    )  # fmt: skip


def _shapes(model: Model) -> TurnArguments:
    """Returns the shapes of a model's arguments."""

    def floats(*shape: int) -> Any:
        return ShapeDtypeStruct(shape, jnp.float32)

    def ints(*shape: int) -> Any:
        return ShapeDtypeStruct(shape, jnp.int32)

    layout, sizes = model.layout, model.sizes
    vector, n_inputs = floats(layout.size), len(model.input_columns)
    return TurnArguments(
        State(vector, vector, vector),
        floats(sizes.rows, n_inputs),
        floats(sizes.rows, layout.widths[-1]),
        ints(sizes.order),
        ints(5),
        Inputs(ints(sizes.choices), floats(n_rates(layout.n_hidden)), floats(*sizes.mask)),
        PixelFeatures(floats(n_inputs, sizes.columns), floats(n_inputs, sizes.tiles)),
        Ranges(floats(2), floats(layout.n_units, 2)),
        ints(3),
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
    run, shapes = _TURNS[type(model)], _shapes(model)

    def turn(call: TurnArguments) -> TurnResult:
        return run(model, call)

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        level = str(model.optimization_level)
        options: dict[str, str | bool] = {"xla_backend_optimization_level": level}
        return jax.jit(turn).lower(shapes).compile(compiler_options=options)
