"""Undo, redo, recall and branch for a session."""

from __future__ import annotations

import time

from app.history.timeline import TimelinePoint, describe_unknown_point
from app.history.undo import Change, UndoStep
from app.protocol.ablation import read_ablation
from app.protocol.messages import Ablate, Branch, Recall, Redo, Undo
from app.sessions.worker_state import WorkerState
from engine import AblationRequest, MemoryLimitError, Snapshot


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
    joined = worker.undo_history.record(UndoStep(before, worker.ablation), change)
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
    undone, now = isinstance(command, Undo), UndoStep(before, worker.ablation)
    step = history.undo(now) if undone else history.redo(now)
    if step is None:
        name = command.type
        worker.put_error(f"nothing_to_{name}", f"there is nothing to {name}")
        return
    if step.snapshot is None:
        _show_ablation(worker, before, step.ablation)
        worker.put_ablation(step.ablation, command.type)
        return
    try:
        worker.trainer.restore(step.snapshot)
    except MemoryLimitError:
        # The other way, so that it can be tried again.
        _ = history.redo(step) if undone else history.undo(step)
        raise
    worker.drop_steps()
    _record_point(worker, before, command.type)
    worker.put_spec(step.snapshot.spec, ablation=step.ablation)


def ablate(worker: WorkerState, command: Ablate) -> None:
    """Switches units and links off, as one step of undo that leaves the run alone."""
    former, ablation = worker.ablation, read_ablation(command)
    joined = False
    if ablation != former:
        change = Change(None, time.monotonic(), command.group)
        joined = worker.undo_history.record(UndoStep(None, former), change)
        _show_ablation(worker, worker.trainer.shown_snapshot(), ablation)
    worker.put_ablation(ablation, command.type, joined=joined)


def _show_ablation(worker: WorkerState, now: Snapshot, ablation: AblationRequest) -> None:
    """Adds a point to the time line at which `ablation` takes the place of what was off."""
    before, after = (UndoStep(None, one).n_parts for one in (worker.ablation, ablation))
    worker.timeline.record_ablation(now, worker.spec_id, before, after)


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
