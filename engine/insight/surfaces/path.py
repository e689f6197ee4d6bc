"""Path of a run: its weights at some of its updates, thinned as it grows."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np

from engine.base.arrays import Floats
from engine.data.datasets import Dataset
from engine.network import Layout
from engine.spec import Spec

#: Points of a path, at most; every second one goes when there are more.
MOST_POINTS = 128
#: Numbers that the points of a large network's path hold, at most.
MOST_NUMBERS = 1 << 18


class PathPoint(NamedTuple):
    """Weights after some updates.

    Attributes:
        step: the updates.
        params: float32 [n], in the layout of the network itself.
        loss: mean loss of the train points.
    """

    step: int
    params: Floats
    loss: float


class Path:
    """Weights of one network while it trains, oldest first."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._data: Dataset | None = None
        self._count = 0
        self._changed = False
        self._points: list[PathPoint] = []
        self._stride = 1
        self._skipped = 0

    @property
    def key(self) -> Hashable:
        """What the weights and losses of the path are of; another one began another path."""
        return self._key, self._count

    @property
    def data(self) -> Any:
        """What the run trains on."""
        return self._data

    @property
    def points(self) -> list[PathPoint]:
        """The points that are kept."""
        return self._points

    def follow(self, spec: Spec, data: Dataset, step: int) -> None:
        """Goes on from a step; begins anew where weights or losses mean something else.

        Args:
            spec: what is trained from now on.
            data: what it is trained on.
            step: updates done.
        """
        key = spec.inputs, Layout.of(spec), spec.resolved_loss, spec.seed
        same_rows = self._data is not None and data.has_rows_of(self._data)
        if key != self._key or not same_rows or step == 0:
            self._key, self._points, self._stride = key, [], 1
            self._count += 1
        self._data = data
        self._points = [point for point in self._points if point.step <= step]
        self._skipped = self._stride
        self._changed = True

    def wants(self, step: int) -> bool:
        """Whether the weights after so many updates are to be kept; counts them."""
        if self._points and step <= self._points[-1].step:
            return self._changed
        self._skipped += 1
        return self._skipped >= self._stride

    def add(self, point: PathPoint) -> None:
        """Keeps a point; an edit may have changed the weights of the last one."""
        self._skipped, self._changed = 0, False
        if self._points and self._points[-1].step >= point.step:
            self._points.pop()
        self._points.append(point)
        most = max(8, min(MOST_POINTS, MOST_NUMBERS // max(1, len(point.params))))
        if len(self._points) > most:
            del self._points[1::2]
            self._stride *= 2

    def with_present(self, present: PathPoint) -> tuple[list[PathPoint], Floats]:
        """Returns all points up to the present one, and their weights float32 [points, n]."""
        points = [point for point in self._points if point.step < present.step]
        points.append(present)
        return points, np.stack([point.params for point in points])
