"""Tables in installed packages, one entry each: rows of named columns, standardized.

Only the file is read: importing mlxtend's data or scikit-learn's data sets would take seconds.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from engine.base.arrays import Floats
from engine.base.errors import DataError
from engine.data.kinds import COMPONENTS, DATASETS, TABLE, Column, DataSet, Doubles, Table
from engine.data.planes import TablePlane, span_columns, span_components

_SPLIT = ("seed", "test_fraction", "validation_fraction", "columns", "axes")

IRIS = DataSet(
    "iris",
    TABLE,
    "multiclass",
    input_shape=(4,),
    classes=("Setosa", "Versicolor", "Virginica"),
    reads=(*_SPLIT, "label_noise"),
    # Fisher's own numbers; those of UCI differ in two rows.
    table=Table(
        "sklearn",
        "datasets/data/iris.csv",
        header=1,
        rows=150,
        columns=(
            Column("sepal_length", "cm"),
            Column("sepal_width", "cm"),
            Column("petal_length", "cm"),
            Column("petal_width", "cm"),
        ),
        target=Column("species"),
        axes=("petal_length", "petal_width"),
    ),
)

BOSTON = DataSet(
    "boston",
    TABLE,
    "regression",
    input_shape=(13,),
    reads=_SPLIT,
    table=Table(
        "mlxtend",
        "data/data/boston_housing.csv",
        header=0,
        rows=506,
        columns=(
            Column("crim"),
            Column("zn", "%"),
            Column("indus", "%"),
            Column("chas"),
            Column("nox", "10 ppm"),
            Column("rm"),
            Column("age", "%"),
            Column("dis"),
            Column("rad"),
            Column("tax", "$/10k"),
            Column("ptratio"),
            # Made of the share of Black people in a town: see docs/data-sets.md.
            Column("b", default=False),
            Column("lstat", "%"),
        ),
        target=Column("medv", "$1,000"),
        axes=("rm", "lstat"),
    ),
)

DATASETS.register(IRIS, BOSTON)
#: Columns of all tables, in the order in which specs list them.
COLUMNS = tuple(name for entry in (IRIS, BOSTON) for name in entry.inputs)
#: Inputs of the widest table.
MOST_COLUMNS = max(len(entry.inputs) for entry in (IRIS, BOSTON))


@dataclass(frozen=True, eq=False)
class Scaling:
    """Standardization z = (x - mean) / deviation, by the train rows alone.

    Attributes:
        rows: float64 [rows, columns], in their own units, in the order of the data set.
        labels: float64 [rows], what is predicted, in its own unit.
        means: float64 [columns].
        deviations: float64 [columns], population standard deviation; 1 where it is 0.
        target_mean: of a number that is predicted; 0 for classes.
        target_deviation: the same; 1 for classes.
    """

    rows: Doubles
    labels: Doubles
    means: Doubles
    deviations: Doubles
    target_mean: float = 0.0
    target_deviation: float = 1.0

    @classmethod
    def of(cls, rows: Doubles, labels: Doubles, n_train: int, *, numbers: bool) -> Scaling:
        """Computes the statistics of the train rows, which come first.

        Args:
            rows: [rows, columns], in their own units.
            labels: [rows], in their own unit.
            n_train: how many rows are trained on.
            numbers: whether labels are numbers, and no classes.
        """
        seen, target = rows[:n_train], labels[:n_train]
        scaling = cls(rows, labels, seen.mean(axis=0), _deviation(seen))
        if not numbers:
            return scaling
        mean, deviation = float(target.mean()), float(_deviation(target))
        return replace(scaling, target_mean=mean, target_deviation=deviation)

    def standardize(self, x: Doubles) -> Doubles:
        """Returns rows as the network sees them."""
        return (x - self.means) / self.deviations

    def standardize_labels(self) -> Doubles:
        """Returns what is predicted, as the network sees it; classes as they are."""
        return (self.labels - self.target_mean) / self.target_deviation


def _deviation(values: Doubles) -> Doubles:
    deviation = np.asarray(values.std(axis=0))
    return np.where(deviation > 0, deviation, 1.0)


@cache
def read_table(table: Table) -> tuple[Doubles, Doubles]:
    """Reads the rows of a table, once.

    Args:
        table: where they are.

    Returns:
        float64 [rows, columns], and the target [rows], in their own units.

    Raises:
        DataError: the package is not installed, or its file is not as it should be.
    """
    name = Path(table.path).name
    found = importlib.util.find_spec(table.package)
    if found is None or found.origin is None:
        raise DataError(f"{name} is missing: the package {table.package} is not installed")
    path = Path(found.origin).parent / table.path
    try:
        rows = np.loadtxt(path, delimiter=",", skiprows=table.header, ndmin=2)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{name} of {table.package} cannot be read: {error}") from None
    if rows.shape != (table.rows, len(table.columns) + 1) or not np.isfinite(rows).all():
        raise DataError(f"{name} of {table.package} is not the table that is known")
    rows.setflags(write=False)
    return rows[:, :-1], rows[:, -1]


def choose_plane(
    table: Table,
    x: Floats,
    n_train: int,
    columns: tuple[str, ...] | None,
    axes: tuple[str, ...] | None,
) -> TablePlane:
    """Returns the plane that pictures of a table are shown over.

    Args:
        table: whose rows they are.
        x: float32 [rows, columns], standardized, train rows first.
        n_train: how many they are.
        columns: names of the network's inputs; None for the table's own choice.
        axes: two columns, or both components; None for the table's own choice.
    """
    inputs = [table.names.index(name) for name in columns or table.default_columns]
    rows, named = x.astype(np.float64), axes or table.axes
    if named == COMPONENTS:
        return span_components(rows, n_train, inputs)
    return span_columns(rows, n_train, inputs, [table.names.index(name) for name in named])


def describe_columns(scaling: Scaling, plane: TablePlane) -> Floats:
    """Returns what a page needs to say values in their own units, float32 [columns + 1, 5].

    A row for each column: mean, deviation, and its standardized value on the plane, which is
    v0 + v1 p1 + v2 p2. The last row is the target's mean and deviation, 0, and the share of the
    inputs' variance along each axis.
    """
    columns = np.column_stack([scaling.means, scaling.deviations, plane.centre, *plane.slopes])
    target = [scaling.target_mean, scaling.target_deviation, 0.0, *plane.variance]
    return np.vstack([columns, target]).astype(np.float32)
