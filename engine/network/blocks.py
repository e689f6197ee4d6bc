"""Blocks: the arrays that a layer's parameters consist of, and where they lie in the flat vector.

A kind of layer says the shapes of its blocks; everything else about parameters derives from
them: the layout, what an edit moves, and what a penalty counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import Enum, IntEnum
from typing import Any, NamedTuple, TypeVar

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


class Axis(Enum):
    """Role of a block's axis: input units, output units, or something else."""

    IN = "in"
    OUT = "out"
    OTHER = "other"


class BlockShape(NamedTuple):
    """Shape and axes of a block, as a layer kind declares it.

    Attributes:
        shape: numbers along each axis.
        axes: what runs along each axis.
        kind: of a number that every hidden unit has; None for kernels and biases.
    """

    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    kind: UnitParameter | None = None


class Block(NamedTuple):
    """A block with its span in the flat vector.

    Attributes:
        span: where it lies in the flat vector, row by row.
        shape: numbers along each axis.
        axes: what runs along each axis.
        kind: of a number that every hidden unit has; None for kernels and biases.
    """

    span: slice
    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    kind: UnitParameter | None = None

    @property
    def is_kernel(self) -> bool:
        """Whether it multiplies inputs; kernels alone are regularized."""
        return Axis.IN in self.axes

    def of(self, flat: Vector) -> Vector:
        """Returns the block of a flat vector; of a NumPy vector, a view."""
        return flat[self.span].reshape(self.shape)


def lay_out_blocks(layers: Sequence[Iterable[BlockShape]]) -> tuple[tuple[Block, ...], ...]:
    """Assigns spans to the blocks of all layers.

    Kernels and biases come first, layer by layer; then, for each kind of number, those of the
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
        shape = shapes[i][1]
        size = math.prod(shape.shape)
        placed[i] = Block(slice(at, at + size), *shape)
        at += size
    found: list[list[Block]] = [[] for _ in layers]
    for i, (layer, _) in enumerate(shapes):
        found[layer].append(placed[i])
    return tuple(tuple(blocks) for blocks in found)


def _group(shape: BlockShape) -> int:
    return -1 if shape.kind is None else shape.kind
