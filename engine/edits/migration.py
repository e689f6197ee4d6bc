"""Migration of parameters from one architecture to the next.

An edit is worked out as a *migration*: for every block of the new parameters, which block of the
old ones it comes from and which unit each of its units was, and what new numbers start with. The
optimizer's moments move in the same way, so what is kept is kept exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.network import Axis, Block

NEW = -1
#: int32, the old index of each new one, or `NEW`.
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class BlockSource:
    """Source of the numbers of one block.

    Attributes:
        block: in the new parameters.
        fill: what new numbers start with: one for all, or an array of the block's shape.
        source: the block of the old parameters; None where all is new.
        indices: for each axis the old index of every new one, or `NEW`.
        factors: float32, for each weighted sum what its old numbers are multiplied by, which then
            are copies and have no moments yet; 0 where they are no copies. None: there are none.
    """

    block: Block
    fill: Any
    source: Block | None = None
    indices: tuple[Indices, ...] = ()
    factors: Floats | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether the block is the old one as it was."""
        return self.source is not None and all(
            np.array_equal(indices, np.arange(size))
            for indices, size in zip(self.indices, self.source.shape, strict=True)
        )

    def fill_in(self, new: Floats, old: Floats, *, moments: bool) -> None:
        """Sets the block of a new vector; new moments are 0."""
        target = self.block.of(new)
        if self.source is None:
            target[:] = 0 if moments else self.fill
            return
        before = self.source.of(old)
        if self.is_unchanged:
            target[:] = before
            return
        there = np.ix_(*(indices != NEW for indices in self.indices))
        if not all((indices != NEW).all() for indices in self.indices):
            target[:] = 0 if moments else self.fill
        target[there] = before[np.ix_(*(indices[indices != NEW] for indices in self.indices))]
        if self.factors is not None:
            copied = self.factors != 0
            target[..., copied] *= 0 if moments else self.factors[copied]


@dataclass(frozen=True)
class Migration:
    """Plan of a migration: for each new block the old numbers it takes.

    Attributes:
        size: of the new vector.
        layers: for each layer, where its blocks come from.
        unit_source: int32 [hidden units], the old hidden unit counted over
            all layers, or `NEW`.
        is_unchanged: whether the new vector is the old one.
    """

    size: int
    layers: tuple[tuple[BlockSource, ...], ...]
    unit_source: Indices
    is_unchanged: bool

    def move(self, old: Floats, *, moments: bool = False) -> Slices[Floats]:
        """Returns the new vector, the old one itself where nothing changes; layer by layer."""
        if self.is_unchanged:
            return old
        new = np.empty(self.size, np.float32)
        for blocks in self.layers:
            for block in blocks:
                block.fill_in(new, old, moments=moments)
            yield
        return new


def along_axes(block: Block, inputs: Indices, outputs: Indices) -> tuple[Indices, ...]:
    """Returns the old indices along each axis of a block.

    Args:
        block: of the new parameters.
        inputs: old index of each unit before the layer, or `NEW`.
        outputs: old index of each unit of the layer, or `NEW`.
    """
    units = {Axis.IN: inputs, Axis.OUT: outputs}
    return tuple(
        units.get(axis, np.arange(size, dtype=np.int32))
        for axis, size in zip(block.axes, block.shape, strict=True)
    )
