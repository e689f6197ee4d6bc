"""Stacked pictures: small boundaries of many networks, painted in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, ShapeDtypeStruct, lax

from engine.base.devices import small_network_device
from engine.functions.heads import HEADS
from engine.programs.models import Choices, ExactNetwork, n_rates, unpack_rates
from engine.programs.ranges import boundary_range, quantize
from engine.programs.stacked import MAX_NETWORKS
from engine.programs.training import State

#: Pixels on each side of a picture.
SIDE = 24


@dataclass(frozen=True)
class PictureModel:
    """Stacked pictures as they are compiled: the key of their program.

    Attributes:
        network: whose outputs are painted.
    """

    network: ExactNetwork


class PictureArguments(NamedTuple):
    """Arguments of stacked pictures; the networks lie along the first axis.

    Attributes:
        state: float32 [networks, 3, n], as in `StackedArguments`.
        rates: float32 [networks, r], `Rates`.
        grid: float32 [features, SIDE * SIDE], the pixels, row 0 at the low end.
        ranges: float32 [networks, 2], of the last pictures.
    """

    state: Array
    rates: Array
    grid: Array
    ranges: Array


class PictureResult(NamedTuple):
    """Result of stacked pictures.

    Attributes:
        boundary: uint8 [networks, K, SIDE * SIDE]; 0..255 spans the network's range.
        outputs: float32 [networks, K, SIDE * SIDE].
        ranges: float32 [networks, 2].
    """

    boundary: Array
    outputs: Array
    ranges: Array


#: Compiled stacked pictures.
PictureProgram = Callable[[PictureArguments], PictureResult]


def paint_stacked(model: PictureModel, call: PictureArguments) -> PictureResult:
    """Paints the output of every network over the plane."""
    network, head = model.network, model.network.head
    choices = Choices(head, network.widths[-1], 0, 0, 0, 0, 0, 0)

    def paint(own: tuple[Array, Array, Array]) -> PictureResult:
        packed, flat, last = own
        rates = unpack_rates(flat, network.n_hidden)
        params = network.layout.split(packed[State._fields.index("params")])
        logits, _ = network.forward(rates.slopes, params, call.grid)
        outputs = HEADS[head].activate(logits)
        extent = boundary_range(choices, rates, last, jnp.max(jnp.abs(outputs)))
        return PictureResult(quantize(outputs, extent[0], extent[1]), outputs, extent)

    return lax.map(paint, (call.state, call.rates, call.ranges))


def compile_pictures(model: PictureModel) -> PictureProgram:
    """Compiles stacked pictures, for `MAX_NETWORKS` networks.

    Args:
        model: of networks on points; equal models give equal programs.
    """
    layout = model.network.layout

    def floats(*lengths: int) -> Any:
        return ShapeDtypeStruct(lengths, jnp.float32)

    shapes = PictureArguments(
        floats(MAX_NETWORKS, len(State._fields), layout.size),
        floats(MAX_NETWORKS, n_rates(layout.n_hidden)),
        floats(layout.widths[0], SIDE * SIDE),
        floats(MAX_NETWORKS, 2),
    )

    def paint(call: PictureArguments) -> PictureResult:
        return paint_stacked(model, call)

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        return jax.jit(paint).lower(shapes).compile()
