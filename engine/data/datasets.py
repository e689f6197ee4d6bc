"""Data sets of points on the plane or rows of a table, made from the `data` part of a spec.

A data set is a pure function of its spec. Positions, spread, flipped labels
and the split are drawn from separate streams, so that moving one slider moves
only what it names: with more noise the same points spread further.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.errors import DataError
from engine.data.kinds import DATASETS, Counts, Doubles, Table
from engine.data.planes import COORDINATES, EXTENT, Plane
from engine.data.splits import order_points
from engine.data.tables import Scaling, TablePlane, choose_plane, describe_columns, read_table

Part = Literal["train", "test", "validation"]
#: The parts of a data set, by the numbers that frames and tables have for them.
PARTS: tuple[Part, ...] = get_args(Part)

_STREAMS = {"positions": 0, "spread": 1, "labels": 2, "split": 3}


class PointsSpec(Protocol):
    """Protocol of the `data` part of a spec."""

    name: str
    seed: int
    samples: int
    noise: float
    label_noise: float
    class_balance: float
    classes: int
    test_fraction: float
    validation_fraction: float
    points: Any
    columns: tuple[str, ...] | None
    axes: tuple[str, ...] | None

    @property
    def n_outputs(self) -> int:
        """Classes; 1 where there are none or two."""
        ...

    @cached_property
    def resolved_task(self) -> Any:
        """binary, multiclass or regression."""
        ...


@dataclass(frozen=True)
class Dataset:
    """Points or rows of a table: train rows, then validation rows, then test rows.

    Attributes:
        x: float32 [n, 2] in [-6, 6]; of a table [n, columns], standardized.
        labels: float32 [n]: 0 or 1, the class, or the value (of a table standardized).
        n_train: rows that are trained on.
        n_validation: rows behind them that neither training nor the test reads.
        plane: what pictures are shown over.
        scaling: how the rows of a table were standardized; None for points.
    """

    x: Floats
    labels: Floats
    n_train: int
    n_validation: int = 0
    plane: Plane = COORDINATES
    scaling: Scaling | None = None

    @property
    def n(self) -> int:
        """All rows."""
        return len(self.x)

    @property
    def n_test(self) -> int:
        """Test rows."""
        return self.n - self.n_train - self.n_validation

    def rows(self, part: Part) -> slice:
        """Returns the rows of a part."""
        first_test = self.n_train + self.n_validation
        if part == "train":
            return slice(0, self.n_train)
        return slice(self.n_train, first_test) if part == "validation" else slice(first_test, None)

    def parts(self) -> NDArray[np.uint8]:
        """Returns the number of each row's part in `PARTS`, uint8 [n]."""
        numbers = np.zeros(self.n, np.uint8)
        for number, part in enumerate(PARTS):
            numbers[self.rows(part)] = number
        return numbers

    @property
    def nbytes(self) -> int:
        """What the points take in memory."""
        table = 0 if self.scaling is None else self.scaling.rows.nbytes
        return self.x.nbytes + self.labels.nbytes + table

    @cached_property
    def places(self) -> Floats:
        """Where the rows are in pictures, float32 [n, 2]."""
        return self.plane.project(self.x)

    @property
    def width(self) -> int:
        """Numbers of a row."""
        return self.x.shape[1]

    @property
    def label_unit(self) -> float:
        """What 1 of the labels is in their own unit: 1, or the deviation of a table's target."""
        return 1.0 if self.scaling is None else self.scaling.target_deviation

    @cached_property
    def columns(self) -> Floats | None:
        """Means, deviations and the plane of a table's columns; None for points.

        See `tables.describe_columns`.
        """
        if self.scaling is None or not isinstance(self.plane, TablePlane):
            return None
        return describe_columns(self.scaling, self.plane)

    def read_rows(self, x: Any) -> Floats:
        """Returns rows that a person gives as the network's data are, float32 [n, width].

        Args:
            x: [n, 2], points; or [n, columns], rows of the table in their own units.

        Raises:
            ValueError: `x` has another shape.
        """
        rows = np.asarray(x, np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.width:
            raise ValueError(f"x must be [n, {self.width}], got {list(rows.shape)}")
        if self.scaling is not None:
            rows = self.scaling.standardize(rows)
        return rows.astype(np.float32)

    def has_rows_of(self, other: Any) -> bool:
        """Whether another data set has the very same rows, maybe shown over another plane."""
        return isinstance(other, Dataset) and other.x is self.x

    def show_over(self, spec: PointsSpec) -> Dataset:
        """Returns the same rows of a table, shown over the plane that a spec asks for."""
        table = DATASETS[spec.name].table
        assert table is not None
        plane = choose_plane(table, self.x, self.n_train, spec.columns, spec.axes)
        return replace(self, plane=plane)


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=np.array([seed, _STREAMS[name]], np.uint64)))


def _class_counts(spec: PointsSpec) -> Counts:
    if spec.resolved_task == "binary":
        ones = round(spec.samples * spec.class_balance)
        return spec.samples - ones, ones
    if spec.resolved_task == "multiclass":
        share, rest = divmod(spec.samples, spec.classes)
        return tuple(share + (label < rest) for label in range(spec.classes))
    return (spec.samples,)


def _flip(labels: Doubles, spec: PointsSpec) -> Doubles:
    """Flips a fraction of the labels: to another class, or the other sign."""
    rng = _stream(spec.seed, "labels")
    # One draw per row, whatever the share, so that more noise flips a superset.
    chosen = rng.permutation(len(labels))[: round(spec.label_noise * len(labels))]
    flipped = labels.copy()
    if spec.resolved_task == "binary":
        flipped[chosen] = 1 - labels[chosen]
    elif spec.resolved_task == "multiclass":
        shift = 1 + np.floor(rng.random(len(labels)) * (spec.n_outputs - 1))
        flipped[chosen] = (labels[chosen] + shift[chosen]) % spec.n_outputs
    else:
        flipped[chosen] = -labels[chosen]
    return flipped


def _order(spec: PointsSpec, x: Doubles) -> NDArray[np.intp]:
    """Rows in the order of the split, test rows first; painting another point keeps it."""
    if spec.name == "points":
        return order_points(x, spec.seed)
    return _stream(spec.seed, "split").permutation(len(x))


def make_dataset(spec: PointsSpec) -> Dataset:
    """Makes the points, labels and split that a spec asks for.

    Args:
        spec: the `data` part of a spec.

    Returns:
        The data set; the same spec gives the very same points.

    Raises:
        DataError: the points leave nothing to train or to test on.
    """
    table = DATASETS[spec.name].table
    if table is not None:
        return _make_table(spec, table)
    if spec.name == "points":
        points = np.array(spec.points, np.float64).reshape(-1, 3)
        x, labels = points[:, :2], points[:, 2]
    else:
        generator = DATASETS[spec.name]
        assert generator.make is not None
        x, labels = generator.make(_stream(spec.seed, "positions"), _class_counts(spec))
        if spec.noise > 0:
            normal = _stream(spec.seed, "spread").standard_normal(x.shape)
            x = x + spec.noise * generator.spread * normal
    if spec.label_noise > 0:
        labels = _flip(labels, spec)
    if len(x) < 2:
        raise DataError("two points or more are needed, one to train and one to test")
    rows, n_train, n_validation = _split(spec, _order(spec, x))
    x = np.clip(x, -EXTENT, EXTENT)
    return Dataset(
        np.ascontiguousarray(x[rows], np.float32),
        np.ascontiguousarray(labels[rows], np.float32),
        n_train,
        n_validation,
    )


def _make_table(spec: PointsSpec, table: Table) -> Dataset:
    """Splits the rows of a table, and standardizes them by the train rows."""
    x, labels = read_table(table)
    if spec.label_noise > 0 and spec.resolved_task == "multiclass":
        labels = _flip(labels, spec)
    rows, n_train, n_validation = _split(spec, _order(spec, x))
    is_number = spec.resolved_task == "regression"
    scaling = Scaling.of(x[rows], labels[rows], n_train, numbers=is_number)
    standardized = np.ascontiguousarray(scaling.standardize(scaling.rows), np.float32)
    return Dataset(
        standardized,
        np.ascontiguousarray(scaling.standardize_labels(), np.float32),
        n_train,
        n_validation,
        choose_plane(table, standardized, n_train, spec.columns, spec.axes),
        scaling,
    )


def _split(spec: PointsSpec, order: NDArray[np.intp]) -> tuple[NDArray[np.intp], int, int]:
    """Returns all rows, train rows first and test rows last, and how many train and validate."""
    n_test = min(max(round(spec.test_fraction * len(order)), 1), len(order) - 1)
    n_validation = _count_validation(spec.validation_fraction, len(order) - n_test)
    rows = np.concatenate([order[n_test:], order[:n_test]])
    return rows, len(order) - n_test - n_validation, n_validation


def _count_validation(fraction: float, rest: int) -> int:
    """Returns how many of the rows that are not tested are validated: the last ones, as in Keras.

    One row at least where a fraction is asked for, but one is always left to train on.
    """
    if fraction == 0:
        return 0
    return min(max(round(fraction * rest), 1), rest - 1)
