"""Arrays of a program on the plane: data, pixels, and indices of parameters."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.functions.features import compute_features, make_grid


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
def pixel_features(size: int, columns: tuple[int, ...], room: int) -> Floats:
    """Returns the features of a picture's pixels, float32 [features, room].

    Args:
        size: pixels on each side.
        columns: which features, by index in `FEATURES`.
        room: length of the rows; 0 past the pixels.
    """
    pixels = np.zeros((len(columns), room), np.float32)
    pixels[:, : size * size] = compute_features(make_grid(size))[:, columns].T
    pixels.setflags(write=False)
    return pixels
