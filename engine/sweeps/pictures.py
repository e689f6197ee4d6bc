"""Pictures of a sweep: a small boundary for every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.programs.models.plane_arrays import pixel_features
from engine.programs.stacked import MAX_NETWORKS
from engine.programs.stacked_pictures import (
    SIDE,
    PictureArguments,
    PictureProgram,
    PictureResult,
)
from engine.runs.stacks import Stack
from engine.state.snapshots import Snapshot
from engine.sweeps.grid import Grid


class StackPictures:
    """Paints the networks of a stack.

    Args:
        program: that paints them.
        first: one of the networks.
    """

    def __init__(self, program: PictureProgram, first: Snapshot) -> None:
        self._program = program
        entry, columns = first.spec.data.entry, first.spec.input_columns
        self._grid = pixel_features(entry, first.data.plane, SIDE, columns, SIDE * SIDE)
        self._ranges: Any = np.zeros((MAX_NETWORKS, 2), np.float32)

    def paint(self, stack: Stack) -> PictureResult:
        """Paints all networks as they are; ranges follow those of the last pictures."""
        arguments: Any = (stack.state, stack.rates, self._grid, self._ranges)
        painted = self._program(PictureArguments(*arguments))
        self._ranges = painted.ranges
        return painted


class Pictures:
    """Collects the pictures of all cells.

    Args:
        grid: the cells.
        outputs: of a network.
    """

    def __init__(self, grid: Grid, outputs: int) -> None:
        self._grid = grid
        n_cells = grid.rows * grid.columns
        self._boundaries = np.zeros((n_cells, outputs, SIDE, SIDE), np.uint8)
        self._ranges = np.full((n_cells, 2), np.nan, np.float32)
        self._count = 0
        self._total = np.zeros((outputs, SIDE * SIDE))
        self._squares = np.zeros_like(self._total)

    def add(
        self, members: tuple[int, ...], painted: PictureResult, diverged: NDArray[np.bool_]
    ) -> None:
        """Adds the pictures of a stack; of each cell the first seed's."""
        seeds = self._grid.seeds
        own = [place for place, index in enumerate(members) if index % seeds == 0]
        cells = [members[place] // seeds for place in own]
        shape = (-1, *self._boundaries.shape[1:])
        self._boundaries[cells] = np.asarray(painted.boundary)[own].reshape(shape)
        self._ranges[cells] = np.asarray(painted.ranges)[own]
        if len(self._grid.axes) == 1:
            good = [place for place in own if not diverged[place]]
            outputs = np.asarray(painted.outputs)[good].astype(np.float64)
            self._count += len(good)
            self._total += outputs.sum(axis=0)
            self._squares += np.square(outputs).sum(axis=0)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the arrays of a frame."""
        arrays: dict[str, NDArray[Any]] = {
            "sweep_boundaries": self._boundaries,
            "sweep_ranges": self._ranges,
        }
        if len(self._grid.axes) == 1:
            arrays["sweep_mean"] = self._find_mean()
        return arrays

    def _find_mean(self) -> Floats:
        """Returns mean and standard deviation of the outputs, float32 [2, K, SIDE, SIDE]."""
        count = self._count or np.nan
        mean = self._total / count
        variance = np.maximum(self._squares / count - np.square(mean), 0.0)
        return np.stack([mean, np.sqrt(variance)]).reshape(2, -1, SIDE, SIDE).astype(np.float32)
