"""Kinds of layers: shape in, shape out, blocks of parameters, and what is computed.

`Dense` is the only one that specs have. Another kind needs these members and an entry in the
spec; layout, edits and penalties derive from its blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import jax.numpy as jnp
from jax import Array

from engine.network.blocks import Axis, BlockShape, UnitParameter

Shape = tuple[int, ...]


class LayerKind(Protocol):
    """A layer of one kind, with its own sizes."""

    def shape_out(self, shape: Shape) -> Shape:
        """Returns the shape of the outputs for one row of inputs of a shape."""
        ...

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        """Returns the parameters for inputs of a shape: kernels, bias, unit parameters."""
        ...


@dataclass(frozen=True)
class Dense:
    """z = W^T h, with a kernel W [in, out]; the bias is added behind it.

    Attributes:
        units: outputs.
        unit_parameters: that every unit has besides.
    """

    units: int
    unit_parameters: tuple[UnitParameter, ...] = ()

    def shape_out(self, shape: Shape) -> Shape:
        """Returns the units."""
        return (self.units,)

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        """Returns kernel, bias and unit parameters."""
        (inputs,), own, axes = shape, (self.units,), (Axis.OUT,)
        return (
            BlockShape((inputs, self.units), (Axis.IN, Axis.OUT)),
            BlockShape(own, axes),
            *(BlockShape(own, axes, one) for one in self.unit_parameters),
        )

    @staticmethod
    def apply(kernel: Array, h: Array, axis: int = 1, fused: bool = False) -> Array:
        """Returns z before the bias.

        A matrix product is a library call of its own. Written as multiplications and a sum it is
        part of the loop around it, which pays for the few numbers of a small layer.

        Args:
            kernel: float32 [in, out].
            h: [in, rows], or [rows, in].
            axis: along which rows lie: 1 or 0.
            fused: whether it is multiplications and a sum; of [rows, in] alone.
        """
        if fused:
            return jnp.sum(h[:, :, None] * kernel[None], axis=1)
        return kernel.T @ h if axis else h @ kernel
