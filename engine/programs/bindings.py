"""Bindings: a spec and its data, laid out as the arguments of one program.

Arrays that only depend on the data and the features are put on the device
once; what an edit changes, rates and choices, is a few small host arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import count_batches
from engine.base.devices import small_network_device
from engine.data.datasets import Dataset
from engine.functions.features import FEATURES, compute_features, make_grid
from engine.functions.heads import HEADS, head_index, make_targets
from engine.programs.models import (
    MAX_ROWS,
    ExactModel,
    GeneralModel,
    Inputs,
    Knobs,
    Model,
)
from engine.programs.tiers import Program
from engine.programs.training import State
from engine.programs.turns import PIXELS, Canvas, Ranges, Turn, epochs_per_call
from engine.programs.views import BOUNDARY, MAX_TILE
from engine.spec import Spec


@lru_cache(maxsize=64)
def _pixels(size: int, columns: tuple[int, ...], room: int) -> Floats:
    """Features of a picture's pixels, float32 [features, room]."""
    pixels = np.zeros((len(columns), room), np.float32)
    pixels[:, : size * size] = compute_features(make_grid(size))[:, columns].T
    pixels.setflags(write=False)
    return pixels


@dataclass(frozen=True)
class Pixels:
    """A frame's arrays in the shape of the network, on the host."""

    boundary: NDArray[np.uint8]
    units: NDArray[np.uint8]
    ranges: Ranges[Floats]


@dataclass(frozen=True)
class Binding:
    """Arguments of a program for one spec and data set.

    Attributes:
        program: what is called.
        spec: what it is called for.
        inputs: choices and rates.
        x: float32 [rows, features], on the device.
        y: float32 [rows, K], on the device.
        canvas: data and pixels, on the device.
        places: where exact parameters stand in the program's vectors; None for there itself.
        unit_places: where the network's hidden units stand among the program's.
    """

    program: Program
    spec: Spec
    inputs: Inputs
    x: Array
    y: Array
    canvas: Canvas
    places: NDArray[np.int32] | None
    unit_places: NDArray[np.int32]
    n_rows: int
    n_train: int
    tile: int

    @property
    def model(self) -> Model:
        """The kind of program."""
        return self.program.model

    @property
    def order_length(self) -> int:
        """Length of the vector of shuffled rows."""
        model = self.model
        if isinstance(model, ExactModel):
            return self.epochs_per_call * self.n_train
        return model.order_length

    @property
    def epochs_per_call(self) -> int:
        """How many epochs of shuffled rows fit in one call."""
        return epochs_per_call(self.n_train)

    @property
    def batches(self) -> int:
        """Updates of an epoch."""
        return count_batches(self.n_train, self.spec.batch_size)

    @property
    def rows(self) -> int:
        """Rows of data that the program has room for."""
        return self.x.shape[0]

    def serves(self, spec: Spec) -> bool:
        """Whether another spec, for the same data, has the same features and targets."""
        mine = (self.spec.features, self.spec.resolved_loss, self.spec.n_outputs)
        return mine == (spec.features, spec.resolved_loss, spec.n_outputs)

    def pack(self, exact: Floats) -> Floats:
        """Returns a parameter vector in the program's layout."""
        if self.places is None:
            return exact
        padded = np.zeros(self.model.layout.size, np.float32)
        padded[self.places] = exact
        return padded

    def unpack(self, vector: Any) -> Floats:
        """Returns the exact vector of one in the program's layout."""
        host = np.asarray(vector)
        return host if self.places is None else host[self.places]

    def pack_state(self, exact: State[Floats]) -> State[Floats]:
        """Packs parameters and moments."""
        return State(*(self.pack(vector) for vector in exact))

    def pack_ranges(self, exact: Ranges[Floats]) -> Ranges[Floats]:
        """Returns ranges in the program's layout."""
        units = np.zeros((self.model.layout.n_units, 2), np.float32)
        units[self.unit_places] = exact.units
        return Ranges(exact.boundary, units)

    def crop(self, turn: Turn) -> Pixels:
        """Copies the pictures of a turn to the host, without padding."""
        pixels = self.tile * self.tile
        boundary = np.asarray(turn.boundary)[: self.spec.n_outputs]
        units = np.asarray(turn.units)
        exact = units if self.places is None else units[self.unit_places, :pixels]
        side = (self.tile, self.tile)
        ranges = Ranges(
            np.asarray(turn.ranges.boundary), np.asarray(turn.ranges.units)[self.unit_places]
        )
        return Pixels(
            boundary.reshape(-1, BOUNDARY, BOUNDARY), exact.reshape(len(exact), *side), ranges
        )


def _label_extent(spec: Spec, data: Dataset) -> float:
    largest = float(np.abs(data.labels).max()) if spec.task == "regression" else 1.0
    return max(largest, 1e-6)


def _targets(spec: Spec, data: Dataset) -> Floats:
    head = HEADS[head_index(spec.task, spec.resolved_loss)]
    return make_targets(data.labels, head, spec.n_outputs)


def bind(program: Program, spec: Spec, data: Dataset, tile: int) -> Binding:
    """Lays a spec and its data out for a program."""
    model = program.model
    seen, targets = compute_features(data.x), _targets(spec, data)
    columns = model.input_columns
    if isinstance(model, ExactModel):
        x, y = seen[:, columns], targets
        shown = _pixels(BOUNDARY, columns, BOUNDARY * BOUNDARY)
        tiles = _pixels(tile, columns, tile * tile)
        places, unit_places = None, np.arange(model.layout.n_units, dtype=np.int32)
        inputs = model.pack(spec, _label_extent(spec, data))
    else:
        assert isinstance(model, GeneralModel)
        # Features that the network does not have are 0, so nothing is learned about them.
        used = [FEATURES.index(name) for name in spec.features]
        x = np.zeros((MAX_ROWS, len(columns)), np.float32)
        x[: data.n, used] = seen[:, used]
        y = np.zeros((MAX_ROWS, model.layout.widths[-1]), np.float32)
        y[: data.n, : spec.n_outputs] = targets
        shown = np.concatenate([x.T, _pixels(BOUNDARY, columns, PIXELS)], axis=1)
        tiles = _pixels(tile, columns, MAX_TILE * MAX_TILE)
        places, unit_places = _general_places(model, spec)
        extent = _label_extent(spec, data)
        inputs = model.pack(spec, extent, data.n_train, data.n, tile)
    put = jax.device_put((np.ascontiguousarray(x), y, shown, tiles), small_network_device())
    return Binding(
        program, spec, inputs, put[0], put[1], Canvas(put[2], put[3]), places, unit_places,
        data.n, data.n_train, tile,
    )  # fmt: skip


def _general_places(model: GeneralModel, spec: Spec) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    widths = spec.widths[1:-1]
    starts = np.arange(len(widths)) * model.capacity.units
    units = [start + np.arange(width) for start, width in zip(starts, widths, strict=True)]
    unit_places = np.concatenate([np.zeros(0), *units]).astype(np.int32)
    return model.places(spec), unit_places


def rebind(binding: Binding, spec: Spec, data: Dataset) -> Binding:
    """Returns a binding for a spec that leaves data, targets and program as they are."""
    model = binding.model
    extent = _label_extent(spec, data)
    if isinstance(model, ExactModel):
        return replace(binding, spec=spec, inputs=model.pack(spec, extent))
    assert isinstance(model, GeneralModel)
    places, unit_places = _general_places(model, spec)
    inputs = model.pack(spec, extent, data.n_train, data.n, binding.tile)
    return replace(binding, spec=spec, inputs=inputs, places=places, unit_places=unit_places)


def aim(binding: Binding, points: Floats) -> Binding:
    """Returns a binding that looks at other points, to predict them.

    Args:
        binding: of the network.
        points: float32 [n, 2], n at most `binding.rows`.
    """
    model = binding.model
    seen = np.zeros((binding.rows, len(model.input_columns)), np.float32)
    seen[: len(points)] = compute_features(points)[:, model.input_columns]
    if isinstance(model, ExactModel):
        return replace(binding, x=jax.device_put(seen, small_network_device()))
    columns = np.array(binding.canvas.columns)
    columns[:, : binding.rows] = seen.T
    knobs = binding.inputs.knobs.copy()
    knobs[Knobs._fields.index("n_rows")] = len(points)
    knobs[Knobs._fields.index("n_train")] = len(points)
    canvas = binding.canvas._replace(columns=jax.device_put(columns, small_network_device()))
    return replace(binding, canvas=canvas, inputs=binding.inputs._replace(knobs=knobs))
