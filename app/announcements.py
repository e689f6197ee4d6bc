"""What a session tells its client about the run, as messages of the stream."""

from __future__ import annotations

from typing import Any

from app.history import History
from app.timeline import Point
from engine import Spec, dump_spec

Message = dict[str, Any]


def tell_opened(
    token: str, spec_id: int, spec: Spec, history: History, *, running: bool, resumed: bool
) -> Message:
    """Which session a client has now, and what it trains."""
    return {
        "type": "opened",
        "session": token,
        "id": spec_id,
        "spec": dump_spec(spec),
        "running": running,
        "resumed": resumed,
        **_tell_history(history),
    }


def tell_spec(spec_id: int, former: Spec, spec: Spec, step: int, history: History) -> Message:
    """What is trained from now on; points that are the same are left out."""
    return {
        "type": "spec",
        "id": spec_id,
        "spec": _dump(former, spec),
        "step": step,
        **_tell_history(history),
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


def _tell_history(history: History) -> Message:
    return {"undo": history.can_undo, "redo": history.can_redo}
