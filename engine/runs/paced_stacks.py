"""Stacks that are trained in calls of about so many seconds."""

from __future__ import annotations

from collections.abc import Callable

from engine.runs.stacks import Stack

#: Updates of the first call of a stack, which measures how long they take.
_FIRST = 128
_SMOOTHING = 0.3


class PacedStack:
    """A stack, and how long its updates take.

    Attributes:
        stack: the networks.
        seconds: of an update; None before the first one.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.seconds: float | None = None

    def call(self, target: int, max_seconds: float, clock: Callable[[], float]) -> None:
        """Makes one call of about so long towards so many updates.

        Args:
            target: see `Stack.advance`.
            max_seconds: that the call may take; the first one, which measures, takes less.
            clock: seconds, as `time.perf_counter`.
        """
        begun = clock()
        most = _FIRST if self.seconds is None else max(1, int(max_seconds / self.seconds))
        done = self.stack.advance(target, most)
        each, before = (clock() - begun) / max(1, done), self.seconds
        self.seconds = each if before is None else before + _SMOOTHING * (each - before)
