"""Pace: measured time of updates, so that a turn ends in time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_SLOWER = 1.1  # how fast the pace gives in to slow calls
_KEPT = 8

K = TypeVar("K", bound=Hashable)


class Pace(Generic[K]):
    """Running estimate of the seconds of an update, by program.

    Args:
        guess: says what to assume before anything has been measured, rather too much.
    """

    def __init__(self, guess: Callable[[K], float]) -> None:
        self._guess = guess
        self._seconds: dict[K, float] = {}

    def seconds(self, program: K) -> float:
        """Returns what an update takes."""
        return self._seconds.get(program) or self._guess(program)

    def limit(self, program: K, steps: int, max_seconds: float | None) -> int:
        """Returns how many updates fit into a time; at least one if any is asked for."""
        if max_seconds is None:
            return steps
        return min(steps, max(1, int(max_seconds / self.seconds(program))))

    def measure(self, program: K, seconds: float) -> None:
        """Updates the estimate with a measured call.

        The fastest call counts most: one that the system held up says little.

        Args:
            program: what was called.
            seconds: that an update of it took.
        """
        before = self.seconds(program)
        if len(self._seconds) > _KEPT:
            self._seconds.clear()
        self._seconds[program] = min(seconds, before * _SLOWER)
