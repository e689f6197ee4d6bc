"""What can be undone and done again: moments of a session's trainer."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from app.history.snapshot_memory import TimelineRoom
from engine import Snapshot

MAX_STEPS = 100
MAX_BYTES = 8 << 20
#: One moment is kept however large it is, up to this: four layers of 1,024 units.
MAX_MOMENT = 64 << 20
#: Changes of one and the same value that follow each other so fast are one step.
TOGETHER_SECONDS = 1.0
#: What a point of one's own costs: three numbers as objects, and the tuple.
_POINT_BYTES = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit changed.

    Attributes:
        place: the one value that it changed; None for several, or for anything else.
        at: when (monotonic seconds).
        group: the client's name for what it belongs to, such as one stroke of a brush;
            None for none.
    """

    place: Hashable | None
    at: float
    group: str | None = None

    def goes_on(self, last: Change) -> bool:
        """Whether this change and the one before it are one step."""
        if self.group is not None or last.group is not None:
            return self.group == last.group
        together = self.at - last.at <= TOGETHER_SECONDS
        return self.place is not None and self.place == last.place and together


class History:
    """The moments before each change, and after those that were undone.

    Bounded in number and in bytes; the oldest moments go first.

    Args:
        room: says how many bytes it may hold; its own if None.
    """

    def __init__(self, room: TimelineRoom | None = None) -> None:
        self._room = room or TimelineRoom()
        self._before: list[Snapshot] = []
        self._after: list[Snapshot] = []
        self._last: Change | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether a change was undone and nothing has been changed since."""
        return bool(self._after)

    def note(self, before: Snapshot, change: Change) -> bool:
        """Notes a change that was made.

        Args:
            before: the moment before it.
            change: what it changed.

        Returns:
            Whether it and the change before it are one step.
        """
        last, self._last = self._last, change
        self._after.clear()
        if last is not None and change.goes_on(last):
            return True
        self._before.append(before)
        while len(self._before) > MAX_STEPS or self._count_bytes() > self._most:
            del self._before[0]
        self._room.hold(self, self._count_bytes())
        return False

    def _count_bytes(self) -> int:
        return count_bytes([*self._before, *self._after])

    def clear(self) -> None:
        """Forgets all changes."""
        self._before, self._after, self._last = [], [], None
        self._room.hold(self, 0)

    @property
    def _most(self) -> int:
        most = MAX_BYTES if len(self._before) > 1 else MAX_MOMENT
        return min(most, self._room.most(self))

    def undo(self, now: Snapshot) -> Snapshot | None:
        """Returns the moment to go back to, and keeps the present one; None if there is none."""
        return self._move(self._before, self._after, now)

    def redo(self, now: Snapshot) -> Snapshot | None:
        """Returns the moment that the last undo left, and keeps the present one."""
        return self._move(self._after, self._before, now)

    def _move(self, taken: list[Snapshot], kept: list[Snapshot], now: Snapshot) -> Snapshot | None:
        if not taken:
            return None
        self._last = None
        kept.append(now)
        moment = taken.pop()
        self._room.hold(self, self._count_bytes())
        return moment


def count_bytes(moments: list[Snapshot]) -> int:
    """Returns what moments hold, the data that they share counted once."""
    data = {id(moment.data): moment for moment in moments}.values()
    states = sum(vector.nbytes for moment in moments for vector in moment.state)
    points = sum(_POINT_BYTES * len(moment.spec.data.points or ()) for moment in data)
    return states + points + sum(moment.data.nbytes for moment in data)
