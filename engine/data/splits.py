"""Train/test split of points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Odd constants of the finalizer, and 2^64 / phi.
_FIRST, _SECOND, _STEP = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15


def order_points(points: NDArray[np.float64], seed: int) -> NDArray[np.intp]:
    """Returns an order of points that looks random and depends on nothing but where each one is.

    A point that is added or taken away leaves the others in their order, so that a split
    along it hardly changes while points are painted.

    Args:
        points: float64 [n, 2].
        seed: the same one gives the same order.

    Returns:
        Rows [n]; those at the very same point stand as they came.

    References:
        Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014 (the
        finalizer, variant 13).
    """
    bits = (points + 0.0).view(np.uint64)  # + 0.0 makes -0.0 a 0.0
    keys = _mix(np.full(len(points), seed, np.uint64))
    for column in bits.T:
        keys = _mix(keys ^ column)
    return np.argsort(keys, kind="stable")


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = values + np.uint64(_STEP)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(_FIRST)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(_SECOND)
    return values ^ (values >> np.uint64(31))
