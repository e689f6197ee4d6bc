"""Kinds of data, and the registry of data sets.

An entry says what a network sees of the data and how many classes there are; sizes of networks
and batches are bounded by the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.registry import Registry
from engine.functions.features import FEATURES, compute_features

Doubles = NDArray[np.float64]
Counts = tuple[int, ...]
#: (generator, points per class) -> positions [n, 2] and labels [n].
Maker = Callable[[np.random.Generator, Counts], tuple[Doubles, Doubles]]
Bounds = tuple[int, int]


@dataclass(frozen=True)
class DataKind:
    """Kind of data, with the limits of layers, units and batch sizes for it.

    Attributes:
        name: plane, images or table.
        layers: hidden layers.
        units: of a hidden layer.
        batch_size: rows of a batch.
        batch_default: rows of a batch where a spec names none.
        classes: names or numbers of classes; the page has a colour for each.
    """

    name: str
    layers: Bounds
    units: Bounds
    batch_size: Bounds
    batch_default: int
    classes: Bounds = (2, 10)


PLANE = DataKind("plane", (0, 8), (1, 32), (1, 256), 10)
IMAGES = DataKind("images", (0, 4), (1, 1024), (16, 2048), 128)
TABLE = DataKind("table", PLANE.layers, PLANE.units, PLANE.batch_size, PLANE.batch_default)

#: Axes that are no columns: the first two principal components of the inputs.
COMPONENTS = ("pc1", "pc2")

#: What every generated data set reads of a spec.
_GENERATED = (
    "seed", "samples", "noise", "label_noise", "test_fraction", "validation_fraction"
)  # fmt: skip
_OF_TASK = {"binary": ("class_balance",), "multiclass": ("classes",)}


@dataclass(frozen=True)
class Column:
    """Column of a table.

    Attributes:
        name: in specs, links and files.
        unit: of its values: a sign, or a word of the page's catalogue; empty for none.
        default: whether it is an input where a spec names none.
    """

    name: str
    unit: str = ""
    default: bool = True

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        return {"name": self.name, "unit": self.unit, "default": self.default}


@dataclass(frozen=True)
class Table:
    """Table of rows with named columns, in a file of an installed package.

    Attributes:
        package: the package's name.
        path: of the file inside it: rows of numbers, the target last.
        header: lines before the rows.
        rows: how many there are.
        columns: in the order of the file.
        target: what is predicted: a class or a number.
        axes: columns along which pictures are shown where a spec names none.
    """

    package: str
    path: str
    header: int
    rows: int
    columns: tuple[Column, ...]
    target: Column
    axes: tuple[str, str]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def default_columns(self) -> tuple[str, ...]:
        """Names of the columns that are inputs where a spec names none."""
        return tuple(column.name for column in self.columns if column.default)

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        return {
            "columns": [column.describe() for column in self.columns],
            "target": self.target.describe(),
            "axes": list(self.axes),
            "components": list(COMPONENTS),
        }


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        name: in specs, links and files.
        kind: points of the plane, images, or a table.
        task: binary, multiclass or regression; None where the labels tell.
        input_shape: of one row: coordinates, rows and columns of an image, or columns of a table.
        classes: names of a fixed number of classes, in the order of the labels.
        reads: what it reads of the `data` part of a spec.
        make: draws positions and labels, where they are generated.
        spread: standard deviation of the Gaussian spread per unit of noise.
        table: where its rows come from, and what their columns are.
    """

    name: str
    kind: DataKind
    task: str | None
    input_shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    make: Maker | None = None
    spread: float = 0.0
    table: Table | None = None

    def __post_init__(self) -> None:
        least, most = self.kind.classes
        if self.classes and not least <= len(self.classes) <= most:
            raise ValueError(f"{self.name} must have {least} to {most} classes")

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of all inputs that a network may have: features of points, columns of a table."""
        return FEATURES.names if self.table is None else self.table.names

    def compute_inputs(self, x: Floats) -> Floats:
        """Returns all inputs of rows, float32 [n, inputs], in the order of `inputs`.

        Args:
            x: float32 [n, 2], points of the plane, or [n, columns], standardized.
        """
        return compute_features(x) if self.table is None else x

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        kind = self.kind
        description = {
            "kind": kind.name,
            "task": self.task,
            "input_shape": list(self.input_shape),
            "classes": list(self.classes),
            "limits": {
                "layers": list(kind.layers),
                "units": list(kind.units),
                "batch_size": list(kind.batch_size),
                "classes": list(kind.classes),
            },
        }
        return description if self.table is None else {**description, **self.table.describe()}


#: Every data set by its name; the contract's in its order.
DATASETS: Registry[DataSet] = Registry("data set")


def generate(name: str, task: str, make: Maker, spread: float) -> DataSet:
    """Returns the entry of generated points of the plane."""
    reads = (*_GENERATED, *_OF_TASK.get(task, ()))
    return DataSet(name, PLANE, task, (2,), reads=reads, make=make, spread=spread)
