"""One turn of a session: run jobs and commands, train a little, make a frame.

A turn ends soon after `TURN_SECONDS`. Changes and frames are made in slices; what is left of one
goes on in the session's next turn.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Hashable

from app.history.spec_diff import find_changed_path
from app.history.timeline import TimelinePoint
from app.history.undo import Change
from app.protocol.frame_encoding import encode_frame
from app.protocol.messages import (
    Branch,
    Command,
    Edit,
    Loading,
    MessageError,
    Pause,
    Recall,
    Redo,
    Reset,
    Run,
    SetWeight,
    Speed,
    Step,
    Try,
    Undo,
    Until,
    Views,
    WatchTimeline,
)
from app.sessions.navigation import discard_pending, navigate, record_change
from app.sessions.worker_state import TurnPlan, WorkerState
from engine import DivergedError, EngineError, Frame, Slices, Trainer

logger = logging.getLogger(__name__)

#: A turn takes about so long at most, so that every session gets its own soon.
TURN_SECONDS = 0.05
#: How soon it is looked again whether the programs are there that a frame needs.
PAUSE_SECONDS = 0.05

#: What the engine calls an error where the stream has another word for it.
_CODES = {"invalid_data": "invalid_spec"}


def take_turn(worker: WorkerState) -> None:
    """Runs jobs, then queued commands in order, then makes one frame at most."""
    until = time.monotonic() + TURN_SECONDS
    if worker.work is not None:
        _continue_work(worker, until)
    elif not _run_commands(worker, until):
        _begin_frame(worker)
        _continue_work(worker, until)
    worker.send_timeline(time.monotonic())


def _run_commands(worker: WorkerState, until: float) -> bool:
    """Runs jobs and commands; whether they took so long that the frame is left to the next turn."""
    if worker.frame_first:
        worker.frame_first = False
        return False
    worker.jobs.run(until)
    if worker.pending_edits:
        worker.work = _attempt(worker, "edit", _apply_pending(worker))
        _continue_work(worker, until)
    while worker.work is None and (now := time.monotonic()) < until:
        command = worker.next_command(now)
        if command is None:
            return False
        worker.work = _attempt(worker, command.type, _apply(worker, command))
        _continue_work(worker, until)
    worker.frame_first = True
    return True


def _begin_frame(worker: WorkerState) -> None:
    """Begins a frame if one is due and its programs are compiled."""
    now = time.monotonic()
    wanted = worker.next_request(now)
    if wanted is None:
        return
    recalled, request = wanted
    trainer = worker.trainer
    if not trainer.is_ready(request, recalled.snapshot if recalled is not None else None):
        worker.postpone_frame(now + PAUSE_SECONDS)
        return
    turn = worker.start_turn(now)
    if turn is not None:
        worker.work = _attempt_frame(worker, turn)


def _continue_work(worker: WorkerState, until: float) -> None:
    """Continues a change or a frame until the turn's time is up."""
    begun = time.monotonic()
    for _ in worker.work or ():
        now = time.monotonic()
        if now + (now - begun) > until:
            return
        begun = now
    worker.work = None


def _attempt_frame(worker: WorkerState, turn: TurnPlan) -> Slices[None]:
    try:
        yield from _make_frame(worker, turn)
    except Exception:
        logger.exception("session %s: a frame failed", worker.label)
        worker.fail_turn(turn)
        worker.put_error("engine_error", "the engine failed; training is paused")


def _attempt(worker: WorkerState, name: str, change: Slices[None]) -> Slices[None]:
    """Runs a command; an error is reported to the client, and nothing has changed."""
    try:
        yield from change
    except EngineError as error:
        _put_error(worker, error)
    except MessageError as error:
        worker.put_error(error.code, error.message, error.path)
    except RecursionError:
        worker.put_error("invalid_message", "nested too deeply")
    except Exception:
        logger.exception("session %s: %s failed", worker.label, name)
        worker.put_error("engine_error", f"{name} failed, nothing changed")


def _put_error(worker: WorkerState, error: EngineError) -> None:
    worker.put_error(_CODES.get(error.code, error.code), error.message, error.path)


def _apply(worker: WorkerState, command: Command) -> Slices[None]:
    match command:
        case Edit():
            yield from _edit_or_defer(worker, command)
        case Reset() if worker.pending_edits:
            _defer(worker, command)
        case Reset() | SetWeight() | Loading():
            yield from _apply_change(worker, command)
        case Undo() | Redo() | Branch() | Recall():
            navigate(worker, command)
        case Run():
            worker.set_running(True, command.until)
        case Pause():
            worker.set_running(False)
        case Step():
            if worker.running:
                worker.put_error("not_paused", "pause before making single steps")
            else:
                worker.add_step(command)
        case WatchTimeline() | Try() | Speed() | Views():
            _take_request(worker, command)


def _take_request(worker: WorkerState, command: WatchTimeline | Try | Speed | Views) -> None:
    """Runs a command that leaves the run itself unchanged."""
    match command:
        case WatchTimeline():
            worker.subscribe_timeline(command.on)
        case Try():
            worker.try_out(command)
        case Speed():
            worker.set_speed(command.epochs_per_frame)
        case Views():
            worker.set_views(command)


def _edit_or_defer(worker: WorkerState, edit: Edit) -> Slices[None]:
    """Applies an edit, or defers it until its programs are compiled in the background."""
    pending = worker.pending_edits
    if not worker.trainer.must_wait([*pending.patches, edit.patch]):
        for one in (*worker.take_pending(), edit):
            yield from _apply_change(worker, one)
        return
    if not pending:
        worker.put_waiting()
    _defer(worker, edit)


def _defer(worker: WorkerState, command: Edit | Reset) -> None:
    if not worker.defer(command):
        worker.put_error("rate_limited", "too many edits wait for the network to be ready")


def _apply_pending(worker: WorkerState) -> Slices[None]:
    """Applies pending edits once their programs and images are there."""
    pending = worker.pending_edits
    try:
        if worker.trainer.must_wait(pending.patches):
            pending.postpone()
            return
    except EngineError as error:
        # First why, so that nobody takes the specs that follow for what was asked for.
        _put_error(worker, error)
        discard_pending(worker)
        return
    for edit in worker.take_pending():
        yield from _attempt(worker, "edit", _apply_change(worker, edit))


def _apply_change(worker: WorkerState, command: Edit | Reset | SetWeight | Loading) -> Slices[None]:
    trainer = worker.trainer
    before = trainer.shown_snapshot()
    path = yield from _change(worker, command)
    same, joined = isinstance(command, Edit) and command.origin is None, False
    if not (same and trainer.spec == before.spec):
        group = command.group if isinstance(command, Edit) else None
        change = Change(path, time.monotonic(), group)
        joined = record_change(worker, before, change, command.type)
    worker.put_spec(trainer.spec, joined=joined)


def _change(
    worker: WorkerState, command: Edit | Reset | SetWeight | Loading
) -> Slices[Hashable | None]:
    """Applies a change; returns the path of the value that it changed, if it is a single one."""
    trainer = worker.trainer
    match command:
        case Edit():
            old = trainer.spec
            return find_changed_path(
                old, (yield from trainer.begin_edit(command.patch, command.origin))
            )
        case SetWeight():
            trainer.set_weight(command.layer, command.from_, command.to, command.value)
            return ("weight", command.layer, command.from_, command.to)
        case Loading():
            spec, payload = command.read()
            discard_pending(worker)
            yield from trainer.begin_replace(spec, payload)
            worker.drop_steps()
            return None
        case Reset():
            yield from trainer.begin_reset()
            worker.drop_steps()
            return None


def _find_end(until: Until | None, trainer: Trainer) -> str | None:
    """Returns which stop condition is met, `epoch` or `loss`; None for neither."""
    if until is None:
        return None
    if until.epoch is not None and trainer.epoch >= until.epoch:
        return "epoch"
    reached = until.loss is not None and trainer.measured["train_loss"] <= until.loss
    return "loss" if reached else None


def _make_frame(worker: WorkerState, turn: TurnPlan) -> Slices[None]:
    trainer = worker.trainer
    if turn.recalled is not None:
        yield from _show_recalled(worker, turn, turn.recalled)
        return
    if turn.compile_exact and trainer.prefer_exact(turn.request.tile):
        worker.stop_debounce()
    running, rest = turn.running, 0
    before = trainer.step
    steps = turn.batches + turn.epochs * trainer.batches_per_epoch
    if turn.until is not None and turn.until.epoch is not None:
        steps = min(steps, trainer.updates_until(turn.until.epoch))
    try:
        frame = yield from trainer.begin_turn(0, steps, turn.request, max_seconds=TURN_SECONDS)
        if not running:
            rest = steps - (trainer.step - before)
        elif reason := _find_end(turn.until, trainer):
            worker.put_stopped(trainer.step, reason)
            running = False
    except DivergedError as error:
        worker.put_diverged(error.step)
        running = False
        frame = yield from trainer.begin_turn(request=turn.request)
        worker.timeline.add(trainer.shown_snapshot(), worker.spec_id, "diverged")
    worker.timeline.record_frame(trainer, worker.spec_id, running=running)
    metadata = {
        **frame.metadata,
        "spec_id": str(worker.spec_id),
        "running": "true" if running else "false",
    }
    worker.finish_turn(turn, _encode(worker, turn, frame, metadata), rest)


def _show_recalled(worker: WorkerState, turn: TurnPlan, point: TimelinePoint) -> Slices[None]:
    frame = yield from worker.trainer.begin_show(point.snapshot, turn.request)
    metadata = {
        **frame.metadata,
        "spec_id": str(point.spec_id),
        "running": "false",
        "recalled": str(point.id),
    }
    worker.finish_turn(turn, _encode(worker, turn, frame, metadata), 0)


def _encode(worker: WorkerState, turn: TurnPlan, frame: Frame, metadata: dict[str, str]) -> bytes:
    """Encodes a frame without arrays that the client has; `unchanged` lists them."""
    arrays = dict(frame.arrays)
    unchanged = worker.drop_unchanged(turn, arrays)
    if unchanged:
        metadata["unchanged"] = json.dumps(unchanged)
    return encode_frame(arrays, metadata)
