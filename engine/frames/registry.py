"""Registry of views, one entry each.

Requests, messages, the protocol's tables, recordings and checks derive from the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.base.registry import Registry
from engine.network import ParameterArrays
from engine.spec import Spec

#: Whose frames: runs on points of the plane, on images, or both.
Of = Literal["plane", "images", "both"]
#: When an array is made: with each frame, with some of them while a run goes on, or when asked.
Cost = Literal["frame", "occasional", "request"]
#: Whose frames hold one array of a view: those of all data that the view is of, or of some.
ArrayOf = Literal["plane", "tables", "images", "both"]


#: Types of arrays in a frame.
DTYPES: dict[str, Any] = {"F32": np.float32, "U8": np.uint8}


@dataclass(frozen=True)
class ArrayType:
    """Array of a frame: name, dtype and shape.

    Attributes:
        name: in the frame.
        dtype: F32 or U8.
        shape: numbers, or names of numbers: K outputs, U hidden units, P weights, T pixels of a
            tile, H rows and W columns of an image, n for any other number.
        about: what it holds, as the protocol says it.
        of: whose frames hold it; `plane` are points, those of tables, too.
    """

    name: str
    dtype: Literal["F32", "U8"]
    shape: tuple[int | str, ...]
    about: str
    of: ArrayOf = "both"


@dataclass(frozen=True)
class Shown:
    """Network that views are computed from.

    Attributes:
        spec: the network.
        data: its points or images.
        params: its parameters, taken apart.
    """

    spec: Spec
    data: Any
    params: ParameterArrays


@dataclass(frozen=True)
class View:
    """A view.

    Attributes:
        name: in requests; may differ from those of its arrays.
        of: whose frames hold it; others leave it out.
        arrays: that it adds to a frame.
        cost: when it is made.
        recorded: whether recordings keep its arrays.
        default: whether frames hold it until told otherwise.
        of_unit: whether it needs a selected unit.
        changes: whether it is sent only when it has changed since the client's last frame.
        make: makes the numbers of its one array, where the network alone says all of them; runs
            make the others.
    """

    name: str
    of: Of
    arrays: tuple[ArrayType, ...]
    cost: Cost = "frame"
    recorded: bool = False
    default: bool = False
    of_unit: bool = False
    changes: bool = False
    make: Callable[[Shown], ArrayLike] | None = None

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        arrays = [
            {"name": array.name, "dtype": array.dtype, "shape": list(array.shape)}
            for array in self.arrays
        ]
        return {
            "of": self.of,
            "arrays": arrays,
            "cost": self.cost,
            "recorded": self.recorded,
            "of_unit": self.of_unit,
        }


#: Every view by its name.
VIEWS: Registry[View] = Registry("view")


@lru_cache(maxsize=256)
def _list_made(names: tuple[str, ...], of: Of) -> list[View]:
    """Returns the entries of views that the network alone says."""
    entries = [VIEWS[name] for name in names]
    return [entry for entry in entries if entry.make is not None and entry.of in (of, "both")]


def make_views(
    names: tuple[str, ...], of: Of, shown: Callable[[], Shown]
) -> dict[str, NDArray[Any]]:
    """Computes the views that depend on the network alone.

    Args:
        names: the views that a frame is to hold.
        of: whose frame it is.
        shown: returns the network; called only if a view needs it.
    """
    made = _list_made(names, of)
    if not made:
        return {}
    network = shown()
    return {
        entry.arrays[0].name: np.asarray(entry.make(network), DTYPES[entry.arrays[0].dtype], "C")
        for entry in made
        if entry.make is not None
    }
