"""Undo and redo stacks: what a session's trainer was like, and what was switched off."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from app.history.snapshot_memory import SnapshotMemory
from app.protocol.ablation import WHOLE
from engine import AblationRequest, Snapshot

MAX_STEPS = 100
MAX_BYTES = 8 << 20
#: One snapshot is kept however large it is, up to this: four layers of 1,024 units.
MAX_SNAPSHOT_BYTES = 64 << 20
#: Changes of one and the same value that follow each other so fast are one step.
TOGETHER_SECONDS = 1.0
#: What a custom point costs: three numbers as objects, and the tuple.
_POINT_BYTES = 200
#: What a unit or a link that was switched off costs.
_PART_BYTES = 150


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as it is grouped into steps of undo.

    Attributes:
        path: the one value that it changed; None for several, or for anything else.
        at: when (monotonic seconds).
        group: the client's name for what it belongs to, such as one stroke of a brush;
            None for none.
    """

    path: Hashable | None
    at: float
    group: str | None = None

    def goes_on(self, last: Change) -> bool:
        """Whether this change and the one before it are one step of undo."""
        if self.group is not None or last.group is not None:
            return self.group == last.group
        together = self.at - last.at <= TOGETHER_SECONDS
        return self.path is not None and self.path == last.path and together


@dataclass(frozen=True, slots=True)
class UndoStep:
    """What one step of undo returns to.

    Attributes:
        snapshot: of the run; None where a change left the run alone, and so undo does, too.
        ablation: units and links that were switched off.
    """

    snapshot: Snapshot | None
    ablation: AblationRequest = WHOLE

    @property
    def n_parts(self) -> int:
        """How many units and links were switched off."""
        return len(self.ablation.units) + len(self.ablation.links)


class UndoHistory:
    """Undo and redo stacks.

    Bounded in number and in bytes; the oldest steps go first.

    Args:
        memory: says how many bytes it may hold; its own if None.
    """

    def __init__(self, memory: SnapshotMemory | None = None) -> None:
        self._memory = memory or SnapshotMemory()
        self._before: list[UndoStep] = []
        self._after: list[UndoStep] = []
        self._last: Change | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether a change was undone and nothing has been changed since."""
        return bool(self._after)

    @property
    def steps(self) -> tuple[tuple[UndoStep, ...], tuple[UndoStep, ...]]:
        """What can be undone and what can be done again, oldest first."""
        return tuple(self._before), tuple(self._after)

    def restore(self, undo: tuple[UndoStep, ...], redo: tuple[UndoStep, ...]) -> None:
        """Takes the steps of another history in the place of its own."""
        self._before, self._after, self._last = [*undo], [*redo], None
        self._memory.hold(self, self._count_bytes())

    def record(self, before: UndoStep, change: Change) -> bool:
        """Pushes what was before a change.

        Args:
            before: what was before it; without a snapshot if it leaves the run alone.
            change: what it changed.

        Returns:
            Whether it and the change before it are one step.
        """
        last, self._last = self._last, change
        self._after.clear()
        if last is not None and change.goes_on(last):
            if self._before and self._before[-1].snapshot is None:
                self._before[-1] = replace(self._before[-1], snapshot=before.snapshot)
            return True
        self._before.append(before)
        used = self._count_bytes()
        while len(self._before) > MAX_STEPS or not self._allows(used):
            del self._before[0]
            used = self._count_bytes()
        self._memory.hold(self, used)
        return False

    def _count_bytes(self) -> int:
        steps = (*self._before, *self._after)
        parts = _PART_BYTES * sum(step.n_parts for step in steps)
        return parts + count_bytes([step.snapshot for step in steps if step.snapshot is not None])

    def clear(self) -> None:
        """Forgets all changes."""
        self._before, self._after, self._last = [], [], None
        self._memory.hold(self, 0)

    def _allows(self, n_bytes: int) -> bool:
        most = MAX_BYTES if len(self._before) > 1 else MAX_SNAPSHOT_BYTES
        return n_bytes <= most and self._memory.allows(self, n_bytes)

    def undo(self, now: UndoStep) -> UndoStep | None:
        """Pops what was before the last change, and pushes the present for redo."""
        return self._move(self._before, self._after, now)

    def redo(self, now: UndoStep) -> UndoStep | None:
        """Pops what the last undo left, and pushes the present for undo."""
        return self._move(self._after, self._before, now)

    def _move(self, taken: list[UndoStep], kept: list[UndoStep], now: UndoStep) -> UndoStep | None:
        if not taken:
            return None
        self._last = None
        step = taken.pop()
        kept.append(now if step.snapshot is not None else replace(now, snapshot=None))
        self._memory.hold(self, self._count_bytes())
        return step


def count_state_bytes(snapshot: Snapshot) -> int:
    """Returns the memory of a snapshot's parameters and moments in bytes."""
    return sum([vector.nbytes for vector in snapshot.state])


def count_bytes(snapshots: list[Snapshot]) -> int:
    """Returns the memory of snapshots in bytes; data that they share counts once."""
    data = {id(snapshot.data): snapshot for snapshot in snapshots}.values()
    states = sum(map(count_state_bytes, snapshots))
    points = sum(_POINT_BYTES * len(snapshot.spec.data.points or ()) for snapshot in data)
    return states + points + sum(snapshot.data.nbytes for snapshot in data)
