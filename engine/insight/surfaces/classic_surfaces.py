"""Classic surfaces of optimization, and the paths that optimizers take down them.

Functions of two numbers with known minima, on which optimizers have been compared for decades. The
updates are those of networks: `functions/update_rule`, with the coefficients of each optimizer.

References:
    Rosenbrock, 1960; Himmelblau, Applied Nonlinear Programming, 1972; Beale, 1958, in More,
    Garbow and Hillstrom, ACM TOMS 7(1), 1981.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.base.registry import Registry
from engine.functions.optimizer_registry import make_coefficients
from engine.functions.update_rule import Coefficients, update
from engine.spec.training import OptimizerSpec

Doubles = NDArray[np.float64]
Pair = tuple[float, float]

#: Places along each axis of a surface.
PLACES = 61
#: Updates of a path at most.
MAX_UPDATES = 1000
#: A path that comes so far has diverged.
_FAR = 1e6


@dataclass(frozen=True)
class Surface:
    """A function of two numbers.

    Attributes:
        name: in addresses.
        formula: of x and y.
        region: both ends of x, then of y, that are shown.
        start: where paths begin unless told otherwise.
        minima: where it is lowest.
        value: of x and y.
        slope: both derivatives.
    """

    name: str
    formula: str
    region: tuple[Pair, Pair]
    start: Pair
    minima: tuple[Pair, ...]
    value: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], tuple[Any, Any]]

    def describe(self) -> dict[str, Any]:
        """Returns the surface over its region, as JSON values; row 0 has the lowest y."""
        x, y = (np.linspace(*ends, PLACES) for ends in self.region)
        return {
            "name": self.name,
            "formula": self.formula,
            "x": x.tolist(),
            "y": y.tolist(),
            "heights": self.value(*np.meshgrid(x, y)).tolist(),
            "start": list(self.start),
            "minima": [list(one) for one in self.minima],
        }


#: Every surface by its name.
SURFACES: Registry[Surface] = Registry("surface")

SURFACES.register(
    Surface(
        "bowl", "(x² + y²) / 2", ((-3, 3), (-3, 3)), (-2.6, 2.0), ((0, 0),),
        lambda x, y: (x**2 + y**2) / 2,
        lambda x, y: (x, y),
    ),
    Surface(
        "ravine", "(x² + 30 y²) / 2", ((-3, 3), (-1.5, 1.5)), (-2.6, 1.1), ((0, 0),),
        lambda x, y: (x**2 + 30 * y**2) / 2,
        lambda x, y: (x, 30 * y),
    ),
    Surface(
        "saddle", "x² - y² + y⁴ / 4", ((-2.5, 2.5), (-2.5, 2.5)), (-2.0, 0.001),
        ((0, 2**0.5), (0, -(2**0.5))),
        lambda x, y: x**2 - y**2 + y**4 / 4,
        lambda x, y: (2 * x, -2 * y + y**3),
    ),
    Surface(
        "beale", "(1.5 - x + x y)² + (2.25 - x + x y²)² + (2.625 - x + x y³)²",
        ((-4.5, 4.5), (-4.5, 4.5)), (0.5, 2.0), ((3, 0.5),),
        lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2
        + (2.625 - x + x * y**3) ** 2,
        lambda x, y: (
            sum(2 * (c - x + x * y**n) * (y**n - 1) for n, c in enumerate((1.5, 2.25, 2.625), 1)),
            sum(
                2 * (c - x + x * y**n) * n * x * y ** (n - 1)
                for n, c in enumerate((1.5, 2.25, 2.625), 1)
            ),
        ),
    ),
    Surface(
        "rosenbrock", "(1 - x)² + 100 (y - x²)²", ((-2, 2), (-1, 3)), (-1.2, 1.0), ((1, 1),),
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
    ),
    Surface(
        "himmelblau", "(x² + y - 11)² + (x + y² - 7)²", ((-5, 5), (-5, 5)), (-0.5, -1.0),
        ((3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)),
        lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
        lambda x, y: (
            4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
            2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
        ),
    ),
)  # fmt: skip


def descend(
    surface: Surface, optimizers: Sequence[OptimizerSpec], start: Pair, updates: int
) -> Doubles:
    """Returns the paths of several optimizers down a surface, all at once.

    Args:
        surface: what is minimized.
        optimizers: their settings; gradients are not clipped.
        start: where all begin.
        updates: of each path, 0 to `MAX_UPDATES`.

    Returns:
        float64 [optimizers, updates + 1, 2]; NaN once a path has diverged.
    """
    rates = [optimizer.model_dump() for optimizer in optimizers]
    all_of = [make_coefficients(one.name, r) for one, r in zip(optimizers, rates, strict=True)]
    columns = np.array([[float(number) for number in one] for one in all_of]).T[:, :, None]
    coefficients = Coefficients(*cast(Any, columns))
    rate: Any = np.array([[one.learning_rate] for one in optimizers])
    place: Any = np.tile(np.array(start, np.float64), (len(optimizers), 1))
    m = v = np.zeros_like(place)
    paths = np.full((len(optimizers), updates + 1, 2), np.nan)
    paths[:, 0] = place
    with np.errstate(all="ignore"):
        for t in range(1, updates + 1):
            slope: Any = np.stack(surface.slope(place[:, 0], place[:, 1]), axis=1)
            time: Any = np.float64(t)
            place, m, v = update(coefficients, rate, time, place, slope, m, v, numpy=np)
            here = np.where(np.abs(place) < _FAR, place, np.nan)
            paths[:, t] = here + 0 * here[:, ::-1]
            place = paths[:, t].copy()
    return paths
