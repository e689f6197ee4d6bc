"""The toy data sets: points of the plane with labels.

A data set is a pure function of its spec. Positions, spread, flipped labels
and the split are drawn from separate streams, so that moving one slider moves
only what it names: with more noise the same points spread further.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.errors import DataError
from engine.data.splits import order_places
from engine.spec import DataSpec

Doubles = NDArray[np.float64]
Counts = tuple[int, ...]
#: (generator, points per class) -> positions [n, 2] and labels [n].
Maker = Callable[[np.random.Generator, Counts], tuple[Doubles, Doubles]]

EXTENT = 6.0
_STREAMS = {"positions": 0, "spread": 1, "labels": 2, "split": 3}


@dataclass(frozen=True)
class Dataset:
    """Points, train rows first.

    Attributes:
        x: float32 [n, 2] in [-6, 6].
        labels: float32 [n]: 0 or 1, the class, or the value.
        n_train: rows before the first test row.
    """

    x: Floats
    labels: Floats
    n_train: int

    @property
    def n(self) -> int:
        """All rows, train and test."""
        return len(self.x)

    @property
    def n_test(self) -> int:
        """Test rows."""
        return self.n - self.n_train

    @property
    def nbytes(self) -> int:
        """What the points take in memory."""
        return self.x.nbytes + self.labels.nbytes


@dataclass(frozen=True)
class Generator:
    """How one data set is made.

    Attributes:
        make: draws positions and labels.
        spread: standard deviation of the Gaussian spread per unit of noise.
    """

    make: Maker
    spread: float


def _by_class(parts: list[Doubles]) -> tuple[Doubles, Doubles]:
    labels = [np.full(len(part), float(label)) for label, part in enumerate(parts)]
    return np.concatenate(parts), np.concatenate(labels)


def _polar(radius: Doubles, angle: Doubles) -> Doubles:
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _annulus(rng: np.random.Generator, n: int, inner: float, outer: float) -> Doubles:
    return _polar(rng.uniform(inner, outer, n), rng.uniform(0, 2 * np.pi, n))


def make_circle(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Class 1 within radius 2.5, class 0 between 3.5 and 5 (TensorFlow Playground's circle)."""
    return _by_class([_annulus(rng, counts[0], 3.5, 5.0), _annulus(rng, counts[1], 0.0, 2.5)])


def make_xor(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Class 1 where x1 x2 > 0, uniform in +-5, 0.3 away from the axes."""
    parts = []
    for sign, n in zip((-1.0, 1.0), counts, strict=True):
        side = np.where(rng.random(n) < 0.5, -1.0, 1.0)
        x = rng.uniform(0.3, 5.0, (n, 2))
        parts.append(x * np.stack([side, sign * side], axis=1))
    return _by_class(parts)


def make_gauss(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Two normal clouds around (-2, -2), class 0, and (2, 2), class 1, variance 0.5."""
    deviation = np.sqrt(0.5)
    return _by_class(
        [rng.normal(centre, deviation, (n, 2)) for centre, n in zip((-2, 2), counts, strict=True)]
    )


def make_spiral(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Two arms: radius 5 i/n, angle 1.75 turns i/n; class 0 is turned by half a turn."""
    parts = []
    for offset, n in zip((np.pi, 0.0), counts, strict=True):
        along = np.arange(n) / n
        parts.append(_polar(5.0 * along, 1.75 * 2 * np.pi * along + offset))
    return _by_class(parts)


def make_moons(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Two interleaving half circles of radius 3."""
    upper = rng.uniform(0, np.pi, counts[0])
    lower = rng.uniform(0, np.pi, counts[1])
    return _by_class(
        [
            np.stack([3 * np.cos(upper) - 1.5, 3 * np.sin(upper) - 0.75], axis=1),
            np.stack([1.5 - 3 * np.cos(lower), 0.75 - 3 * np.sin(lower)], axis=1),
        ]
    )


def make_checkerboard(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """A board of 4 x 4 squares over [-5, 5]; dark squares are class 1."""
    parts = []
    for label, n in enumerate(counts):
        column = rng.integers(0, 4, n)
        row = 2 * rng.integers(0, 2, n) + (column + label + 1) % 2
        corner = np.stack([column, row], axis=1)
        parts.append((corner + rng.uniform(0.04, 0.96, (n, 2))) * 2.5 - 5.0)
    return _by_class(parts)


def make_rings(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Four rings by turns: class 1 the innermost and the third, class 0 the others."""
    bands = (((1.7, 2.5), (4.3, 5.1)), ((0.0, 1.2), (3.0, 3.8)))
    parts = []
    for (first, second), n in zip(bands, counts, strict=True):
        inner = round(n * (sum(first) / (sum(first) + sum(second))))
        rings = [_annulus(rng, inner, *first), _annulus(rng, n - inner, *second)]
        parts.append(np.concatenate(rings))
    return _by_class(parts)


def make_blobs(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """One normal cloud per class, centres evenly on a circle of radius 3.5, deviation 0.6."""
    angles = 2 * np.pi * np.arange(len(counts)) / len(counts)
    centres = _polar(np.full(len(counts), 3.5), angles)
    return _by_class(
        [rng.normal(centre, 0.6, (n, 2)) for centre, n in zip(centres, counts, strict=True)]
    )


def make_arms(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """One spiral arm per class: radius 0.2 to 5, 0.65 turns."""
    parts = []
    for label, n in enumerate(counts):
        along = (np.arange(n) + 0.5) / n
        angle = 2 * np.pi * (label / len(counts) + 0.65 * along)
        parts.append(_polar(0.2 + 4.8 * along, angle))
    return _by_class(parts)


def make_plane(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """The value (x1 + x2) / 10 at uniform points of +-6."""
    x = rng.uniform(-EXTENT, EXTENT, (counts[0], 2))
    return x, x.sum(axis=1) / 10


def make_bumps(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Six cones of height +-1 and radius 2 by turns (TensorFlow Playground's regression gauss)."""
    x = rng.uniform(-EXTENT, EXTENT, (counts[0], 2))
    centres = np.array([[x1, x2] for x2 in (2.5, -2.5) for x1 in (-4, 0, 4)], float)
    signs = np.array([1, -1, 1, -1, 1, -1], float)
    distance = np.linalg.norm(x[:, None] - centres, axis=2)
    heights = signs * np.clip(1 - distance / 2, 0, 1)
    return x, heights[np.arange(len(x)), np.abs(heights).argmax(axis=1)]


def make_ridge(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """A wave along one direction: sin(x1 + x2 / 2)."""
    x = rng.uniform(-EXTENT, EXTENT, (counts[0], 2))
    return x, np.sin(x[:, 0] + x[:, 1] / 2)


#: Every built-in data set by its name in the contract.
DATASETS: dict[str, Generator] = {
    "circle": Generator(make_circle, 2.0),
    "xor": Generator(make_xor, 2.0),
    "gauss": Generator(make_gauss, 3.0),
    "spiral": Generator(make_spiral, 1.0),
    "moons": Generator(make_moons, 2.0),
    "checkerboard": Generator(make_checkerboard, 2.0),
    "rings": Generator(make_rings, 2.0),
    "blobs": Generator(make_blobs, 3.0),
    "arms": Generator(make_arms, 1.0),
    "plane": Generator(make_plane, 2.0),
    "bumps": Generator(make_bumps, 2.0),
    "ridge": Generator(make_ridge, 2.0),
}


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=np.array([seed, _STREAMS[name]], np.uint64)))


def _class_counts(spec: DataSpec) -> Counts:
    if spec.resolved_task == "binary":
        ones = round(spec.samples * spec.class_balance)
        return spec.samples - ones, ones
    if spec.resolved_task == "multiclass":
        share, rest = divmod(spec.samples, spec.classes)
        return tuple(share + (label < rest) for label in range(spec.classes))
    return (spec.samples,)


def _flip(labels: Doubles, spec: DataSpec) -> Doubles:
    """Flips a share of the labels: the other class, another class, or the other sign."""
    rng = _stream(spec.seed, "labels")
    # One draw per row, whatever the share, so that more noise flips a superset.
    chosen = rng.permutation(len(labels))[: round(spec.label_noise * len(labels))]
    flipped = labels.copy()
    if spec.resolved_task == "binary":
        flipped[chosen] = 1 - labels[chosen]
    elif spec.resolved_task == "multiclass":
        shift = 1 + np.floor(rng.random(len(labels)) * (spec.n_outputs - 1))
        flipped[chosen] = (labels[chosen] + shift[chosen]) % spec.n_outputs
    else:
        flipped[chosen] = -labels[chosen]
    return flipped


def _order(spec: DataSpec, x: Doubles) -> NDArray[np.intp]:
    """Rows in the order of the split, test rows first; painting another point keeps it."""
    if spec.name == "points":
        return order_places(x, spec.seed)
    return _stream(spec.seed, "split").permutation(len(x))


def make_dataset(spec: DataSpec) -> Dataset:
    """Makes the points, labels and split that a spec asks for.

    Args:
        spec: the `data` part of a spec.

    Returns:
        The data set; the same spec gives the very same points.

    Raises:
        DataError: the points leave nothing to train or to test on.
    """
    if spec.name == "points":
        points = np.array(spec.points, np.float64).reshape(-1, 3)
        x, labels = points[:, :2], points[:, 2]
    else:
        generator = DATASETS[spec.name]
        x, labels = generator.make(_stream(spec.seed, "positions"), _class_counts(spec))
        if spec.noise > 0:
            normal = _stream(spec.seed, "spread").standard_normal(x.shape)
            x = x + spec.noise * generator.spread * normal
    if spec.label_noise > 0:
        labels = _flip(labels, spec)
    if len(x) < 2:
        raise DataError("two points or more are needed, one to train and one to test")
    order = _order(spec, x)
    n_test = min(max(round(spec.test_fraction * len(x)), 1), len(x) - 1)
    rows = np.concatenate([order[n_test:], order[:n_test]])
    x = np.clip(x, -EXTENT, EXTENT)
    return Dataset(
        np.ascontiguousarray(x[rows], np.float32),
        np.ascontiguousarray(labels[rows], np.float32),
        len(x) - n_test,
    )


def preview_points(name: str, n: int = 120) -> Floats:
    """Returns a small picture of a built-in data set.

    Args:
        name: a key of `DATASETS`.
        n: points, 50 to 2000.

    Returns:
        float32 [n, 3]: x1, x2, label.
    """
    data = make_dataset(DataSpec.model_validate({"name": name, "samples": n, "noise": 0.02}))
    return np.concatenate([data.x, data.labels[:, None]], axis=1)
