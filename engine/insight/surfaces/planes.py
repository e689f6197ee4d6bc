"""Planes in the space of all weights: through the path of a run, at random, or along two weights.

A point of a plane is origin + a u + b v, with directions u and v of as many numbers as there are
weights. Moving averages of batch normalization are not trained; they stay those of the present.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.network import Layout

Doubles = NDArray[np.float64]
Kind = Literal["path", "random", "weights"]
#: Kinds of planes, as requests name them.
KINDS: tuple[Kind, ...] = ("path", "random", "weights")
#: What the shorter side of a path's plane is of the longer one, at least.
LEAST_SIDE = 0.35
#: Share of a side that is seen beyond the path, at either end.
MARGIN = 0.25
#: How far two weights are seen around the present at least, to either side.
LEAST_REACH = 5.0
#: How far random directions are seen: as far as the weights of a unit are long.
RANDOM_REACH = 1.0
#: Changes that are no movement: what rounding leaves.
TINY = 1e-6


@dataclass(frozen=True)
class WeightName:
    """One weight of a network.

    Attributes:
        layer: 0 to the number of hidden layers; the last is the output layer.
        from_: feature or unit it comes from; None for the bias.
        to: unit it goes to.
    """

    layer: int
    from_: int | None
    to: int


@dataclass(frozen=True)
class Plane:
    """A plane and the part of it that is shown.

    Attributes:
        kind: how it was chosen.
        origin: float64 [n].
        directions: float64 [2, n].
        low: float64 [2], where both axes begin.
        high: float64 [2], where they end.
    """

    kind: Kind
    origin: Doubles
    directions: Doubles
    low: Doubles
    high: Doubles

    def locate(self, params: Floats | Doubles) -> Doubles:
        """Returns the nearest points of the plane, float64 [points, 2], to weights [points, n]."""
        gram = self.directions @ self.directions.T
        products = (params - self.origin) @ self.directions.T
        return np.asarray(np.linalg.lstsq(gram, products.T, rcond=None)[0].T, np.float64)

    def shows(self, params: Floats) -> bool:
        """Whether the place of weights [n] is in the part that is shown."""
        (place,) = self.locate(params[None])
        return bool((self.low <= place).all() and (place <= self.high).all())

    def measure_distances(self, params: Floats | Doubles) -> Doubles:
        """Returns how far weights [points, n] are from the plane, float64 [points]."""
        feet = self.origin + self.locate(params) @ self.directions
        return np.asarray(np.linalg.norm(params - feet, axis=1), np.float64)


def span_path(layout: Layout, path: Floats, last: Plane | None, draw: int) -> Plane:
    """Returns the plane through the present that a path comes nearest to.

    Its directions are the first two principal components of the path, taken about the present, so
    that the loss at the present is that of the network itself.

    Args:
        layout: of the network.
        path: float32 [points, n], the present last.
        last: the plane before, whose directions the new ones follow, so that a picture does not
            flip over.
        draw: which random directions stand in for what the path does not have yet.

    Returns:
        The plane; one of random directions where the run has not moved.

    References:
        Li, Xu, Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural Nets", 2018,
        arXiv:1712.09913, section 7.
    """
    points = path.astype(np.float64)
    hold_averages(layout, points)
    present = points[-1]
    offsets = points - present
    # Of [points, points] products: there are far fewer points than weights.
    values, vectors = np.linalg.eigh(offsets @ offsets.T)
    if values[-1] <= (TINY * (1 + np.linalg.norm(present))) ** 2:
        return span_random(layout, path, draw)
    directions = np.stack([_component(offsets, vectors[:, -i]) for i in (1, 2)])
    if values[-2] <= TINY**2 * values[-1]:
        directions[1] = _orthogonal(span_random(layout, path, draw).directions[0], directions[0])
    if last is not None and last.kind == "path":
        directions *= np.where(np.sum(directions * last.directions, axis=1) < 0, -1, 1)[:, None]
    places = offsets @ directions.T
    low, high = frame_places(places)
    return Plane("path", present, directions, low, high)


def span_random(layout: Layout, path: Floats, draw: int) -> Plane:
    """Returns the plane of two random directions, normalized by filter, around the present.

    The part of a direction that belongs to a unit's incoming weights is as long as these weights;
    biases and what units have besides stay as they are.

    Args:
        layout: of the network.
        path: float32 [points, n], the present last.
        draw: which directions.

    References:
        Li, Xu, Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural Nets", 2018,
        arXiv:1712.09913.
    """
    present = path[-1].astype(np.float64)
    generator = np.random.Generator(np.random.Philox(key=np.array([draw, 0], np.uint64)))
    directions = np.zeros((2, layout.size))
    for direction in directions:
        for layer in range(layout.n_hidden + 1):
            kernel = layout.kernel(present, layer)
            drawn = generator.standard_normal(kernel.shape)
            lengths = np.linalg.norm(kernel, axis=0) / np.linalg.norm(drawn, axis=0)
            direction[layout.kernel_slice(layer)] = (drawn * lengths).ravel()
    reach = np.full(2, RANDOM_REACH)
    return Plane("random", present, directions, -reach, reach)


def span_weights(layout: Layout, path: Floats, names: tuple[WeightName, WeightName]) -> Plane:
    """Returns the plane of two weights, whose axes are the weights themselves.

    Args:
        layout: of the network.
        path: float32 [points, n], the present last.
        names: the weights, which differ.
    """
    indices = [find_weight(layout, name) for name in names]
    origin = path[-1].astype(np.float64)
    origin[indices] = 0
    directions = np.zeros((2, layout.size))
    directions[[0, 1], indices] = 1
    places = path[:, indices].astype(np.float64)
    present = places[-1]
    low, high = places.min(axis=0), places.max(axis=0)
    margin = MARGIN * (high - low)
    low = np.minimum(low - margin, present - LEAST_REACH)
    high = np.maximum(high + margin, present + LEAST_REACH)
    return Plane("weights", origin, directions, np.floor(low), np.ceil(high))


def find_weight(layout: Layout, name: WeightName) -> int:
    """Returns the index of a weight in the flat vector."""
    if name.from_ is None:
        return layout.bias_slice(name.layer).start + name.to
    return layout.kernel_slice(name.layer).start + name.from_ * layout.sums[name.layer] + name.to


def has_weight(layout: Layout, name: WeightName) -> bool:
    """Whether a network has a weight."""
    if not 0 <= name.layer <= layout.n_hidden:
        return False
    rows, columns = layout.kernel_shape(name.layer)
    return 0 <= name.to < columns and (name.from_ is None or 0 <= name.from_ < rows)


def hold_averages(layout: Layout, points: Doubles) -> None:
    """Sets moving averages to those of the present in all points [points, n] of a path."""
    if layout.normalized:
        points[:, layout.moving_statistics_slice] = points[-1, layout.moving_statistics_slice]


def _component(offsets: Doubles, vector: Doubles) -> Doubles:
    """Returns the unit direction that belongs to an eigenvector of the points' products."""
    direction = vector @ offsets
    return direction / max(float(np.linalg.norm(direction)), 1e-30)


def _orthogonal(direction: Doubles, to: Doubles) -> Doubles:
    rest = direction - (direction @ to) * to
    return rest / max(float(np.linalg.norm(rest)), 1e-30)


def frame_places(places: Doubles) -> tuple[Doubles, Doubles]:
    """Returns the low and the high end of both axes around places [points, 2] of a plane.

    There is room around them, and no side is much shorter than the other.
    """
    low, high = places.min(axis=0), places.max(axis=0)
    middle, sides = (low + high) / 2, high - low
    sides = np.maximum(sides, LEAST_SIDE * sides.max()) * (1 + 2 * MARGIN)
    return middle - sides / 2, middle + sides / 2
