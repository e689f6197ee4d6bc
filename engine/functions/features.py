"""Input features: what the first layer sees of a point of the plane.

Features are computed on the host with NumPy, for data and grids alike, so that
training, pictures and predictions use the very same numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.base.arrays import Floats

#: Every feature by its name in the contract: (x1, x2) -> value, elementwise.
FEATURES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1 * x1,
    "x2_squared": lambda x1, x2: x2 * x2,
    "x1_x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: np.sin(x1),
    "sin_x2": lambda x1, x2: np.sin(x2),
    "cos_x1": lambda x1, x2: np.cos(x1),
    "cos_x2": lambda x1, x2: np.cos(x2),
    "radius": lambda x1, x2: np.sqrt(x1 * x1 + x2 * x2),
}
INDEX: dict[str, int] = {name: i for i, name in enumerate(FEATURES)}


def compute_features(x: Floats) -> Floats:
    """Computes all features of points.

    Args:
        x: float32 [n, 2], points of the plane.

    Returns:
        float32 [n, 10], the features in the contract's order.
    """
    x1, x2 = x[:, 0], x[:, 1]
    return np.stack([compute(x1, x2) for compute in FEATURES.values()], axis=1)


def make_grid(size: int, extent: float = 6.0) -> Floats:
    """Returns the centres of size x size pixels over the plane.

    Args:
        size: pixels on each side.
        extent: the grid covers [-extent, extent] on both axes.

    Returns:
        float32 [size * size, 2]; row 0 of the picture is x2 = -extent.
    """
    axis = np.linspace(-extent, extent, size, dtype=np.float32)
    x1, x2 = np.meshgrid(axis, axis)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)
