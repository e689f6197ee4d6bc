"""Grid of a sweep: its cells, and the networks of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.base.errors import SweepError
from engine.spec import Spec
from engine.spec.base import SEED_MAX
from engine.sweeps.request import (
    MAX_VALUES,
    MAX_WALL,
    ChosenAxis,
    SweepRequest,
    Values,
    choose_values,
)

#: Networks of all cells and seeds together.
MAX_SWEEP_NETWORKS = 4096


@dataclass(frozen=True)
class Grid:
    """Cells of a sweep, row by row from the low end of the second axis.

    Attributes:
        spec: what the networks are variants of.
        axes: columns and rows; of one axis alone the values are wrapped row by row.
        rows: of cells.
        columns: of cells.
        seeds: networks of each cell: those with the cell's seed and the seeds that follow.
    """

    spec: Spec
    axes: tuple[ChosenAxis, ...]
    rows: int
    columns: int
    seeds: int

    @classmethod
    def of(cls, spec: Spec, request: SweepRequest) -> Grid:
        """Lays out a sweep of a spec.

        Raises:
            SweepError: the spec, or what it is trained on, has no such axes.
        """
        if spec.data.is_images:
            raise SweepError("networks for images are too large to train many at a time", "data")
        alone = len(request.axes) == 1
        most = MAX_WALL if alone else MAX_VALUES
        axes = tuple(choose_values(one, i, most) for i, one in enumerate(request.axes))
        _check_axes(spec, axes)
        n_columns = len(axes[0].values)
        if alone:
            n_columns, n = math.ceil(math.sqrt(n_columns)), n_columns
            n_rows = -(-n // n_columns)
        else:
            n_rows = len(axes[1].values)
        grid = cls(spec, axes, n_rows, n_columns, request.seeds)
        if grid.n_networks > MAX_SWEEP_NETWORKS:
            rule = f"{grid.n_networks} networks are too many: at most {MAX_SWEEP_NETWORKS}"
            raise SweepError(rule, "seeds")
        return grid

    @property
    def n_cells(self) -> int:
        """Cells that have networks."""
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def n_networks(self) -> int:
        """Networks of all cells."""
        return self.n_cells * self.seeds

    def list_specs(self) -> Iterator[Spec]:
        """Yields the spec of every network, cell by cell, and seed by seed in each."""
        for cell in range(self.n_cells):
            spec = change_spec(self.spec, self.axes, self.values(cell))
            for offset in range(self.seeds):
                seed = (spec.seed + offset) % (SEED_MAX + 1)
                yield spec.model_copy(update={"seed": seed}) if offset else spec

    def values(self, cell: int) -> Values:
        """Returns the value of each axis in a cell, by its number row by row."""
        if len(self.axes) == 1:
            return (self.axes[0].values[cell],)
        row, column = divmod(cell, self.columns)
        return self.axes[0].values[column], self.axes[1].values[row]

    def find_cell(self, row: int, column: int) -> int | None:
        """Returns the number of a cell; None if there is none."""
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        cell = row * self.columns + column
        return cell if cell < self.n_cells else None

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        return {
            "axes": [axis.describe() for axis in self.axes],
            "rows": self.rows,
            "columns": self.columns,
            "seeds": self.seeds,
            "networks": self.n_networks,
        }


def change_spec(spec: Spec, axes: tuple[ChosenAxis, ...], values: tuple[Any, ...]) -> Spec:
    """Returns a spec with a value for each axis.

    The number of layers comes first: what all of them get is for the new ones, too.
    """
    pairs = sorted(zip(axes, values, strict=True), key=lambda pair: not _is_depth(pair[0]))
    for axis, value in pairs:
        spec = axis.axis.change(spec, value)
    return spec


def _is_depth(axis: ChosenAxis) -> bool:
    return axis.axis.path == "layers.count"


def _check_axes(spec: Spec, axes: tuple[ChosenAxis, ...]) -> None:
    """Refuses an axis that no cell reads."""
    for place, axis in enumerate(axes):
        others = axes[:place] + axes[place + 1 :]
        variants = [spec, *(o.axis.change(spec, value) for o in others for value in o.values)]
        refused = [axis.axis.applies(variant) for variant in variants]
        if all(refused):
            path = f"axes.{place}.path"
            raise SweepError(f"{path} cannot be {axis.axis.path}: {refused[0]}", path)
