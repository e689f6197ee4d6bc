"""Time line of a session: snapshots in the order in which they were seen, thinned as it grows."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from typing import Any

from app.history.snapshot_memory import SnapshotMemory
from app.history.spec_diff import list_changes
from app.history.undo import count_bytes, count_state_bytes
from engine import Snapshot, Spec, Trainer

MAX_POINTS = 64
#: So many edits and their surroundings outlive the thinning; older ones are thinned as the rest.
MAX_KEPT = 32
#: After a point a running session rests so many times as long as it took: 2 % of its time.
REST = 50
#: Clients are told of the time line at most so often, since they only draw it.
_PERIOD_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """A snapshot of the time line.

    Attributes:
        id: never given twice in a session.
        snapshot: to show or to go on from.
        spec_id: id of its spec.
        trained: updates that the session has made until then; never goes back.
        line: counts how often the run went elsewhere: back, forth, or to its beginning.
        kind: what happened here, None for training.
        changes: what an edit changed.
        kept: whether it outlives the thinning.
    """

    id: int
    snapshot: Snapshot
    spec_id: int
    trained: int
    line: int
    kind: str | None = None
    changes: tuple[dict[str, Any], ...] = ()
    kept: bool = False

    def describe(self) -> dict[str, Any]:
        """Returns its entry in a `timeline` message."""
        told: dict[str, Any] = {
            "id": self.id,
            "step": self.snapshot.step,
            "epoch": self.snapshot.epoch,
            "spec_id": self.spec_id,
            "trained": self.trained,
            "line": self.line,
        }
        if self.kind is not None:
            told["kind"] = self.kind
        if self.changes:
            told["changes"] = list(self.changes)
        return told


def describe_unknown_point(number: int) -> str:
    """Returns the error text for a point that does not exist."""
    return f"point {number} is not in the time line, or no more"


class Timeline:
    """At most `MAX_POINTS` snapshots in the order in which they were seen, within a memory budget.

    A point is a snapshot, which shares its arrays with the run. Once there are too many,
    every second one of training goes, and new ones are taken half as often; so the longer
    a session trains, the less is done for its time line.

    Args:
        memory: says how many bytes it may hold.
        start: the first snapshot.

    Attributes:
        edition: one higher after every change.
    """

    def __init__(self, memory: SnapshotMemory, start: Snapshot) -> None:
        self._memory = memory
        self._ids = itertools.count()
        self._points = [TimelinePoint(next(self._ids), start, 0, 0, 0, kind="start", kept=True)]
        self._gap = 0
        self._rest_until = 0.0
        self._before_edit: Spec | None = None
        #: Bytes of all points; None where they have to be counted.
        self._used: int | None = None
        self.edition = 0

    @property
    def points(self) -> tuple[TimelinePoint, ...]:
        """All points, oldest first."""
        return tuple(self._points)

    @property
    def gap(self) -> int:
        """Updates between two points of training, at least."""
        return self._gap

    def restore(self, points: tuple[TimelinePoint, ...], gap: int) -> None:
        """Takes the points of another time line in the place of its own.

        Args:
            points: oldest first; its own stay if there are none.
            gap: of the other one.
        """
        if not points:
            return
        self._points, self._gap, self._used = [*points], gap, None
        self._ids = itertools.count(max(point.id for point in points) + 1)
        self._thin()
        self.edition += 1

    def find(self, number: int) -> TimelinePoint | None:
        """Returns a point; None if it was never there, or was thinned out."""
        return next((point for point in self._points if point.id == number), None)

    def is_due(self, step: int) -> bool:
        """Whether enough updates were made since the last point for another one."""
        return step - self._points[-1].snapshot.step > self._gap

    def record_frame(self, trainer: Trainer, spec_id: int, *, running: bool) -> None:
        """Adds a snapshot after a frame if one is due; it shares the run's arrays, so it is cheap.

        Args:
            trainer: whose snapshot.
            spec_id: of its spec.
            running: whether more frames follow by themselves, so that one may be left out.
        """
        now = time.monotonic()
        if not self.is_due(trainer.step) or (running and now < self._rest_until):
            return
        self.add(trainer.shown_snapshot(), spec_id)
        self._rest_until = now + REST * (time.monotonic() - now)

    def add(
        self,
        snapshot: Snapshot,
        spec_id: int,
        kind: str | None = None,
        changes: tuple[dict[str, Any], ...] = (),
    ) -> None:
        """Adds a snapshot that training led to.

        Args:
            snapshot: to show or to go on from.
            spec_id: of its spec.
            kind: what happened here that left the run alone; such a point survives the thinning.
            changes: what was changed.
        """
        last = self._points[-1]
        trained = last.trained + snapshot.step - last.snapshot.step
        if trained == last.trained and last.kind in (None, kind):
            del self._points[-1]
            self._used = None
        point = TimelinePoint(
            next(self._ids), snapshot, spec_id, trained, last.line, kind, changes, kept=bool(kind)
        )
        self._append(point)

    def record_ablation(self, snapshot: Snapshot, spec_id: int, before: int, after: int) -> None:
        """Adds the snapshot at which units and links were switched off or on.

        Args:
            snapshot: of the run, which it left alone.
            spec_id: of its spec.
            before: how many were off.
            after: how many are off now.
        """
        last = self._points[-1]
        if last.kind == "ablation" and last.snapshot.step == snapshot.step:
            before = last.changes[0]["from"]
        change = {"path": "ablation", "from": before, "to": after}
        self.add(snapshot, spec_id, "ablation", (change,))

    def record_change(
        self, before: Snapshot, after: Snapshot, spec_id: int, kind: str, *, joined: bool
    ) -> None:
        """Adds the snapshots before and after a change.

        Args:
            before: the snapshot before it.
            after: the snapshot after it.
            spec_id: the id that its spec gets.
            kind: what it was.
            joined: whether it and the change before it are one, as those of a slider are.
        """
        edits = [i for i, point in enumerate(self._points) if point.kind == kind]
        if joined and edits and self._before_edit is not None:
            former = self._points[edits[-1]]
            self._points[edits[-1]] = replace(former, kind=None, changes=(), kept=False)
        else:
            self._before_edit = before.spec
            self._keep_last(before, spec_id - 1)
        last = self._points[-1]
        goes_on = after.step == before.step and kind in ("edit", "set_weight")
        point = TimelinePoint(
            next(self._ids),
            after,
            spec_id,
            last.trained + before.step - last.snapshot.step,
            last.line + (not goes_on),
            kind,
            tuple(list_changes(self._before_edit or before.spec, after.spec)),
            kept=True,
        )
        if not goes_on and after.step == 0:
            # A new beginning is seen as closely as the first one.
            self._gap = 0
        self._append(point)

    def _keep_last(self, before: Snapshot, spec_id: int) -> None:
        last = self._points[-1]
        if last.snapshot.step != before.step:
            self.add(before, spec_id)
        self._points[-1] = replace(self._points[-1], kept=True)

    def keep_newest(self) -> None:
        """Removes all points but the newest."""
        del self._points[:-1]
        self._used = None
        self._thin()
        self.edition += 1

    def _append(self, point: TimelinePoint) -> None:
        if self._used is not None and point.snapshot.data is self._points[-1].snapshot.data:
            self._used += count_state_bytes(point.snapshot)
        else:
            self._used = None
        self._points.append(point)
        kept = [i for i, one in enumerate(self._points) if one.kept]
        for i in kept[1 : -MAX_KEPT + 1]:
            self._points[i] = replace(self._points[i], kept=False)
        self._thin()
        self.edition += 1

    def _thin(self) -> None:
        used = self._count_bytes() if self._used is None else self._used
        while len(self._points) > MAX_POINTS or (
            len(self._points) > 2 and not self._memory.allows(self, used)
        ):
            inner = range(1, len(self._points) - 1)
            free = [i for i in inner if not self._points[i].kept][::2]
            gone = set(free or [1])
            self._points = [point for i, point in enumerate(self._points) if i not in gone]
            span = self._points[-1].trained - self._points[0].trained
            self._gap = max(self._gap, span // len(self._points))
            used = self._count_bytes()
        self._used = used
        self._memory.hold(self, used)

    def _count_bytes(self) -> int:
        return count_bytes([point.snapshot for point in self._points])


class TimelineNotifications:
    """Rate-limited subscription of a client to `timeline` messages; under the session's lock."""

    def __init__(self) -> None:
        self._subscribed = False
        self._sent = -1
        self._next_at = 0.0

    def subscribe(self, on: bool) -> None:
        """Subscribes or unsubscribes the client."""
        self._subscribed, self._sent, self._next_at = on, -1, 0.0

    def find_due(self, edition: int) -> float | None:
        """Returns when the next message may be sent; None if there is nothing new."""
        return self._next_at if self._subscribed and edition != self._sent else None

    def mark_sent(self, edition: int, now: float) -> None:
        """Notes that an edition was sent."""
        self._sent, self._next_at = edition, now + _PERIOD_SECONDS
