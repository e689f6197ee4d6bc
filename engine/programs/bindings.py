"""Bindings: a spec and its data, laid out as the arguments of one program.

All of them are put on the device once, so that a call brings nothing along but what is its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import count_batches
from engine.base.devices import small_network_device
from engine.data.datasets import Dataset
from engine.functions.heads import HEADS, head_index, make_targets
from engine.programs.models import (
    BOUNDARY,
    Choices,
    Indices,
    Inputs,
    Model,
    PlaneArrays,
    epochs_per_call,
)
from engine.programs.tiers import Program
from engine.programs.training import State
from engine.programs.turns import (
    CALL_NUMBERS,
    PixelFeatures,
    Ranges,
    TurnResult,
    count_ranges,
)
from engine.spec import Spec


class Pixels(NamedTuple):
    """Pictures of a turn on the host, without padding."""

    boundary: NDArray[np.uint8]
    units: NDArray[np.uint8]
    ranges: Ranges[Floats]


@dataclass(frozen=True)
class Binding:
    """Arguments of a program for one spec and data set.

    Attributes:
        program: what is called.
        spec: what it is called for.
        inputs: choices and rates, on the device.
        x: float32 [rows, features], on the device.
        y: float32 [rows, K], on the device.
        pixel_features: of data and pixels, on the device.
        indices: of the network's parameters and units among the program's.
        n_rows: rows of data.
        n_train: rows of them to train on.
        tile: side of the units' tiles.
    """

    program: Program
    spec: Spec
    inputs: Inputs
    x: Array
    y: Array
    pixel_features: PixelFeatures
    indices: Indices
    n_rows: int
    n_train: int
    tile: int

    @property
    def model(self) -> Model:
        """What the program is compiled for."""
        return self.program.model

    @cached_property
    def is_exact(self) -> bool:
        """Whether the program's layout is that of the network itself."""
        return self.indices.parameters is None

    @cached_property
    def ranges_start(self) -> int:
        """Where the ranges of the last pictures begin in `TurnArguments.call`."""
        return CALL_NUMBERS + self.model.sizes.order

    @cached_property
    def call_length(self) -> int:
        """Numbers of `TurnArguments.call`."""
        return self.ranges_start + count_ranges(self.model)

    @cached_property
    def epochs_per_call(self) -> int:
        """How many epochs of shuffled rows fit in one call."""
        return epochs_per_call(self.n_train)

    @cached_property
    def batches(self) -> int:
        """Updates of an epoch."""
        return count_batches(self.n_train, self.spec.batch_size)

    @property
    def rows(self) -> int:
        """Rows of data that the program has room for."""
        return self.x.shape[0]

    def serves(self, spec: Spec) -> bool:
        """Whether another spec, for the same data, has the same features and targets."""
        mine = (self.spec.inputs, self.spec.resolved_loss, self.spec.n_outputs)
        return mine == (spec.inputs, spec.resolved_loss, spec.n_outputs)

    def packs_like(self, other: Binding) -> bool:
        """Whether parameters and moments lie in the layout of another binding."""
        mine, others = self.indices.parameters, other.indices.parameters
        if self.program is not other.program or mine is None or others is None:
            return self.program is other.program
        return np.array_equal(mine, others)

    def pack_state(self, exact: State[Floats]) -> Floats:
        """Returns parameters and moments in the program's layout, float32 [3, n]."""
        if self.is_exact:
            return np.stack(exact)
        padded = np.zeros((len(exact), self.model.layout.size), np.float32)
        padded[:, self.indices.parameters] = exact
        return padded

    def unpack_state(self, packed: Any) -> State[Floats]:
        """Returns the network's own parameters and moments, on the host."""
        host = np.asarray(packed)
        return State(*(host if self.is_exact else host[:, self.indices.parameters]))

    def write_ranges(self, packed: Floats, exact: Ranges[Floats]) -> None:
        """Writes ranges in the program's layout to zeros, float32 [2 + 2 units]."""
        packed[:2] = exact.boundary
        if self.is_exact:
            packed[2:] = exact.units.ravel()
        else:
            packed[2:].reshape(-1, 2)[self.indices.units] = exact.units

    def crop(self, turn: TurnResult) -> Pixels:
        """Copies the pictures of a turn to the host, without padding."""
        pixels = self.tile * self.tile
        boundary = np.asarray(turn.boundary)[: self.spec.n_outputs]
        units = np.asarray(turn.units)
        ranges = turn.ranges()
        if not self.is_exact:
            units = units[self.indices.units, :pixels]
            ranges = ranges._replace(units=ranges.units[self.indices.units])
        side = (self.tile, self.tile)
        return Pixels(
            boundary.reshape(-1, BOUNDARY, BOUNDARY), units.reshape(len(units), *side), ranges
        )


def _label_extent(spec: Spec, data: Dataset) -> float:
    largest = float(np.abs(data.labels).max()) if spec.task == "regression" else 1.0
    return max(largest, 1e-6)


def _targets(spec: Spec, data: Dataset) -> Floats:
    head = HEADS[head_index(spec.task, spec.resolved_loss)]
    return make_targets(data.labels, head, spec.n_outputs)


def lay_out_points(model: Model, spec: Spec, data: Dataset, tile: int) -> PlaneArrays:
    """Lays points, targets and pixels out for a program, on the host."""
    return model.lay_out(spec, data, _targets(spec, data), tile)


def pack_inputs(model: Model, spec: Spec, data: Dataset, tile: int) -> Inputs:
    """Packs choices and rates for a program."""
    return model.pack(spec, _label_extent(spec, data), data, tile)


def bind(program: Program, spec: Spec, data: Dataset, tile: int) -> Binding:
    """Lays a spec and its data out for a program."""
    arrays = lay_out_points(program.model, spec, data, tile)
    inputs = pack_inputs(program.model, spec, data, tile)
    (x, y, columns, tiles), inputs = jax.device_put((arrays, inputs), small_network_device())
    pixel_features = PixelFeatures(columns, tiles)
    return Binding(
        program, spec, inputs, x, y, pixel_features,
        program.model.indices(spec), data.n, data.n_train, tile,
    )  # fmt: skip


def rebind(binding: Binding, spec: Spec, data: Dataset) -> Binding:
    """Returns a binding for a spec that leaves data, targets and program as they are.

    Inputs that have changed stay on the host: bringing one array there takes as long as some
    twenty calls that bring it along, and the next edit may be of the same slider.
    """
    model = binding.model
    packed = pack_inputs(model, spec, data, binding.tile)
    pairs = zip(binding.inputs, packed, strict=True)
    inputs = Inputs._make(old if np.array_equal(old, new) else new for old, new in pairs)
    return replace(binding, spec=spec, inputs=inputs, indices=model.indices(spec))


def bind_points(binding: Binding, points: Floats) -> Binding:
    """Returns a binding with other points, to predict them.

    Args:
        binding: of the network.
        points: float32 [n, width], like the data, n at most `binding.rows`.
    """
    model = binding.model
    inputs = binding.spec.data.entry.compute_inputs(points)
    there = [column for column in model.input_columns if column < inputs.shape[1]]
    seen = np.zeros((binding.rows, len(model.input_columns)), np.float32)
    seen[: len(points), : len(there)] = inputs[:, there]
    if binding.is_exact:
        return replace(binding, x=jax.device_put(seen, small_network_device()))
    columns = np.array(binding.pixel_features.columns)
    columns[:, : binding.rows] = seen.T
    choices = np.array(binding.inputs.choices)
    choices[Choices._fields.index("n_rows")] = len(points)
    choices[Choices._fields.index("n_train")] = len(points)
    choices[Choices._fields.index("n_validation")] = 0
    pixel_features = binding.pixel_features._replace(
        columns=jax.device_put(columns, small_network_device())
    )
    return replace(
        binding, pixel_features=pixel_features, inputs=binding.inputs._replace(choices=choices)
    )
