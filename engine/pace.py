"""Pace: how long updates take, so that a turn ends in time."""

from __future__ import annotations

from collections.abc import Hashable

_SLOWER = 1.1  # how fast the pace gives in to slow calls
_KEPT = 8


class Pace:
    """Seconds that an update takes, by program.

    Args:
        first: what is assumed before anything has been measured.
    """

    def __init__(self, first: float) -> None:
        self._first = first
        self._seconds: dict[Hashable, float] = {}

    def seconds(self, program: Hashable) -> float:
        """Returns what an update takes."""
        return self._seconds.get(program, self._first)

    def limit(self, program: Hashable, steps: int, max_seconds: float | None) -> int:
        """Returns how many updates fit into a time; at least one if any is asked for."""
        if max_seconds is None:
            return steps
        return min(steps, max(1, int(max_seconds / self.seconds(program))))

    def measure(self, program: Hashable, seconds: float) -> None:
        """Learns from a call.

        The fastest call counts most: one that the system held up says little.

        Args:
            program: what was called.
            seconds: that an update of it took.
        """
        before = self.seconds(program)
        if len(self._seconds) > _KEPT:
            self._seconds.clear()
        self._seconds[program] = min(seconds, before * _SLOWER)
