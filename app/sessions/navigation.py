"""Undo, redo, recall and branch for a session."""

from __future__ import annotations

import time

from app.history.timeline import TimelinePoint, describe_unknown_point
from app.history.undo import Change
from app.protocol.messages import Branch, Recall, Redo, Undo
from app.sessions.worker_state import WorkerState
from engine import MemoryLimitError, Snapshot


def record_change(worker: WorkerState, before: Snapshot, change: Change, kind: str) -> bool:
    """Adds a change to the undo history and to the time line.

    Args:
        worker: of what was changed; its spec gets the next id after this.
        before: the snapshot before it.
        change: what it changed.
        kind: of the message that asked for it.

    Returns:
        Whether it and the change before it are one step of undo.
    """
    joined = worker.undo_history.record(before, change)
    _record_point(worker, before, kind, joined=joined)
    return joined


def _record_point(
    worker: WorkerState, before: Snapshot, kind: str, *, joined: bool = False
) -> None:
    after, spec_id = worker.trainer.shown_snapshot(), worker.spec_id + 1
    worker.timeline.record_change(before, after, spec_id, kind, joined=joined)


def discard_pending(worker: WorkerState) -> int:
    """Discards pending edits, each answered by the present spec; returns their number."""
    left = len(worker.take_pending())
    for _ in range(left):
        worker.put_spec(worker.trainer.spec)
    return left


def restore_best(worker: WorkerState) -> None:
    """Restores the best weights after a run that ended early, as one step of undo."""
    before = worker.trainer.shown_snapshot()
    worker.trainer.restore_best()
    record_change(worker, before, Change(None, time.monotonic()), "early_stopping")
    worker.put_spec(worker.trainer.spec)


def navigate(worker: WorkerState, command: Undo | Redo | Branch | Recall) -> None:
    """Runs an undo, redo, branch or recall command."""
    match command:
        case Undo() | Redo():
            _go_back(worker, command)
        case Branch():
            _branch(worker, command.point)
        case Recall():
            _recall(worker, command.point)


def _go_back(worker: WorkerState, command: Undo | Redo) -> None:
    if discard_pending(worker) and isinstance(command, Undo):
        # What has not been applied yet is undone by leaving it.
        worker.put_spec(worker.trainer.spec)
        return
    history, before = worker.undo_history, worker.trainer.shown_snapshot()
    undone = isinstance(command, Undo)
    snapshot = history.undo(before) if undone else history.redo(before)
    if snapshot is None:
        name = command.type
        worker.put_error(f"nothing_to_{name}", f"there is nothing to {name}")
        return
    try:
        worker.trainer.restore(snapshot)
    except MemoryLimitError:
        # The other way, so that it can be tried again.
        _ = history.redo(snapshot) if undone else history.undo(snapshot)
        raise
    worker.drop_steps()
    _record_point(worker, before, command.type)
    worker.put_spec(snapshot.spec)


def _recall(worker: WorkerState, number: int | None) -> None:
    point = None if number is None else _find(worker, number)
    if number is None or point is not None:
        worker.recall(point)


def _branch(worker: WorkerState, number: int) -> None:
    point = _find(worker, number)
    if point is None:
        return
    discard_pending(worker)
    before = worker.trainer.shown_snapshot()
    worker.trainer.restore(point.snapshot)
    worker.drop_steps()
    record_change(worker, before, Change(None, time.monotonic()), "branch")
    worker.put_spec(point.snapshot.spec)


def _find(worker: WorkerState, number: int) -> TimelinePoint | None:
    point = worker.timeline.find(number)
    if point is None:
        worker.put_error("unknown_point", describe_unknown_point(number), "point")
    return point
