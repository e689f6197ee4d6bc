"""Planes that pictures of a network are shown over, with coordinates in [-6, 6].

Points of the plane are their own coordinates. Of rows of a table two columns span the plane, or
the first two principal components; along everything else the plane lies at the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.functions.features import make_grid

Doubles = NDArray[np.float64]
#: Coordinates lie in +-EXTENT.
EXTENT = 6.0
#: Share of the range of all rows that is added on each side.
_MARGIN = 0.08


class Plane(Protocol):
    """Protocol of planes."""

    def grid(self, size: int) -> Floats:
        """Returns the rows at the centres of size x size pixels; row 0 is x2 = -6."""
        ...

    def project(self, x: Floats) -> Floats:
        """Returns the coordinates of rows, float32 [n, 2]."""
        ...


class CoordinatePlane:
    """The plane of points, which are their own coordinates."""

    def grid(self, size: int) -> Floats:
        """Returns the centres of size x size pixels, float32 [size * size, 2]."""
        return make_grid(size, EXTENT)

    def project(self, x: Floats) -> Floats:
        """Returns the points themselves."""
        return x


#: The plane of all points.
COORDINATES = CoordinatePlane()


@dataclass(frozen=True, eq=False)
class TablePlane:
    """Plane through the mean of standardized rows: x = sum_k u_k (m_k + h_k p_k / 6).

    Attributes:
        axes: float64 [2, columns], orthonormal directions u.
        middle: float64 [2], m: score in the middle of the picture along each.
        half: float64 [2], h: half of the range of scores that is shown along each.
        variance: float64 [2], share of the train rows' variance along each, over all inputs.
    """

    axes: Doubles
    middle: Doubles
    half: Doubles
    variance: Doubles

    def grid(self, size: int) -> Floats:
        """Returns the rows at the pixels, float32 [size * size, columns]."""
        places = make_grid(size, EXTENT).astype(np.float64)
        scores = self.middle + self.half * places / EXTENT
        return (scores @ self.axes).astype(np.float32)

    def project(self, x: Floats) -> Floats:
        """Returns the coordinates of rows, whatever they are along other directions."""
        scores = x.astype(np.float64) @ self.axes.T
        return (EXTENT * (scores - self.middle) / self.half).astype(np.float32)

    @property
    def slopes(self) -> Doubles:
        """How each column changes with each coordinate, float64 [2, columns]."""
        return self.axes * (self.half / EXTENT)[:, None]

    @property
    def centre(self) -> Doubles:
        """The row in the middle of the picture, float64 [columns]."""
        return self.middle @ self.axes


def span_columns(x: Doubles, n_train: int, inputs: list[int], columns: list[int]) -> TablePlane:
    """Returns the plane along two columns.

    Args:
        x: [rows, columns], standardized, train rows first.
        n_train: how many they are.
        inputs: columns that the network sees.
        columns: which two.
    """
    return _span(x, n_train, inputs, np.eye(x.shape[1])[columns])


def span_components(x: Doubles, n_train: int, inputs: list[int]) -> TablePlane:
    """Returns the plane of the first two principal components of the train rows' inputs.

    The components are the eigenvectors of X^T X with the largest eigenvalues; the largest part of
    each one is positive.

    Args:
        x: [rows, columns], standardized, train rows first.
        n_train: how many they are.
        inputs: columns that the network sees, two or more.
    """
    seen = x[:n_train][:, inputs]
    centred = seen - seen.mean(axis=0)
    vectors = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2].T
    largest = vectors[[0, 1], np.abs(vectors).argmax(axis=1)]
    axes = np.zeros((2, x.shape[1]))
    axes[:, inputs] = vectors * np.sign(largest)[:, None]
    return _span(x, n_train, inputs, axes)


def _span(x: Doubles, n_train: int, inputs: list[int], axes: Doubles) -> TablePlane:
    scores = x @ axes.T
    low, high = scores.min(axis=0), scores.max(axis=0)
    half = np.maximum((high - low) * (0.5 + _MARGIN), 1e-6)
    whole = x[:n_train][:, inputs].var(axis=0).sum()
    share = scores[:n_train].var(axis=0) / whole if whole > 0 else np.zeros(2)
    return TablePlane(axes, (low + high) / 2, half, share)
