"""A session goes elsewhere in its past: undone, done again, recalled, or branched."""

from __future__ import annotations

import time

from app.history.timeline import Point, tell_unknown
from app.history.undo import Change
from app.protocol.messages import Branch, Recall, Redo, Undo
from app.sessions.worker_state import WorkerState
from engine import RoomError, Snapshot


def note_change(worker: WorkerState, before: Snapshot, change: Change, kind: str) -> bool:
    """Notes a change that was made, in what can be undone and in the time line.

    Args:
        worker: of what was changed; its spec gets the next id after this.
        before: the moment before it.
        change: what it changed.
        kind: of the message that asked for it.

    Returns:
        Whether it and the change before it are one step of undo.
    """
    joined = worker.history.note(before, change)
    _note_point(worker, before, kind, joined=joined)
    return joined


def _note_point(worker: WorkerState, before: Snapshot, kind: str, *, joined: bool = False) -> None:
    after, spec_id = worker.trainer.shown_snapshot(), worker.spec_id + 1
    worker.timeline.note(before, after, spec_id, kind, joined=joined)


def leave_held(worker: WorkerState) -> int:
    """Leaves what waits; each is answered by the spec as it is. Returns how many they were."""
    left = len(worker.take_held())
    for _ in range(left):
        worker.put_spec(worker.trainer.spec)
    return left


def travel(worker: WorkerState, command: Undo | Redo | Branch | Recall) -> None:
    """Takes a worker, or only what is seen of it, to another moment."""
    match command:
        case Undo() | Redo():
            _go_back(worker, command)
        case Branch():
            _branch(worker, command.point)
        case Recall():
            _recall(worker, command.point)


def _go_back(worker: WorkerState, command: Undo | Redo) -> None:
    if leave_held(worker) and isinstance(command, Undo):
        # What has not been applied yet is undone by leaving it.
        worker.put_spec(worker.trainer.spec)
        return
    history, before = worker.history, worker.trainer.shown_snapshot()
    undone = isinstance(command, Undo)
    moment = history.undo(before) if undone else history.redo(before)
    if moment is None:
        name = command.type
        worker.put_error(f"nothing_to_{name}", f"there is nothing to {name}")
        return
    try:
        worker.trainer.restore(moment)
    except RoomError:
        # The other way, so that it can be tried again.
        _ = history.redo(moment) if undone else history.undo(moment)
        raise
    worker.drop_steps()
    _note_point(worker, before, command.type)
    worker.put_spec(moment.spec)


def _recall(worker: WorkerState, number: int | None) -> None:
    point = None if number is None else _find(worker, number)
    if number is None or point is not None:
        worker.recall(point)


def _branch(worker: WorkerState, number: int) -> None:
    point = _find(worker, number)
    if point is None:
        return
    leave_held(worker)
    before = worker.trainer.shown_snapshot()
    worker.trainer.restore(point.moment)
    worker.drop_steps()
    note_change(worker, before, Change(None, time.monotonic()), "branch")
    worker.put_spec(point.moment.spec)


def _find(worker: WorkerState, number: int) -> Point | None:
    point = worker.timeline.find(number)
    if point is None:
        worker.put_error("unknown_point", tell_unknown(number), "point")
    return point
