"""Arrays of a program on the plane: data, pixels, and indices of parameters."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.data.kinds import DataSet
from engine.data.planes import Plane


class PlaneArrays(NamedTuple):
    """Data and pixels of a program.

    Attributes:
        x: float32 [rows, features].
        y: float32 [rows, K], targets.
        columns: float32 [features, pixels], with the data before them in general programs.
        tiles: float32 [features, tile pixels].
    """

    x: Floats
    y: Floats
    columns: Floats
    tiles: Floats


class Indices(NamedTuple):
    """Indices of a network's parameters and units in a program's padded vectors.

    Attributes:
        parameters: of each of its parameters; None where the layout is its own.
        units: of each hidden unit.
    """

    parameters: NDArray[np.int32] | None
    units: NDArray[np.int32]


@lru_cache(maxsize=64)
def pixel_features(
    entry: DataSet, plane: Plane, size: int, columns: tuple[int, ...], room: int
) -> Floats:
    """Returns the inputs of a picture's pixels, float32 [columns, room].

    Args:
        entry: the data set.
        plane: what the picture is over.
        size: pixels on each side.
        columns: which inputs, by index in `entry.inputs`; 0 for one that there is not.
        room: length of the rows; 0 past the pixels.
    """
    inputs = entry.compute_inputs(plane.grid(size))
    there = [column for column in columns if column < inputs.shape[1]]
    pixels = np.zeros((len(columns), room), np.float32)
    pixels[: len(there), : size * size] = inputs[:, there].T
    pixels.setflags(write=False)
    return pixels
