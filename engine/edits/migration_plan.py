"""Planning of a migration: what each new number continues, and what the others start with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.edits.layer_mapping import Origin
from engine.edits.migration import NEW, BlockSource, Indices, Migration, along_axes
from engine.functions.activations import ACTIVATIONS
from engine.network import Block, Layout, UnitParameter, initial_value
from engine.spec import LayerSpec, Spec

#: (layer, fan_in, fan_out) -> float32 [fan_in, fan_out], newly drawn weights.
Draw = Callable[[int, int, int], Floats]


def near_identity(activation: str, before: str | None) -> tuple[float, float]:
    """Returns kernel scale and bias of a new layer that changes its input least.

    Args:
        activation: of the new layer.
        before: activation of the layer before it; None for the features.
    """
    entry = ACTIVATIONS[activation]
    positive = before is not None and ACTIVATIONS[before].never_negative
    return (entry.identity_of_positive if positive else None) or entry.near_identity


@dataclass(frozen=True)
class _CarriedUnits:
    """Old units whose values a layer of the new network keeps."""

    layer: int | None
    units: tuple[int | None, ...]


def plan_migration(
    old: Spec, new: Spec, origins: tuple[Origin, ...], draw: Draw
) -> Slices[Migration]:
    """Plans the migration from one architecture to the next.

    A new unit draws its incoming weights and gets outgoing weights 0. A new
    layer starts near the identity. Units that become maxout keep what they compute where
    their function is the largest of two multiples of z: the second piece of a linear unit is the
    first one once more, that of a leaky ReLU is it times the slope, and all others start at 0, as
    a ReLU's. Behind a removed layer the next kernel is
    kept if the widths agree, else drawn. If the number of outputs changes,
    the output layer is drawn. Features match by name, and so do pixels; where images
    take the place of other data, or get a new first layer, that layer is drawn.
    It pauses after each layer, since drawing a large one takes long.

    Args:
        old: the spec before.
        new: the spec after.
        origins: where each new hidden layer comes from.
        draw: draws new kernels.
    """
    return _Planner(old, new, origins, draw).plan()


def _match_inputs(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[int | None, ...]:
    indices = {name: index for index, name in enumerate(old)}
    return tuple(indices.get(name) for name in new)


class _Planner:
    def __init__(self, old: Spec, new: Spec, origins: tuple[Origin, ...], draw: Draw) -> None:
        self._old, self._new, self._draw = old, new, draw
        self._origins = origins
        self._from, self._to = Layout.of(old), Layout.of(new)

    def plan(self) -> Slices[Migration]:
        inputs = _match_inputs(self._old.inputs, self._new.inputs)
        images = self._new.data.is_images or self._old.data.is_images
        other = images and not any(index is not None for index in inputs)
        carried = _CarriedUnits(None if other else -1, inputs)
        layers: list[tuple[BlockSource, ...]] = []
        unit_source: list[int] = []
        starts = np.cumsum([0, *(layer.units for layer in self._old.layers)])
        for index, origin in enumerate(self._origins):
            width = self._new.layers[index].units
            if origin.layer is not None:
                layers.append(self._kept_layer(index, origin.layer, origin.units, carried))
                carried = _CarriedUnits(origin.layer, origin.units)
                start = int(starts[origin.layer])
                unit_source += [NEW if u is None else start + u for u in origin.units]
            else:
                unit_source += [NEW] * width
                if index == 0 and self._new.data.is_images:
                    # Nothing is near the identity of so many pixels.
                    layers.append(self._new_layer(index, self._drawn(index), 0.0))
                    carried = _CarriedUnits(None, (None,) * width)
                else:
                    layers.append(self._near_identity(index, len(carried.units)))
                    units = (*carried.units[:width], *(None,) * (width - len(carried.units)))
                    carried = _CarriedUnits(carried.layer, units)
            yield
        last, outputs = len(self._new.layers), self._new.n_outputs
        if outputs == self._old.n_outputs:
            kept = tuple(range(outputs))
            layers.append(self._kept_layer(last, len(self._old.layers), kept, carried))
        else:
            layers.append(self._new_layer(last, self._drawn(last), 0.0))
        yield
        same = self._from == self._to and all(
            block.is_unchanged and block.block == block.source for one in layers for block in one
        )
        indices = np.array(unit_source, np.int32)
        return Migration(self._to.size, tuple(layers), indices, same)

    def _drawn(self, index: int) -> Floats:
        rows, columns = self._to.kernel_shape(index)
        return self._draw(index, rows, columns)

    def _new_layer(self, index: int, kernel: Floats, bias: Any) -> tuple[BlockSource, ...]:
        kernel_block, bias_block, *units = self._to.layers[index]
        numbers = (BlockSource(block, self._initial(index, block)) for block in units)
        return BlockSource(kernel_block, kernel), BlockSource(bias_block, bias), *numbers

    def _near_identity(self, index: int, before: int) -> tuple[BlockSource, ...]:
        layer = self._new.layers[index]
        previous = self._new.layers[index - 1].activation if index else None
        scale, shift = near_identity(layer.activation, previous)
        # All pieces of a maxout unit are the same at first, and so is the largest of them.
        near = np.arange(layer.sums) % layer.units < before
        kernel = np.zeros((before, layer.sums), np.float32)
        kernel[np.arange(layer.sums)[near] % layer.units, near] = scale
        if layer.units > before:
            kernel[:, ~near] = self._drawn(index)[:, ~near]
        return self._new_layer(index, kernel, np.where(near, shift, 0).astype(np.float32))

    def _kept_layer(
        self, index: int, from_layer: int, units: tuple[int | None, ...], carried: _CarriedUnits
    ) -> tuple[BlockSource, ...]:
        columns, drawn, factors = self._match_sums(index, from_layer, _to_indices(units))
        of_weights = factors
        if factors is not None and self._new.layers[index].batch_norm:
            # A normalized sum is the same whatever its weights are multiplied by.
            of_weights = np.sign(factors)
        old_kernel, old_bias, *old_units = self._from.layers[from_layer]
        kernel, bias, *new_units = self._to.layers[index]
        rows: Indices | None = None
        if carried.layer == from_layer - 1:
            rows = _to_indices(carried.units)
        elif len(carried.units) == old_kernel.shape[0]:
            rows = np.arange(old_kernel.shape[0], dtype=np.int32)
        if rows is None:
            made = [BlockSource(kernel, self._drawn(index))]
        else:
            fill: Any = 0.0
            if drawn.any():
                fill = np.where(drawn, self._drawn(index), np.float32(0))
            along = along_axes(kernel, rows, columns)
            made = [BlockSource(kernel, fill, old_kernel, along, of_weights)]
        made.append(BlockSource(bias, 0.0, old_bias, (columns,), of_weights))
        before = {block.unit_parameter: block for block in old_units}
        for block in new_units:
            old = (
                before.get(block.unit_parameter)
                if self._continues(index, from_layer, block)
                else None
            )
            scaled = block.unit_parameter in (UnitParameter.SCALE, UnitParameter.SHIFT)
            of_block = factors if scaled else None
            made.append(BlockSource(block, self._initial(index, block), old, (columns,), of_block))
        return tuple(made)

    def _match_sums(
        self, index: int, from_layer: int, units: Indices
    ) -> tuple[Indices, NDArray[np.bool_], Floats | None]:
        """Finds the old weighted sum of each new one, by the old unit of each new one.

        Returns:
            The old sums, or `NEW`; which new ones are drawn; the factors of copies, see
            `BlockSource`.
        """
        if from_layer == len(self._old.layers):
            return units, units == NEW, None
        new, old = self._new.layers[index], self._old.layers[from_layer]
        parts: list[Indices] = []
        factors = np.zeros((new.pieces, len(units)), np.float32)
        for piece in range(new.pieces):
            factor = 1.0 if piece < old.pieces else _second_piece(old)
            source = min(piece, old.pieces - 1) * old.units
            parts.append(np.where((units == NEW) | (factor == 0), NEW, units + source))
            if piece >= old.pieces:
                factors[piece] = np.where(units == NEW, 0, factor)
        drawn = np.tile(units == NEW, new.pieces)
        sums = np.concatenate(parts).astype(np.int32)
        return sums, drawn, factors.ravel() if factors.any() else None

    def _initial(self, index: int, block: Block) -> float:
        assert block.unit_parameter is not None
        return initial_value(block.unit_parameter, self._new.layers[index])

    def _continues(self, index: int, from_layer: int, block: Block) -> bool:
        """Whether a unit parameter keeps its values; one that was unused until now starts anew."""
        layer, before = self._new.layers[index], self._old.layers[from_layer]
        if block.unit_parameter is UnitParameter.SLOPE:
            learned = ACTIVATIONS[layer.activation].learned_slope
            return not learned or ACTIVATIONS[before.activation].learned_slope
        return before.batch_norm


def _second_piece(layer: LayerSpec) -> float:
    """What z is multiplied by in the second piece of a unit whose first one is z."""
    return {"linear": 1.0, "leaky_relu": layer.negative_slope}.get(layer.activation, 0.0)


def _to_indices(units: tuple[int | None, ...]) -> Indices:
    return np.array([NEW if unit is None else unit for unit in units], np.int32)
