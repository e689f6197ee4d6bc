"""Durations: how many there were below each of a few bounds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distribution:
    """What was counted so far.

    Attributes:
        bounds: seconds, rising.
        counts: durations up to each bound and above the one before, and those above the last.
        seconds: of all durations together.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    seconds: float


class Durations:
    """Counts durations; who counts holds a lock of its own.

    Args:
        bounds: seconds, rising.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._seconds = 0.0

    def add(self, seconds: float) -> None:
        """Counts one duration."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._seconds += seconds

    def read(self) -> Distribution:
        """Returns what was counted so far."""
        return Distribution(self._bounds, tuple(self._counts), self._seconds)
