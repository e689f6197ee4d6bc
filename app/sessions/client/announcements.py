"""Messages of the stream that describe the run to its client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.history.timeline import TimelinePoint
from app.protocol.ablation import WHOLE, describe_ablation
from engine import AblationRequest, EarlyStop, Spec, dump_spec

ServerMessage = dict[str, Any]


@dataclass(frozen=True, slots=True)
class UndoStatus:
    """Whether undo and redo are possible."""

    undo: bool = False
    redo: bool = False


@dataclass(frozen=True, slots=True)
class PendingSpec:
    """The spec that pending edits lead to.

    Attributes:
        spec: the spec once they are applied.
        edits: how many wait; each will be answered.
    """

    spec: Spec
    edits: int


def make_opened_message(
    token: str,
    spec_id: int,
    spec: Spec,
    undo_status: UndoStatus,
    pending: PendingSpec | None,
    *,
    running: bool,
    resumed: bool,
    ablation: AblationRequest = WHOLE,
) -> ServerMessage:
    """Returns an `opened` message."""
    waiting = pending and {"spec": _dump(spec, pending.spec), "edits": pending.edits}
    return {
        "type": "opened",
        "session": token,
        "id": spec_id,
        "spec": dump_spec(spec),
        "running": running,
        "resumed": resumed,
        **({"waiting": waiting} if waiting else {}),
        **({} if ablation == WHOLE else {"ablation": describe_ablation(ablation)}),
        **_undo_fields(undo_status),
    }


def make_spec_message(
    spec_id: int, former: Spec, spec: Spec, step: int, undo_status: UndoStatus
) -> ServerMessage:
    """Returns a `spec` message; points that have not changed are left out."""
    return {
        "type": "spec",
        "id": spec_id,
        "spec": _dump(former, spec),
        "step": step,
        **_undo_fields(undo_status),
    }


def make_ablation_message(
    ablation: AblationRequest, by: str, undo_status: UndoStatus, *, joined: bool = False
) -> ServerMessage:
    """Returns an `ablation` message."""
    told = {"type": "ablation", "by": by, **describe_ablation(ablation)}
    return {**told, **_undo_fields(undo_status), **({"joined": True} if joined else {})}


def make_recalled_message(point: TimelinePoint, present: Spec) -> ServerMessage:
    """Returns a `recalled` message."""
    return {
        "type": "recalled",
        "point": point.id,
        "id": point.spec_id,
        "spec": _dump(present, point.snapshot.spec),
        "step": point.snapshot.step,
    }


def describe_stop(stop: EarlyStop) -> ServerMessage:
    """Returns what a `stopped` message says of a run that ended early."""
    return {
        "epoch": stop.epoch,
        "best_step": stop.best_step,
        "best_epoch": stop.best_epoch,
        "best_loss": stop.best_loss,
    }


def _dump(known: Spec, spec: Spec) -> ServerMessage:
    return dump_spec(spec, points=known.data.points != spec.data.points)


def _undo_fields(undo_status: UndoStatus) -> ServerMessage:
    return {"undo": undo_status.undo, "redo": undo_status.redo}
