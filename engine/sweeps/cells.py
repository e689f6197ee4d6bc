"""Numbers of a sweep's cells: the median of their seeds, and how many diverge or succeed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.frames.metrics import LabelStatistics
from engine.state.snapshots import Snapshot
from engine.sweeps.grid import Grid

#: Test accuracy, or R^2 on the test rows of a regression, from which on a network succeeds.
SUCCESS = 0.95
#: Numbers of a cell.
CELL_NUMBERS = 6


def measure_cells(
    grid: Grid, snapshots: Sequence[Snapshot], summary: Floats, diverged: NDArray[np.bool_]
) -> Floats:
    """Returns the numbers of every cell.

    Args:
        grid: the cells.
        snapshots: of every network.
        summary: float32 [networks, 11], see `TurnResult`; NaN where nothing was measured.
        diverged: bool [networks].

    Returns:
        float32 [rows, columns, 6]: median over the seeds that have not diverged of train loss, test
        loss, train metric and test metric (accuracy, or RMSE); share of the seeds that have
        diverged; share that succeed. NaN where there is no cell, and in the first four where
        all seeds have diverged or nothing was measured.
    """
    values = summary[:, [0, 3, 1, 4]].astype(np.float64)
    score = summary[:, 4].astype(np.float64)
    if grid.spec.task == "regression":
        known = {id(s.data): s.data for s in snapshots}
        labels = {key: LabelStatistics.of(data) for key, data in known.items()}
        variance = np.array([labels[id(s.data)].test for s in snapshots])
        values[:, 2:] = snapshots[0].data.label_unit * np.sqrt(summary[:, [2, 5]])
        score = 1.0 - summary[:, 5] / np.maximum(variance, 1e-12)
    values[diverged] = np.nan
    succeeds = (score >= SUCCESS) & ~diverged
    by_cell = (grid.n_cells, grid.seeds)
    found = np.full((grid.rows * grid.columns, CELL_NUMBERS), np.nan, np.float32)
    here = found[: grid.n_cells]
    here[:, :4] = _find_median(values.reshape(*by_cell, 4))
    here[:, 4] = diverged.reshape(by_cell).mean(axis=1)
    here[:, 5] = succeeds.reshape(by_cell).mean(axis=1)
    return found.reshape(grid.rows, grid.columns, CELL_NUMBERS)


def _find_median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the median along axis 1 of what is not NaN, NaN where nothing is."""
    ordered = np.sort(values, axis=1)  # NaN last
    counts = (~np.isnan(values)).sum(axis=1, keepdims=True)
    below = np.take_along_axis(ordered, np.maximum(counts - 1, 0) // 2, axis=1)
    above = np.take_along_axis(ordered, counts // 2, axis=1)
    return ((below + above) / 2)[:, 0]
