"""Stack of a sweep: networks of one program, their pictures, and how long their updates take."""

from __future__ import annotations

from collections.abc import Callable

from engine.runs.paced_stacks import PacedStack
from engine.runs.stacks import Stack
from engine.sweeps.pictures import StackPictures

#: Seconds of one call, about.
_CALL_SECONDS = 0.01


class SweepStack(PacedStack):
    """A stack of a sweep, its pictures, and how long its updates take.

    Attributes:
        members: their numbers in the sweep.
        pictures: what they look like.
        batches: updates of an epoch.
    """

    def __init__(
        self, stack: Stack, members: tuple[int, ...], pictures: StackPictures, batches: int
    ) -> None:
        super().__init__(stack)
        self.members = members
        self.pictures = pictures
        self.batches = batches

    def advance(self, target: int, clock: Callable[[], float]) -> None:
        """Makes one call of about `_CALL_SECONDS` towards so many updates."""
        self.call(target, _CALL_SECONDS, clock)
