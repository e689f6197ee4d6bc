"""Input features, one entry each: functions of a point of the plane.

Features are computed on the host with NumPy, for data and grids alike, so that
training, pictures and predictions use the very same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.base.arrays import Floats
from engine.base.registry import Registry
from engine.functions.formulas import Formula, parse_formula


@dataclass(frozen=True)
class Feature:
    """One input feature.

    Attributes:
        name: in specs, links and files.
        compute: (x1, x2) -> value, elementwise.
        code: the same as source, with NumPy as `np`, for exports and the page.
    """

    name: str
    compute: Callable[[Floats, Floats], Floats]
    code: str

    def describe(self) -> dict[str, Formula]:
        """Returns what the page learns of it: `formula`, an expression tree of `x1` and `x2`."""
        return {"formula": parse_formula(self.code)}


#: Every feature by its name, in the contract's order.
FEATURES: Registry[Feature] = Registry("feature")
FEATURES.register(
    Feature("x1", lambda x1, x2: x1, "x1"),
    Feature("x2", lambda x1, x2: x2, "x2"),
    Feature("x1_squared", lambda x1, x2: x1 * x1, "x1 * x1"),
    Feature("x2_squared", lambda x1, x2: x2 * x2, "x2 * x2"),
    Feature("x1_x2", lambda x1, x2: x1 * x2, "x1 * x2"),
    Feature("sin_x1", lambda x1, x2: np.sin(x1), "np.sin(x1)"),
    Feature("sin_x2", lambda x1, x2: np.sin(x2), "np.sin(x2)"),
    Feature("cos_x1", lambda x1, x2: np.cos(x1), "np.cos(x1)"),
    Feature("cos_x2", lambda x1, x2: np.cos(x2), "np.cos(x2)"),
    Feature("radius", lambda x1, x2: np.sqrt(x1 * x1 + x2 * x2), "np.sqrt(x1 * x1 + x2 * x2)"),
)


def compute_features(x: Floats) -> Floats:
    """Computes all features of points.

    Args:
        x: float32 [n, 2], points of the plane.

    Returns:
        float32 [n, features], the features in the contract's order.
    """
    x1, x2 = x[:, 0], x[:, 1]
    return np.stack([entry.compute(x1, x2) for entry in FEATURES.table], axis=1)


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
