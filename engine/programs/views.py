"""Pictures of a network, computed and quantized inside the program.

Pictures are over the plane, row 0 at x2 = -6.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from engine.network import ParameterArrays
from engine.programs.heads import activate, count_parts, mean_rows, measure, sum_rows
from engine.programs.models import BOUNDARY, CHUNK, ExactModel, GeneralModel, Inputs
from engine.programs.ranges import boundary_range, find_extent, quantize, unit_ranges


class Evaluation(NamedTuple):
    """Evaluation of the data: outputs, losses and their means.

    Attributes:
        outputs: float32 [K, rows], predictions.
        losses: float32 [rows].
        means: float32 [3, 3]: loss, accuracy and mean squared error of train, test and validation.
    """

    outputs: Array
    losses: Array
    means: Array


class Pictures(NamedTuple):
    """Quantized pictures and their ranges.

    Attributes:
        boundary: uint8 [K, pixels].
        boundary_range: float32 [2].
        units: uint8 [units, tile pixels].
        unit_ranges: float32 [units, 2].
    """

    boundary: Array
    boundary_range: Array
    units: Array
    unit_ranges: Array


class PictureRequest(NamedTuple):
    """Pictures that a program is to paint, int32 scalars.

    Attributes:
        pictures: 1 if boundary and units are wanted.
        layer: hidden layer of the selected unit, or -1.
        unit: the selected unit.
    """

    pictures: Array
    layer: Array
    unit: Array


def evaluate_exact(
    model: ExactModel, inputs: Inputs, params: ParameterArrays, x: Array, y: Array
) -> Evaluation:
    """Evaluates an exact network on the data.

    Args:
        model: the architecture.
        inputs: choices and rates.
        params: the parameters.
        x: float32 [features, rows].
        y: float32 [K, rows], targets.
    """
    choices = model.choices(inputs)
    logits, _ = model.forward(inputs, params, x)
    outputs = activate(choices, logits)
    measures = measure(choices, logits, outputs, y)
    sums = sum_rows(choices, measures, jnp.arange(x.shape[1]))
    return Evaluation(outputs, measures.losses, mean_rows(choices, sums))


def paint_exact(
    model: ExactModel,
    inputs: Inputs,
    params: ParameterArrays,
    grid: Array,
    tiles: Array,
    last_boundary: Array,
    last_units: Array,
) -> Pictures:
    """Paints boundary and units of an exact network.

    Args:
        model: the architecture.
        inputs: choices and rates.
        params: the parameters.
        grid: float32 [features, 10000], the boundary's pixels.
        tiles: float32 [features, tile * tile], a tile's pixels.
        last_boundary: float32 [2], the boundary's range in the last frame.
        last_units: float32 [units, 2], the units' ranges in the last frame.
    """
    choices, rates = model.choices(inputs), model.rates(inputs)
    logits, _ = model.forward(inputs, params, grid)
    outputs = activate(choices, logits)
    extent = boundary_range(choices, rates, last_boundary, jnp.max(jnp.abs(outputs)))
    boundary = quantize(outputs, extent[0], extent[1])
    if not model.layout.n_units:
        return Pictures(boundary, extent, jnp.zeros((0, tiles.shape[1]), jnp.uint8), last_units)
    _, hidden = model.forward(inputs, params, tiles)
    values = jnp.concatenate(hidden)
    ranges = unit_ranges(last_units, *find_extent(values))
    units = quantize(values, ranges[:, :1], ranges[:, 1:])
    return Pictures(boundary, extent, units, ranges)


def select_unit(
    model: ExactModel,
    inputs: Inputs,
    params: ParameterArrays,
    columns: Array,
    request: PictureRequest,
) -> Array:
    """Returns the activation float32 [n] of the selected unit of an exact network.

    Args:
        model: the architecture.
        inputs: choices and rates.
        params: the parameters.
        columns: float32 [features, n], points or pixels.
        request: which unit it is.
    """
    _, hidden = model.forward(inputs, params, columns)
    chosen = jnp.zeros(columns.shape[1])
    for layer, h in enumerate(hidden):
        chosen = jnp.where(request.layer == layer, h[request.unit], chosen)
    return chosen


class _ChunkResult(NamedTuple):
    outputs: Array
    losses: Array
    selected: Array
    sums: Array
    largest: Array


class _Units(NamedTuple):
    values: Array
    low: Array
    high: Array


def evaluate_general(
    model: GeneralModel,
    inputs: Inputs,
    params: ParameterArrays,
    columns: Array,
    targets: Array,
    tiles: Array,
    last_boundary: Array,
    last_units: Array,
    request: PictureRequest,
) -> tuple[Evaluation, Pictures, Array]:
    """Evaluates on the data and paints boundary, units and the selected unit.

    Data and pixels run through one loop over chunks of columns, as many as
    there are, so one program serves data and tiles of every size.

    Args:
        model: the capacity.
        inputs: what the network is made of.
        params: the padded parameters, as `StackedParameters` has them.
        columns: float32 [features, rows + pixels], the data, then the boundary's pixels.
        targets: float32 [rows, K].
        tiles: float32 [features, 4096], a tile's pixels, padded.
        last_boundary: float32 [2], the boundary's range in the last frame.
        last_units: float32 [units, 2], the units' ranges in the last frame.
        request: what is wanted.

    Returns:
        The evaluation of the data, the pictures, and the selected unit float32 [rows + pixels].
    """
    choices, rates = model.choices(inputs), model.rates(inputs)
    rows, n_outputs = targets.shape
    data_chunks = (choices.n_rows + CHUNK - 1) // CHUNK
    pixel_chunks = jnp.where(request.pictures > 0, (columns.shape[1] - rows) // CHUNK, 0)
    offsets = jnp.arange(CHUNK)
    parts = count_parts(choices), 3

    def choose(chosen: Array, layer: Array | int, a: Array) -> Array:
        return jnp.where(layer == request.layer, a[request.unit], chosen)

    def evaluate_chunk(i: Array, seen: _ChunkResult) -> _ChunkResult:
        start = jnp.where(i < data_chunks, i, rows // CHUNK + i - data_chunks) * CHUNK
        x = lax.dynamic_slice(columns, (0, start), (columns.shape[0], CHUNK))
        z, chosen = model.forward(inputs, params, x, choose, jnp.zeros(CHUNK))
        outputs = activate(choices, z)

        def compare() -> tuple[Array, Array]:
            y = lax.dynamic_slice(targets, (start, 0), (CHUNK, n_outputs)).T
            here = measure(choices, z, outputs, y)
            return here.losses, sum_rows(choices, here, start + offsets)

        def skip() -> tuple[Array, Array]:
            return jnp.zeros(CHUNK), jnp.zeros(parts)

        losses, sums = lax.cond(i < data_chunks, compare, skip)
        pixel = start - rows + offsets
        real = (pixel >= 0) & (pixel < BOUNDARY * BOUNDARY)
        largest = jnp.max(jnp.where(real, jnp.abs(outputs), 0.0))
        return _ChunkResult(
            lax.dynamic_update_slice(seen.outputs, outputs, (0, start)),
            lax.dynamic_update_slice(seen.losses, losses, (start,)),
            lax.dynamic_update_slice(seen.selected, chosen, (start,)),
            seen.sums + sums,
            jnp.maximum(seen.largest, largest),
        )

    n_columns = columns.shape[1]
    seen = lax.fori_loop(
        0,
        data_chunks + pixel_chunks,
        evaluate_chunk,
        _ChunkResult(
            jnp.zeros((n_outputs, n_columns)),
            jnp.zeros(n_columns),
            jnp.zeros(n_columns),
            jnp.zeros(parts),
            jnp.zeros(()),
        ),
    )
    extent = boundary_range(choices, rates, last_boundary, seen.largest)
    painted = (1, BOUNDARY * BOUNDARY)

    def code_output(k: Array, boundary: Array) -> Array:
        outputs = lax.dynamic_slice(seen.outputs, (k, rows), painted)
        codes = quantize(outputs, extent[0], extent[1])
        return lax.dynamic_update_slice(boundary, codes, (k, 0))

    boundaries = jnp.where(request.pictures > 0, choices.outputs, 0)
    nothing = jnp.zeros((n_outputs, painted[1]), jnp.uint8)
    boundary = lax.fori_loop(0, boundaries, code_output, nothing)
    means = mean_rows(choices, seen.sums)
    evaluation = Evaluation(seen.outputs[:, :rows], seen.losses[:rows], means)

    def paint_units() -> tuple[Array, Array]:
        return _paint_units(model, inputs, params, tiles, last_units)

    def skip_units() -> tuple[Array, Array]:
        return jnp.zeros((model.layout.n_units, tiles.shape[1]), jnp.uint8), last_units

    units, ranges = lax.cond(request.pictures > 0, paint_units, skip_units)
    return evaluation, Pictures(boundary, extent, units, ranges), seen.selected


def _paint_units(
    model: GeneralModel, inputs: Inputs, params: ParameterArrays, tiles: Array, last_units: Array
) -> tuple[Array, Array]:
    """Returns the units' tiles, uint8 [units, 4096], and their ranges."""
    choices, offsets = model.choices(inputs), jnp.arange(CHUNK)
    tile_pixels = choices.tile * choices.tile
    tile_chunks = (tile_pixels + CHUNK - 1) // CHUNK

    def run(i: Array, kept: _Units) -> _Units:
        x = lax.dynamic_slice(tiles, (0, i * CHUNK), (tiles.shape[0], CHUNK))
        real = i * CHUNK + offsets < tile_pixels

        def keep(kept: _Units, layer: Array | int, a: Array) -> _Units:
            seen = jnp.where(real, a, 0.0)
            low, high = find_extent(seen)
            low = jnp.minimum(kept.low[layer], low)
            high = jnp.maximum(kept.high[layer], high)
            return _Units(
                lax.dynamic_update_slice(kept.values, a[None], (layer, 0, i * CHUNK)),
                lax.dynamic_update_index_in_dim(kept.low, low, layer, 0),
                lax.dynamic_update_index_in_dim(kept.high, high, layer, 0),
            )

        return model.forward(inputs, params, x, keep, kept)[1]

    capacity, n_units = model.capacity, model.layout.n_units
    of_layers = (capacity.layers, capacity.units)
    zero = jnp.zeros(of_layers)
    room = _Units(jnp.zeros((*of_layers, tiles.shape[1])), zero, zero)
    kept = lax.fori_loop(0, tile_chunks, run, room)
    values = kept.values.reshape(n_units, tiles.shape[1])
    ranges = unit_ranges(last_units, kept.low.ravel(), kept.high.ravel())

    def code(i: Array, units: Array) -> Array:
        here = lax.dynamic_slice(values, (0, i * CHUNK), (n_units, CHUNK))
        codes = quantize(here, ranges[:, :1], ranges[:, 1:])
        return lax.dynamic_update_slice(units, codes, (0, i * CHUNK))

    units = lax.fori_loop(0, tile_chunks, code, jnp.zeros(values.shape, jnp.uint8))
    return units, ranges
