"""Losses over a plane in the space of all weights: one program for all networks of a capacity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, ShapeDtypeStruct, lax

from engine.base.arrays import Floats
from engine.base.devices import SMALL_NETWORK_OPTIONS, small_network_device
from engine.base.slices import Slices
from engine.insight.surfaces.planes import Plane
from engine.programs.bindings import Binding
from engine.programs.heads import loss_rows
from engine.programs.models import GeneralModel, Inputs
from engine.programs.turns import describe_arguments

#: Points along a side of the grid: of small networks, of large ones, of large ones with many rows.
SIDES = (33, 21, 13)
#: Points that are evaluated at a time.
_CHUNK = 256
#: Places of a surface, at most.
_PLACES = SIDES[0] ** 2
#: Places of a slice: of small networks, and where each one takes longer.
_SLICES = (32, 4)

#: (inputs, frame, columns, targets, places, first, stop) -> losses [places].
SurfaceProgram = Callable[..., Array]


def choose_side(binding: Binding) -> int:
    """Returns how many points a grid has along a side: fewer where each one takes longer."""
    model = binding.model
    assert isinstance(model, GeneralModel)
    wide = model.capacity.units > 8
    return SIDES[wide + (wide and binding.n_train > 2 * _CHUNK)]


def sample_surface(program: SurfaceProgram, binding: Binding, plane: Plane) -> Slices[Floats]:
    """Computes the mean train loss over a grid of a plane, the middle first.

    Args:
        program: what `compile_surface` made for the binding's model.
        binding: a general program with spec and data.
        plane: where.

    Returns:
        float32 [side, side]: row 0 at the low end of the second axis.
    """
    side = choose_side(binding)
    size = _SLICES[side < SIDES[0] or binding.n_train > 2 * _CHUNK]
    first, second = (np.linspace(plane.low[i], plane.high[i], side) for i in range(2))
    across, along = np.meshgrid(first, second)
    places = np.zeros((_PLACES, 2), np.float32)
    places[: side * side] = np.stack([across.ravel(), along.ravel()], axis=1)
    vectors = np.zeros((3, binding.model.layout.size), np.float32)
    vectors[:, binding.indices.parameters] = np.stack([plane.origin, *plane.directions])
    losses = np.zeros(side * side, np.float32)
    device = small_network_device()
    vectors, places = jax.device_put((vectors, places), device)
    for start in range(0, side * side, size):
        stop = min(start + size, side * side)
        span = np.array([start, stop], np.int32)
        part = program(
            binding.inputs, vectors, binding.pixel_features.columns, binding.y, places, span
        )
        losses[start:stop] = np.asarray(part)[: stop - start]
        yield
    return losses.reshape(side, side)


def compute_losses(
    model: GeneralModel,
    inputs: Inputs,
    vectors: Array,
    columns: Array,
    targets: Array,
    places: Array,
    span: Array,
) -> Array:
    """Computes the mean train loss at places of a plane.

    Args:
        model: the capacity.
        inputs: what the network is made of.
        vectors: float32 [3, n], origin and directions, padded.
        columns: float32 [features, rows + pixels], the data first.
        targets: float32 [rows, K].
        places: float32 [m, 2].
        span: int32 [2], the first place and the one behind the last; 32 places at most.

    Returns:
        float32 [32].
    """
    choices = model.choices(inputs)
    chunks = (choices.n_train + _CHUNK - 1) // _CHUNK
    offsets = jnp.arange(_CHUNK)

    def compute(i: Array, losses: Array) -> Array:
        params = model.parameters.of_flat(vectors[0] + places[i] @ vectors[1:])

        def add_chunk(c: Array, total: Array) -> Array:
            start = c * _CHUNK
            x = lax.dynamic_slice(columns, (0, start), (columns.shape[0], _CHUNK))
            y = lax.dynamic_slice(targets, (start, 0), (_CHUNK, targets.shape[1])).T
            z, _ = model.forward(inputs, params, x, lambda kept, layer, a: kept, jnp.zeros(()))
            losses = loss_rows(choices, z, y)
            return total + jnp.sum(jnp.where(start + offsets < choices.n_train, losses, 0.0))

        total = lax.fori_loop(0, chunks, add_chunk, jnp.zeros(()))
        return losses.at[i - span[0]].set(total / choices.n_train)

    return lax.fori_loop(span[0], span[1], compute, jnp.zeros(max(_SLICES)))


def compile_surface(model: GeneralModel) -> SurfaceProgram:
    """Compiles the losses over a plane for all networks of a capacity."""
    shapes = describe_arguments(model)

    def floats(*shape: int) -> Any:
        return ShapeDtypeStruct(shape, jnp.float32)

    def run(*arguments: Any) -> Array:
        return compute_losses(model, *arguments)

    arguments = (
        shapes.inputs, floats(3, model.layout.size), shapes.pixel_features.columns, shapes.y,
        floats(_PLACES, 2), ShapeDtypeStruct((2,), jnp.int32),
    )  # fmt: skip
    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        options: dict[str, Any] = {"xla_backend_optimization_level": "1", **SMALL_NETWORK_OPTIONS}
        return jax.jit(run).lower(*arguments).compile(compiler_options=options)
