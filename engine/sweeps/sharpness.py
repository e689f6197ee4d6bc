"""Sharpness of the cells of a sweep, measured one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.insight.derivatives import Doubles
from engine.insight.sharpness import Sharpness, measure_sharpness
from engine.insight.surfaces.path import PathPoint
from engine.state.snapshots import Snapshot
from engine.sweeps.grid import Grid

#: The largest eigenvalue is known to about the square of this share of it.
_PRECISION = 5e-2
#: The direction that was found last is kept for networks of so many numbers, to begin with.
_KEPT = 1024


@dataclass
class _Work:
    """A cell that is being measured."""

    cell: int
    epoch: int
    slices: Slices[Sharpness]


class CellSharpness:
    """Sharpness of each cell's first network, in turns: far apart first, then those between.

    Args:
        grid: the cells.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._values = np.full((grid.rows * grid.columns, 2), np.nan, np.float32)
        self._shown: Floats | None = None
        self._epochs = np.full(grid.n_cells, -1)
        self._order = _spread_cells(grid)
        self._place = 0
        self._vectors: dict[int, Doubles] = {}
        self._work: _Work | None = None

    @property
    def values(self) -> Floats:
        """Float32 [rows, columns, 2], see `Sweep.sharpness`; the same array until one is new."""
        if self._shown is None:
            shape = self._grid.rows, self._grid.columns, 2
            self._shown = self._values.reshape(shape).copy()
        return self._shown

    def continue_from(self, before: CellSharpness) -> None:
        """Shows what was measured of the same cells before, until each is measured again."""
        self._values = before._values.copy()
        self._vectors = before._vectors.copy()

    def is_current(self, epoch: int) -> bool:
        """Whether every cell was measured at this epoch."""
        return bool((self._epochs == epoch).all())

    def advance(self, epoch: int, find: Callable[[int], Snapshot | None]) -> None:
        """Goes on for a moment with the cell whose turn it is, unless all are of this epoch.

        Args:
            epoch: that all networks have trained.
            find: returns a cell's first network; None where it has diverged.
        """
        if self._work is None:
            if self.is_current(epoch):
                return
            cell = self._order[self._place]
            self._place = (self._place + 1) % len(self._order)
            now = find(cell)
            if now is None:
                self._keep(cell, epoch, np.nan, np.nan)
                return
            point = PathPoint(now.step, now.state.params, float("nan"))
            last = self._vectors.get(cell)
            slices = measure_sharpness(now.spec, now.data, point, last, _PRECISION)
            self._work = _Work(cell, epoch, slices)
        work = self._work
        try:
            next(work.slices)
        except StopIteration as done:
            self._work = None
            found: Sharpness = done.value
            if len(found.vector) <= _KEPT:
                self._vectors[work.cell] = found.vector
            self._keep(work.cell, work.epoch, found.value, found.limit)

    def _keep(self, cell: int, epoch: int, value: float, limit: float) -> None:
        self._values[cell] = value, limit
        self._epochs[cell] = epoch
        self._shown = None


def _spread_cells(grid: Grid) -> list[int]:
    """Returns all cells so that the first ones lie far apart along both axes."""
    along = [_spread(count) for count in (grid.rows, grid.columns)]

    def rank(cell: int) -> tuple[int, int]:
        places = [
            order.index(at) for order, at in zip(along, divmod(cell, grid.columns), strict=True)
        ]
        return max(places), sum(places)

    return sorted(range(grid.n_cells), key=rank)


def _spread(count: int) -> list[int]:
    """Returns 0 to count - 1 so that the first ones lie far apart: their bits, reversed."""
    bits = max(1, (count - 1).bit_length())
    order = (int(f"{place:0{bits}b}"[::-1], 2) for place in range(1 << bits))
    return [place for place in order if place < count]
