"""Blocks: the arrays that a layer's parameters consist of, and where they lie in the flat vector.

A kind of layer says the names and shapes of its blocks; everything else about parameters derives
from them: the layout, what an edit moves, what a penalty counts, and what an export is called.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any, TypeVar

from jax import Array
from numpy.typing import NDArray

Vector = TypeVar("Vector", Array, NDArray[Any])


class UnitParameter(IntEnum):
    """Parameters that each hidden unit has one of, in the order in which they are stored."""

    SLOPE = 0
    SCALE = 1
    SHIFT = 2
    MEAN = 3
    VARIANCE = 4

    @property
    def block_name(self) -> str:
        """Name of its block, as Keras calls the weight."""
        return ("slope", "gamma", "beta", "moving_mean", "moving_variance")[self]


class Axis(Enum):
    """Role of a block's axis: input units, output units, or something else."""

    IN = "in"
    OUT = "out"
    OTHER = "other"


@dataclass(frozen=True)
class BlockShape:
    """Name, shape and axes of a block, as a kind of layer declares it.

    Attributes:
        name: in exported weights, behind the layer's: `layers.0.kernel`.
        shape: numbers along each axis.
        axes: what runs along each axis.
        unit_parameter: which parameter of hidden units it holds; None for kernels and biases.
    """

    name: str
    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    unit_parameter: UnitParameter | None = None


@dataclass(frozen=True)
class Block(BlockShape):
    """A block with its span in the flat vector.

    Attributes:
        span: where it lies in the flat vector, row by row.
    """

    span: slice = field(kw_only=True)

    @property
    def is_kernel(self) -> bool:
        """Whether it multiplies inputs; kernels alone are regularized."""
        return Axis.IN in self.axes

    def of(self, flat: Vector) -> Vector:
        """Returns the block of a flat vector; of a NumPy vector, a view."""
        return flat[self.span].reshape(self.shape)


def lay_out_blocks(layers: Sequence[Iterable[BlockShape]]) -> tuple[tuple[Block, ...], ...]:
    """Assigns spans to the blocks of all layers.

    Kernels and biases come first, layer by layer; then, for each `UnitParameter`, those of the
    units of all layers.

    Args:
        layers: the block shapes of each layer.

    Returns:
        The blocks of each layer, in the order of their shapes.
    """
    shapes = [(layer, shape) for layer, own in enumerate(layers) for shape in own]
    order = sorted(range(len(shapes)), key=lambda i: _group(shapes[i][1]))
    placed: dict[int, Block] = {}
    at = 0
    for i in order:
        one = shapes[i][1]
        stop = at + math.prod(one.shape)
        placed[i] = Block(one.name, one.shape, one.axes, one.unit_parameter, span=slice(at, stop))
        at = stop
    found: list[list[Block]] = [[] for _ in layers]
    for i, (layer, _) in enumerate(shapes):
        found[layer].append(placed[i])
    return tuple(tuple(blocks) for blocks in found)


def _group(shape: BlockShape) -> int:
    return -1 if shape.unit_parameter is None else shape.unit_parameter
