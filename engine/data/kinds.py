"""Kinds of data, and the registry of data sets.

An entry says what a network sees of the data and how many classes there are; sizes of networks
and batches are bounded by the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.registry import Registry

Doubles = NDArray[np.float64]
Counts = tuple[int, ...]
#: (generator, points per class) -> positions [n, 2] and labels [n].
Maker = Callable[[np.random.Generator, Counts], tuple[Doubles, Doubles]]
Bounds = tuple[int, int]


@dataclass(frozen=True)
class DataKind:
    """Kind of data, with the limits of layers, units and batch sizes for it.

    Attributes:
        name: plane or images.
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

#: What every generated data set reads of a spec.
_GENERATED = (
    "seed", "samples", "noise", "label_noise", "test_fraction", "validation_fraction"
)  # fmt: skip
_OF_TASK = {"binary": ("class_balance",), "multiclass": ("classes",)}


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        name: in specs, links and files.
        kind: points of the plane, or images.
        task: binary, multiclass or regression; None where the labels tell.
        input_shape: of one row: coordinates, or rows and columns of an image.
        classes: names of a fixed number of classes, in the order of the labels.
        reads: what it reads of the `data` part of a spec.
        make: draws positions and labels, where they are generated.
        spread: standard deviation of the Gaussian spread per unit of noise.
    """

    name: str
    kind: DataKind
    task: str | None
    input_shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    make: Maker | None = None
    spread: float = 0.0

    def __post_init__(self) -> None:
        least, most = self.kind.classes
        if self.classes and not least <= len(self.classes) <= most:
            raise ValueError(f"{self.name} must have {least} to {most} classes")

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        kind = self.kind
        return {
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


#: Every data set by its name; the contract's in its order.
DATASETS: Registry[DataSet] = Registry("data set")


def generate(name: str, task: str, make: Maker, spread: float) -> DataSet:
    """Returns the entry of generated points of the plane."""
    reads = (*_GENERATED, *_OF_TASK.get(task, ()))
    return DataSet(name, PLANE, task, (2,), reads=reads, make=make, spread=spread)
