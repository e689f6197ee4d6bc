"""Generated data sets of the plane, one entry each, and the entry of custom points."""

from __future__ import annotations

import numpy as np

from engine.data.kinds import DATASETS, PLANE, Counts, DataSet, Doubles, generate
from engine.data.planes import EXTENT


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


DATASETS.register(generate("circle", "binary", make_circle, spread=2.0))


def make_xor(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Class 1 where x1 x2 > 0, uniform in +-5, 0.3 away from the axes."""
    parts = []
    for sign, n in zip((-1.0, 1.0), counts, strict=True):
        side = np.where(rng.random(n) < 0.5, -1.0, 1.0)
        x = rng.uniform(0.3, 5.0, (n, 2))
        parts.append(x * np.stack([side, sign * side], axis=1))
    return _by_class(parts)


DATASETS.register(generate("xor", "binary", make_xor, spread=2.0))


def make_gauss(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Two normal clouds around (-2, -2), class 0, and (2, 2), class 1, variance 0.5."""
    deviation = np.sqrt(0.5)
    return _by_class(
        [rng.normal(centre, deviation, (n, 2)) for centre, n in zip((-2, 2), counts, strict=True)]
    )


DATASETS.register(generate("gauss", "binary", make_gauss, spread=3.0))


def make_spiral(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Two arms: radius 5 i/n, angle 1.75 turns i/n; class 0 is turned by half a turn."""
    parts = []
    for offset, n in zip((np.pi, 0.0), counts, strict=True):
        along = np.arange(n) / n
        parts.append(_polar(5.0 * along, 1.75 * 2 * np.pi * along + offset))
    return _by_class(parts)


DATASETS.register(generate("spiral", "binary", make_spiral, spread=1.0))


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


DATASETS.register(generate("moons", "binary", make_moons, spread=2.0))


def make_checkerboard(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """A board of 4 x 4 squares over [-5, 5]; dark squares are class 1."""
    parts = []
    for label, n in enumerate(counts):
        column = rng.integers(0, 4, n)
        row = 2 * rng.integers(0, 2, n) + (column + label + 1) % 2
        corner = np.stack([column, row], axis=1)
        parts.append((corner + rng.uniform(0.04, 0.96, (n, 2))) * 2.5 - 5.0)
    return _by_class(parts)


DATASETS.register(generate("checkerboard", "binary", make_checkerboard, spread=2.0))


def make_rings(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Four rings by turns: class 1 the innermost and the third, class 0 the others."""
    bands = (((1.7, 2.5), (4.3, 5.1)), ((0.0, 1.2), (3.0, 3.8)))
    parts = []
    for (first, second), n in zip(bands, counts, strict=True):
        inner = round(n * (sum(first) / (sum(first) + sum(second))))
        rings = [_annulus(rng, inner, *first), _annulus(rng, n - inner, *second)]
        parts.append(np.concatenate(rings))
    return _by_class(parts)


DATASETS.register(generate("rings", "binary", make_rings, spread=2.0))


def make_blobs(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """One normal cloud per class, centres evenly on a circle of radius 3.5, deviation 0.6."""
    angles = 2 * np.pi * np.arange(len(counts)) / len(counts)
    centres = _polar(np.full(len(counts), 3.5), angles)
    return _by_class(
        [rng.normal(centre, 0.6, (n, 2)) for centre, n in zip(centres, counts, strict=True)]
    )


DATASETS.register(generate("blobs", "multiclass", make_blobs, spread=3.0))


def make_arms(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """One spiral arm per class: radius 0.2 to 5, 0.65 turns."""
    parts = []
    for label, n in enumerate(counts):
        along = (np.arange(n) + 0.5) / n
        angle = 2 * np.pi * (label / len(counts) + 0.65 * along)
        parts.append(_polar(0.2 + 4.8 * along, angle))
    return _by_class(parts)


DATASETS.register(generate("arms", "multiclass", make_arms, spread=1.0))


def make_plane(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """The value (x1 + x2) / 10 at uniform points of +-6."""
    x = rng.uniform(-EXTENT, EXTENT, (counts[0], 2))
    return x, x.sum(axis=1) / 10


DATASETS.register(generate("plane", "regression", make_plane, spread=2.0))


def make_bumps(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """Six cones of height +-1 and radius 2 by turns (TensorFlow Playground's regression gauss)."""
    x = rng.uniform(-EXTENT, EXTENT, (counts[0], 2))
    centres = np.array([[x1, x2] for x2 in (2.5, -2.5) for x1 in (-4, 0, 4)], float)
    signs = np.array([1, -1, 1, -1, 1, -1], float)
    distance = np.linalg.norm(x[:, None] - centres, axis=2)
    heights = signs * np.clip(1 - distance / 2, 0, 1)
    return x, heights[np.arange(len(x)), np.abs(heights).argmax(axis=1)]


DATASETS.register(generate("bumps", "regression", make_bumps, spread=2.0))


def make_ridge(rng: np.random.Generator, counts: Counts) -> tuple[Doubles, Doubles]:
    """A wave along one direction: sin(x1 + x2 / 2)."""
    x = rng.uniform(-EXTENT, EXTENT, (counts[0], 2))
    return x, np.sin(x[:, 0] + x[:, 1] / 2)


DATASETS.register(generate("ridge", "regression", make_ridge, spread=2.0))


#: Points that a person drew or imported.
CUSTOM_POINTS = DataSet(
    "points",
    PLANE,
    task=None,
    input_shape=(2,),
    reads=("points", "task", "seed", "label_noise", "test_fraction", "validation_fraction"),
)
DATASETS.register(CUSTOM_POINTS)
