"""Kinds of layers that specs do not have: convolution, pooling, flatten.

They prove that layout, forward pass and edits take another kind without a change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array, lax

from engine.network.blocks import Axis, BlockShape
from engine.network.layer_kinds import Shape


@dataclass(frozen=True)
class Convolution:
    """A 2D convolution without padding; a kernel [rows, columns, channels, filters] and a bias."""

    filters: int
    size: int

    def shape_out(self, shape: Shape) -> Shape:
        rows, columns, _ = shape
        return rows - self.size + 1, columns - self.size + 1, self.filters

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        kernel = (self.size, self.size, shape[2], self.filters)
        axes = (Axis.OTHER, Axis.OTHER, Axis.IN, Axis.OUT)
        return BlockShape(kernel, axes), BlockShape((self.filters,), (Axis.OUT,))

    def apply(self, blocks: tuple[Array, ...], h: Array) -> Array:
        kernel, bias = blocks
        return lax.conv_general_dilated(
            h, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        ) + bias  # fmt: skip


@dataclass(frozen=True)
class MaxPooling:
    """The largest of each square."""

    size: int

    def shape_out(self, shape: Shape) -> Shape:
        return shape[0] // self.size, shape[1] // self.size, shape[2]

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        return ()

    def apply(self, blocks: tuple[Array, ...], h: Array) -> Array:
        window = (1, self.size, self.size, 1)
        return lax.reduce_window(h, -jnp.inf, lax.max, window, window, "VALID")


@dataclass(frozen=True)
class Flatten:
    """Every row as one vector."""

    def shape_out(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        return ()

    def apply(self, blocks: tuple[Array, ...], h: Array) -> Array:
        return h.reshape(len(h), -1)
