"""Stack of a sweep: networks of one program, their pictures, and how long their updates take."""

from __future__ import annotations

from collections.abc import Callable

from engine.runs.stacks import Stack
from engine.sweeps.pictures import StackPictures

#: Updates of the first call of a stack, which measures how long they take.
_FIRST = 128
#: Seconds of one call, about.
_CALL_SECONDS = 0.01
_SMOOTHING = 0.3


class SweepStack:
    """A stack of a sweep, its pictures, and how long its updates take.

    Attributes:
        stack: the networks.
        members: their numbers in the sweep.
        pictures: what they look like.
        batches: updates of an epoch.
        seconds: of an update; None before the first one.
    """

    def __init__(
        self, stack: Stack, members: tuple[int, ...], pictures: StackPictures, batches: int
    ) -> None:
        self.stack = stack
        self.members = members
        self.pictures = pictures
        self.batches = batches
        self.seconds: float | None = None

    def advance(self, target: int, clock: Callable[[], float]) -> None:
        """Makes one call of about `_CALL_SECONDS` towards so many updates."""
        begun = clock()
        most = _FIRST if self.seconds is None else max(1, int(_CALL_SECONDS / self.seconds))
        done = self.stack.advance(target, most)
        each, before = (clock() - begun) / max(1, done), self.seconds
        self.seconds = each if before is None else before + _SMOOTHING * (each - before)
