"""One turn of a session: apply what the client asked for, train a little, make a frame.

A turn ends soon after `TURN_SECONDS`. Changes and frames are made in slices; what is left of one
goes on in the session's next turn.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Hashable

from app.history.spec_diff import find_place
from app.history.timeline import Point
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
    Timeline,
    Try,
    Undo,
    Until,
    Views,
)
from app.sessions.navigation import leave_held, note_change, travel
from app.sessions.worker_state import Turn, WorkerState
from engine import DivergedError, EngineError, Frame, Slices, Trainer

logger = logging.getLogger(__name__)

#: A turn takes about so long at most, so that every session gets its own soon.
TURN_SECONDS = 0.05
#: How soon it is looked again whether the programs are there that a frame needs.
PAUSE_SECONDS = 0.05

#: What the engine calls an error where the stream has another word for it.
_CODES = {"invalid_data": "invalid_spec"}


def take_turn(worker: WorkerState) -> None:
    """Does what requests wait for, applies the queued commands in order, makes a frame at most."""
    until = time.monotonic() + TURN_SECONDS
    if worker.work is not None:
        _go_on(worker, until)
    elif not _is_late(worker, until):
        _begin_frame(worker)
        _go_on(worker, until)
    worker.tell_timeline(time.monotonic())


def _is_late(worker: WorkerState, until: float) -> bool:
    """Does jobs and commands; whether they took so long that a frame is for the next turn."""
    if worker.frame_first:
        worker.frame_first = False
        return False
    worker.jobs.run(until)
    if worker.held:
        worker.work = _attempt(worker, "edit", _apply_held(worker))
        _go_on(worker, until)
    while worker.work is None and (now := time.monotonic()) < until:
        command = worker.next_command(now)
        if command is None:
            return False
        worker.work = _attempt(worker, command.type, _apply(worker, command))
        _go_on(worker, until)
    worker.frame_first = True
    return True


def _begin_frame(worker: WorkerState) -> None:
    """Begins a frame if one is due and what it runs on is there."""
    now = time.monotonic()
    wanted = worker.next_request(now)
    if wanted is None:
        return
    recalled, request = wanted
    trainer = worker.trainer
    if not trainer.is_ready(request, recalled.moment if recalled is not None else None):
        worker.put_off_frame(now + PAUSE_SECONDS)
        return
    turn = worker.start_turn(now)
    if turn is not None:
        worker.work = _attempt_frame(worker, turn)


def _go_on(worker: WorkerState, until: float) -> None:
    """Goes on with a change or a frame as far as there is time."""
    begun = time.monotonic()
    for _ in worker.work or ():
        now = time.monotonic()
        if now + (now - begun) > until:
            return
        begun = now
    worker.work = None


def _attempt_frame(worker: WorkerState, turn: Turn) -> Slices[None]:
    try:
        yield from _make_frame(worker, turn)
    except Exception:
        logger.exception("session %s: a frame failed", worker.label)
        worker.fail_turn(turn)
        worker.put_error("engine_error", "the engine failed; training is paused")


def _attempt(worker: WorkerState, name: str, change: Slices[None]) -> Slices[None]:
    """Does what a client asked for; whatever goes wrong is told, and nothing has changed."""
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
            yield from _edit_or_hold(worker, command)
        case Reset() if worker.held:
            _hold(worker, command)
        case Reset() | SetWeight() | Loading():
            yield from _apply_change(worker, command)
        case Undo() | Redo() | Branch() | Recall():
            travel(worker, command)
        case Run():
            worker.set_running(True, command.until)
        case Pause():
            worker.set_running(False)
        case Step():
            if worker.running:
                worker.put_error("not_paused", "pause before making single steps")
            else:
                worker.add_step(command)
        case Timeline() | Try() | Speed() | Views():
            _take_request(worker, command)


def _take_request(worker: WorkerState, command: Timeline | Try | Speed | Views) -> None:
    """Does what leaves the run itself as it is."""
    match command:
        case Timeline():
            worker.ask_timeline(command.on)
        case Try():
            worker.try_out(command)
        case Speed():
            worker.set_speed(command.epochs_per_frame)
        case Views():
            worker.set_views(command)


def _edit_or_hold(worker: WorkerState, edit: Edit) -> Slices[None]:
    """Applies an edit, or has it wait while what it needs is made in the background."""
    held = worker.held
    if not worker.trainer.awaits([*held.patches, edit.patch]):
        for one in (*worker.take_held(), edit):
            yield from _apply_change(worker, one)
        return
    if not held:
        worker.put_waiting()
    _hold(worker, edit)


def _hold(worker: WorkerState, command: Edit | Reset) -> None:
    if not worker.hold(command):
        worker.put_error("rate_limited", "too many edits wait for the network to be ready")


def _apply_held(worker: WorkerState) -> Slices[None]:
    """Applies the edits that waited, once what they need is there."""
    held = worker.held
    try:
        if worker.trainer.awaits(held.patches):
            held.pause()
            return
    except EngineError as error:
        # First why, so that nobody takes the specs that follow for what was asked for.
        _put_error(worker, error)
        leave_held(worker)
        return
    for edit in worker.take_held():
        yield from _attempt(worker, "edit", _apply_change(worker, edit))


def _apply_change(worker: WorkerState, command: Edit | Reset | SetWeight | Loading) -> Slices[None]:
    trainer = worker.trainer
    before = trainer.shown_snapshot()
    place = yield from _change(worker, command)
    same, joined = isinstance(command, Edit) and command.origin is None, False
    if not (same and trainer.spec == before.spec):
        group = command.group if isinstance(command, Edit) else None
        change = Change(place, time.monotonic(), group)
        joined = note_change(worker, before, change, command.type)
    worker.put_spec(trainer.spec, joined=joined)


def _change(
    worker: WorkerState, command: Edit | Reset | SetWeight | Loading
) -> Slices[Hashable | None]:
    """Changes what is trained and returns the one value that was changed, if it was one."""
    trainer = worker.trainer
    match command:
        case Edit():
            old = trainer.spec
            return find_place(old, (yield from trainer.begin_edit(command.patch, command.origin)))
        case SetWeight():
            trainer.set_weight(command.layer, command.from_, command.to, command.value)
            return ("weight", command.layer, command.from_, command.to)
        case Loading():
            spec, packet = command.read()
            leave_held(worker)
            yield from trainer.begin_anew(spec, packet)
            worker.drop_steps()
            return None
        case Reset():
            yield from trainer.begin_reset()
            worker.drop_steps()
            return None


def _find_end(until: Until | None, trainer: Trainer) -> str | None:
    """Returns which end of a run is reached, `epoch` or `loss`; None while it goes on."""
    if until is None:
        return None
    if until.epoch is not None and trainer.epoch >= until.epoch:
        return "epoch"
    reached = until.loss is not None and trainer.measured["train_loss"] <= until.loss
    return "loss" if reached else None


def _make_frame(worker: WorkerState, turn: Turn) -> Slices[None]:
    trainer = worker.trainer
    if turn.recalled is not None:
        yield from _show_recalled(worker, turn, turn.recalled)
        return
    if turn.tight and trainer.prefer_exact(turn.request.tile):
        worker.keep_calm()
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
    worker.timeline.follow(trainer, worker.spec_id, running=running)
    metadata = {
        **frame.metadata,
        "spec_id": str(worker.spec_id),
        "running": "true" if running else "false",
    }
    worker.finish_turn(turn, _encode(worker, turn, frame, metadata), rest)


def _show_recalled(worker: WorkerState, turn: Turn, point: Point) -> Slices[None]:
    frame = yield from worker.trainer.begin_show(point.moment, turn.request)
    metadata = {
        **frame.metadata,
        "spec_id": str(point.spec_id),
        "running": "false",
        "recalled": str(point.id),
    }
    worker.finish_turn(turn, _encode(worker, turn, frame, metadata), 0)


def _encode(worker: WorkerState, turn: Turn, frame: Frame, metadata: dict[str, str]) -> bytes:
    """Encodes a frame without what its client has; `unchanged` says what that is."""
    arrays = dict(frame.arrays)
    unchanged = worker.leave_out(turn, arrays)
    if unchanged:
        metadata["unchanged"] = json.dumps(unchanged)
    return encode_frame(arrays, metadata)
