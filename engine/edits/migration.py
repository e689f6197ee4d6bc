"""Edits that keep what was learned: from one architecture to the next.

An edit is worked out as a *migration*: for every number of the new parameter
vector either its place in the old one or the value it starts with. The same
places move the optimizer's moments, so what survives survives exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.edits.layer_mapping import Origin
from engine.functions.activations import ACTIVATIONS
from engine.network import Kind, Layout, initial_number
from engine.spec import LayerSpec, Spec

#: (layer, fan_in, fan_out) -> float32 [fan_in, fan_out], newly drawn weights.
Draw = Callable[[int, int, int], Floats]

NEW = -1


@dataclass(frozen=True)
class Migration:
    """How a new parameter vector is made.

    Attributes:
        source: int32 [n], place in the old vector, or `NEW`.
        fill: float32 [n], value where the source is `NEW`.
        unit_source: int32 [hidden units], the old hidden unit counted over
            all layers, or `NEW`.
    """

    source: NDArray[np.int32]
    fill: Floats
    unit_source: NDArray[np.int32]

    def move(self, old: Floats, *, moments: bool = False) -> Floats:
        """Returns the new vector; new places of moments are 0."""
        kept = old[np.maximum(self.source, 0)] if len(old) else np.zeros_like(self.fill)
        fill = np.float32(0) if moments else self.fill
        return np.where(self.source >= 0, kept, fill).astype(np.float32)


def near_identity(activation: str, before: str | None) -> tuple[float, float]:
    """Returns kernel scale and bias of a new layer that changes its input least.

    Args:
        activation: of the new layer.
        before: activation of the layer before it; None for the features.
    """
    entry = ACTIVATIONS[activation]
    positive = before is not None and ACTIVATIONS[before].never_negative
    return (entry.identity_of_positive if positive else None) or entry.near_identity


def _keeps_number(kind: Kind, before: LayerSpec, layer: LayerSpec) -> bool:
    """Whether a number goes on, or starts anew because it was idle until now."""
    if kind is Kind.SLOPE:
        learned = ACTIVATIONS[layer.activation].learned_slope
        return not learned or ACTIVATIONS[before.activation].learned_slope
    return before.batch_norm


@dataclass(frozen=True)
class _Carried:
    """Which old values a layer of the new network carries, unit by unit."""

    layer: int | None
    units: tuple[int | None, ...]


def plan_migration(old: Spec, new: Spec, origins: tuple[Origin, ...], draw: Draw) -> Migration:
    """Works out how the new parameters are made of the old ones.

    A new unit draws its incoming weights and gets outgoing weights 0. A new
    layer starts near the identity. Behind a removed layer the next kernel is
    kept if the widths agree, else drawn. If the number of outputs changes,
    the output layer is drawn. Features match by name, and so do pixels; where images
    take the place of other data, or get a new first layer, that layer is drawn.

    Args:
        old: the spec before.
        new: the spec after.
        origins: where each new hidden layer comes from.
        draw: draws new kernels.
    """
    return _Planner(old, new, origins, draw).plan()


def _match_inputs(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[int | None, ...]:
    places = {name: place for place, name in enumerate(old)}
    return tuple(places.get(name) for name in new)


class _Planner:
    def __init__(self, old: Spec, new: Spec, origins: tuple[Origin, ...], draw: Draw) -> None:
        self._old, self._new, self._draw = old, new, draw
        self._origins = origins
        self._from, self._to = Layout.of(old), Layout.of(new)
        self._places = np.arange(self._from.size, dtype=np.int32)
        self._source = np.full(self._to.size, NEW, np.int32)
        self._fill = np.zeros(self._to.size, np.float32)

    def plan(self) -> Migration:
        inputs = _match_inputs(self._old.inputs, self._new.inputs)
        images = self._new.data.is_images or self._old.data.is_images
        other = images and not any(place is not None for place in inputs)
        carried = _Carried(None if other else -1, inputs)
        unit_source: list[int] = []
        starts = np.cumsum([0, *(layer.units for layer in self._old.layers)])
        for place, origin in enumerate(self._origins):
            width = self._new.layers[place].units
            if origin.layer is None and place == 0 and self._new.data.is_images:
                # Nothing is near the identity of so many pixels.
                self._set_kernel(place, None, self._drawn(place))
                self._set_numbers(place)
                carried = _Carried(None, (None,) * width)
                unit_source += [NEW] * width
                continue
            if origin.layer is None:
                self._new_layer(place, len(carried.units))
                units = (*carried.units[:width], *(None,) * (width - len(carried.units)))
                carried = _Carried(carried.layer, units)
                unit_source += [NEW] * width
                continue
            self._kept_layer(place, origin.layer, origin.units, carried)
            carried = _Carried(origin.layer, origin.units)
            start = int(starts[origin.layer])
            unit_source += [NEW if u is None else start + u for u in origin.units]
        last, outputs = len(self._new.layers), self._new.n_outputs
        if outputs == self._old.n_outputs:
            kept = tuple(range(outputs))
            self._kept_layer(last, len(self._old.layers), kept, carried)
        else:
            self._set_kernel(last, None, self._drawn(last))
        return Migration(self._source, self._fill, np.array(unit_source, np.int32))

    def _drawn(self, place: int) -> Floats:
        rows, columns = self._to.kernel_shape(place)
        return self._draw(place, rows, columns)

    def _set_kernel(self, place: int, source: NDArray[np.int32] | None, fill: Floats) -> None:
        where = self._to.kernel_slice(place)
        self._fill[where] = fill.ravel()
        if source is not None:
            self._source[where] = source.ravel()

    def _new_layer(self, place: int, before: int) -> None:
        layer = self._new.layers[place]
        previous = self._new.layers[place - 1].activation if place else None
        scale, shift = near_identity(layer.activation, previous)
        same = min(before, layer.units)
        kernel = np.zeros((before, layer.units), np.float32)
        kernel[range(same), range(same)] = scale
        if layer.units > before:
            kernel[:, before:] = self._drawn(place)[:, before:]
        self._set_kernel(place, None, kernel)
        self._fill[self._to.bias_slice(place)][:same] = shift
        self._set_numbers(place)

    def _set_numbers(self, place: int) -> None:
        for kind in self._to.kinds:
            number = initial_number(kind, self._new.layers[place])
            self._fill[self._to.unit_slice(kind, place)] = number

    def _kept_layer(
        self, place: int, from_layer: int, units: tuple[int | None, ...], carried: _Carried
    ) -> None:
        columns = np.array([NEW if u is None else u for u in units], np.int32)
        kernel = self._from.kernel(self._places, from_layer)
        rows: NDArray[np.int32] | None = None
        if carried.layer == from_layer - 1:
            rows = np.array([NEW if u is None else u for u in carried.units], np.int32)
        elif len(carried.units) == kernel.shape[0]:
            rows = np.arange(kernel.shape[0], dtype=np.int32)
        if rows is None:
            self._set_kernel(place, None, self._drawn(place))
        else:
            there = (rows[:, None] >= 0) & (columns[None, :] >= 0)
            source = np.where(there, kernel[np.maximum(rows, 0)][:, np.maximum(columns, 0)], NEW)
            fill = np.zeros(source.shape, np.float32)
            if (columns < 0).any():
                fill[:, columns < 0] = self._drawn(place)[:, columns < 0]
            self._set_kernel(place, source, fill)
        self._keep(self._to.bias_slice(place), self._from.bias_slice(from_layer), columns)
        if place < len(self._new.layers):
            self._keep_numbers(place, from_layer, columns)

    def _keep(self, to: slice, source: slice, units: NDArray[np.int32]) -> None:
        old = self._places[source]
        self._source[to] = np.where(units >= 0, old[np.maximum(units, 0)], NEW)

    def _keep_numbers(self, place: int, from_layer: int, columns: NDArray[np.int32]) -> None:
        layer, before = self._new.layers[place], self._old.layers[from_layer]
        for kind in self._to.kinds:
            where = self._to.unit_slice(kind, place)
            self._fill[where] = initial_number(kind, layer)
            if kind in self._from.kinds and _keeps_number(kind, before, layer):
                self._keep(where, self._from.unit_slice(kind, from_layer), columns)
