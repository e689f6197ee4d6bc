"""One turn of a session: run jobs and commands, train a little, make a frame.

A turn ends soon after `TURN_SECONDS`. Changes and frames are made in slices; what is left of one
goes on in the session's next turn.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Hashable

from app.history.timeline import TimelinePoint
from app.protocol.frame_encoding import encode_frame
from app.sessions.client.announcements import describe_stop
from app.sessions.commands import apply_command, apply_pending
from app.sessions.frame_turns import TurnPlan
from app.sessions.navigation import restore_best
from app.sessions.run_end import find_end, find_last_epoch
from app.sessions.worker_state import WorkerState
from engine import DivergedError, Frame, Slices

logger = logging.getLogger(__name__)

#: A turn takes about so long at most, so that every session gets its own soon.
TURN_SECONDS = 0.05
#: How soon it is looked again whether the programs are there that a frame needs.
PAUSE_SECONDS = 0.05


def take_turn(worker: WorkerState) -> None:
    """Runs jobs, then queued commands in order, then makes one frame at most."""
    until = time.monotonic() + TURN_SECONDS
    if worker.work is not None:
        _continue_work(worker, until)
    else:
        worker.turn_kind = "changes", worker.widths
        if not _run_commands(worker, until):
            _begin_frame(worker, until)
    worker.send_timeline(time.monotonic())


def _run_commands(worker: WorkerState, until: float) -> bool:
    """Runs jobs and commands; whether they took so long that the frame is left to the next turn."""
    if worker.frame_first:
        worker.frame_first = False
        return False
    worker.jobs.run(until)
    if worker.pending_edits:
        worker.work = apply_pending(worker)
        _continue_work(worker, until)
    while worker.work is None and (now := time.monotonic()) < until:
        command = worker.next_command(now)
        if command is None:
            return False
        worker.work = apply_command(worker, command)
        _continue_work(worker, until)
    worker.frame_first = True
    return True


def _begin_frame(worker: WorkerState, until: float) -> None:
    """Begins a frame if one is due and its programs are compiled, and makes what time allows."""
    now = time.monotonic()
    wanted = worker.frames.find_request(now)
    if wanted is None:
        return
    recalled, request = wanted
    trainer = worker.trainer
    if not trainer.is_ready(request, recalled.snapshot if recalled is not None else None):
        worker.frames.postpone(now + PAUSE_SECONDS)
        return
    swept = worker.sweep.active and recalled is None
    if swept:
        worker.turn_kind = None
        if not worker.sweep.advance(until):
            worker.frames.postpone(worker.sweep.find_next(now))
            return
    turn = worker.frames.start(time.monotonic(), swept=swept)
    if turn is None:
        return
    kind = None if swept else _name_kind(worker, turn)
    worker.work = _attempt_frame(worker, turn)
    _continue_work(worker, until)
    worker.turn_kind = kind if worker.work is None else None


def _continue_work(worker: WorkerState, until: float) -> None:
    """Continues a change or a frame until the turn's time is up."""
    begun = time.monotonic()
    for _ in worker.work or ():
        now = time.monotonic()
        if now + (now - begun) > until:
            return
        begun = now
    worker.work = None


def _name_kind(worker: WorkerState, turn: TurnPlan) -> Hashable:
    """Returns what the length of a turn depends on that trains and shows a network."""
    trainer, request = worker.trainer, turn.request
    work = worker.widths, trainer.batches_per_epoch, turn.epochs, turn.batches
    return *work, turn.running, request.views, request.tile, request.points, turn.recalled is None


def _attempt_frame(worker: WorkerState, turn: TurnPlan) -> Slices[None]:
    try:
        yield from _make_frame(worker, turn)
    except Exception:
        logger.exception("session %s: a frame failed", worker.label)
        worker.frames.fail(turn)
        worker.put_error("engine_error", "the engine failed; training is paused")


def _make_frame(worker: WorkerState, turn: TurnPlan) -> Slices[None]:
    trainer = worker.trainer
    if turn.recalled is not None:
        yield from _show_recalled(worker, turn, turn.recalled)
        return
    if turn.swept:
        yield from _show_sweep(worker, turn)
        return
    if turn.compile_exact and trainer.prefer_exact(turn.request.tile):
        worker.frames.stop_debounce()
    running, rest = turn.running, 0
    before = trainer.step
    steps = turn.batches + turn.epochs * trainer.batches_per_epoch
    last = find_last_epoch(turn.until)
    if last is not None:
        steps = min(steps, trainer.updates_until(last))
    try:
        frame = yield from trainer.begin_turn(
            0, steps, turn.request, TURN_SECONDS, turn.frame_seconds if running else None
        )
        if stop := trainer.early_stop:
            worker.put_stopped(stop.step, "early_stopping", **describe_stop(stop))
            running = False
        elif not running:
            rest = steps - (trainer.step - before)
        elif reason := find_end(turn.until, trainer):
            worker.put_stopped(trainer.step, reason)
            running = False
    except DivergedError as error:
        worker.put_diverged(error.step)
        running = False
        frame = yield from trainer.begin_turn(request=turn.request)
        worker.timeline.add(trainer.shown_snapshot(), worker.spec_id, "diverged")
    frame = worker.goals.show(trainer, worker.races.show(turn.request, frame))
    worker.frames.counts.steps += max(0, trainer.step - before)
    worker.timeline.record_frame(trainer, worker.spec_id, running=running)
    metadata = {
        **frame.metadata,
        "spec_id": str(worker.spec_id),
        "running": "true" if running else "false",
    }
    worker.frames.finish(turn, _encode(worker, turn, frame, metadata), rest)
    if trainer.early_stop and trainer.spec.early_stopping.restore_best_weights:
        restore_best(worker)


def _show_sweep(worker: WorkerState, turn: TurnPlan) -> Slices[None]:
    frame = yield from worker.trainer.begin_turn(request=turn.request)
    frame = worker.goals.show(worker.trainer, worker.races.show(turn.request, frame))
    frame = yield from worker.sweep.show(turn.request, frame)
    metadata = {
        **frame.metadata,
        "spec_id": str(worker.spec_id),
        "running": "true" if worker.running else "false",
    }
    worker.frames.finish(turn, _encode(worker, turn, frame, metadata), 0)
    worker.sweep.mark_shown()


def _show_recalled(worker: WorkerState, turn: TurnPlan, point: TimelinePoint) -> Slices[None]:
    frame = yield from worker.trainer.begin_show(point.snapshot, turn.request)
    metadata = {
        **frame.metadata,
        "spec_id": str(point.spec_id),
        "running": "false",
        "recalled": str(point.id),
    }
    worker.frames.finish(turn, _encode(worker, turn, frame, metadata), 0)


def _encode(worker: WorkerState, turn: TurnPlan, frame: Frame, metadata: dict[str, str]) -> bytes:
    """Encodes a frame without arrays that the client has; `unchanged` lists them.

    Who watches is shown all of them, in the very same bytes where none is left out.
    """
    arrays = dict(frame.arrays)
    unchanged = worker.frames.drop_unchanged(turn, arrays)
    told = {**metadata, "unchanged": json.dumps(unchanged)} if unchanged else metadata
    blob = encode_frame(arrays, told)
    if worker.frames.watched:
        shown = encode_frame(frame.arrays, metadata) if unchanged else blob
        worker.frames.show(shown, whole=turn.request.points)
    return blob
