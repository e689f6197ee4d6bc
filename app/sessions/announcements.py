"""What a session tells its client about the run, as messages of the stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.history.timeline import Point
from engine import Spec, dump_spec

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """Whether there is something to undo and to redo."""

    undo: bool = False
    redo: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """What the edits that wait lead to.

    Attributes:
        spec: the spec once they are applied.
        edits: how many wait; each will be answered.
    """

    spec: Spec
    edits: int


def tell_opened(
    token: str,
    spec_id: int,
    spec: Spec,
    changes: Changes,
    coming: Coming | None,
    *,
    running: bool,
    resumed: bool,
) -> Message:
    """Which session a client has now, what it trains, and what it is to train next."""
    waiting = coming and {"spec": _dump(spec, coming.spec), "edits": coming.edits}
    return {
        "type": "opened",
        "session": token,
        "id": spec_id,
        "spec": dump_spec(spec),
        "running": running,
        "resumed": resumed,
        **({"waiting": waiting} if waiting else {}),
        **_tell_changes(changes),
    }


def tell_spec(spec_id: int, former: Spec, spec: Spec, step: int, changes: Changes) -> Message:
    """What is trained from now on; points that are the same are left out."""
    return {
        "type": "spec",
        "id": spec_id,
        "spec": _dump(former, spec),
        "step": step,
        **_tell_changes(changes),
    }


def tell_recalled(point: Point, present: Spec) -> Message:
    """Which moment of the time line is shown from now on."""
    return {
        "type": "recalled",
        "point": point.id,
        "id": point.spec_id,
        "spec": _dump(present, point.moment.spec),
        "step": point.moment.step,
    }


def _dump(known: Spec, spec: Spec) -> Message:
    return dump_spec(spec, points=known.data.points != spec.data.points)


def _tell_changes(changes: Changes) -> Message:
    return {"undo": changes.undo, "redo": changes.redo}
