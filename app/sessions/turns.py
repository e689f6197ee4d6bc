"""One turn of a session: apply what the client asked for, train a little, make a frame.

A turn ends soon after `TURN_SECONDS`; what is left goes on in the session's next turn.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Hashable
from functools import partial

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
from app.sessions.session import Session, Turn
from engine import DivergedError, EngineError, Frame, Slices, Trainer

logger = logging.getLogger(__name__)

#: A turn takes about so long at most, so that every session gets its own soon.
TURN_SECONDS = 0.05
#: How soon it is looked again whether the programs are there that a frame needs.
PAUSE_SECONDS = 0.05

#: What the engine calls an error where the stream has another word for it.
_CODES = {"invalid_data": "invalid_spec"}


def take_turn(session: Session) -> None:
    """Does what requests wait for, applies the queued commands in order, makes a frame at most."""
    until = time.monotonic() + TURN_SECONDS
    if session.frame is None and not _is_late(session, until):
        _begin_frame(session)
    if session.frame is not None:
        _go_on(session, session.frame, until)
    session.tell_timeline(time.monotonic())


def _is_late(session: Session, until: float) -> bool:
    """Does jobs and commands; whether they took so long that a frame is for the next turn."""
    if session.frame_first:
        session.frame_first = False
        return False
    session.jobs.run(until)
    if session.held:
        _attempt(session, "edit", lambda: _apply_held(session))
    while (now := time.monotonic()) < until and (command := session.next_command(now)):
        _attempt(session, command.type, partial(_apply, session, command))
    session.frame_first = time.monotonic() >= until
    return session.frame_first


def _begin_frame(session: Session) -> None:
    """Begins a frame if one is due and what it runs on is there."""
    now = time.monotonic()
    wanted = session.next_request(now)
    if wanted is None:
        return
    recalled, request = wanted
    trainer = session.trainer
    if not trainer.is_ready(request, recalled.moment if recalled is not None else None):
        session.put_off_frame(now + PAUSE_SECONDS)
        return
    turn = session.start_turn(now)
    if turn is not None:
        session.frame = _attempt_frame(session, turn)


def _go_on(session: Session, frame: Slices[None], until: float) -> None:
    """Makes a frame as far as there is time."""
    begun = time.monotonic()
    for _ in frame:
        now = time.monotonic()
        if now + (now - begun) > until:
            return
        begun = now
    session.frame = None


def _attempt_frame(session: Session, turn: Turn) -> Slices[None]:
    try:
        yield from _make_frame(session, turn)
    except Exception:
        logger.exception("session %s: a frame failed", session.label)
        session.fail_turn(turn)
        session.put_error("engine_error", "the engine failed; training is paused")


def _attempt(session: Session, name: str, apply: Callable[[], None]) -> None:
    """Does what a client asked for; whatever goes wrong is told, and nothing has changed."""
    try:
        apply()
    except EngineError as error:
        _put_error(session, error)
    except MessageError as error:
        session.put_error(error.code, error.message, error.path)
    except RecursionError:
        session.put_error("invalid_message", "nested too deeply")
    except Exception:
        logger.exception("session %s: %s failed", session.label, name)
        session.put_error("engine_error", f"{name} failed, nothing changed")


def _put_error(session: Session, error: EngineError) -> None:
    session.put_error(_CODES.get(error.code, error.code), error.message, error.path)


def _apply(session: Session, command: Command) -> None:
    match command:
        case Edit():
            _edit_or_hold(session, command)
        case Reset() if session.held:
            _hold(session, command)
        case Reset() | SetWeight() | Loading():
            _apply_change(session, command)
        case Undo() | Redo() | Branch() | Recall():
            travel(session, command)
        case Run():
            session.set_running(True, command.until)
        case Pause():
            session.set_running(False)
        case Step():
            if session.running:
                session.put_error("not_paused", "pause before making single steps")
            else:
                session.add_step(command)
        case Timeline() | Try() | Speed() | Views():
            _take_request(session, command)


def _take_request(session: Session, command: Timeline | Try | Speed | Views) -> None:
    """Does what leaves the run itself as it is."""
    match command:
        case Timeline():
            session.ask_timeline(command.on)
        case Try():
            session.try_out(command)
        case Speed():
            session.set_speed(command.epochs_per_frame)
        case Views():
            session.set_views(command)


def _edit_or_hold(session: Session, edit: Edit) -> None:
    """Applies an edit, or has it wait while what it needs is made in the background."""
    held = session.held
    if not session.trainer.awaits([*held.patches, edit.patch]):
        for one in (*session.take_held(), edit):
            _apply_change(session, one)
        return
    if not held:
        session.put_waiting()
    _hold(session, edit)


def _hold(session: Session, command: Edit | Reset) -> None:
    if not session.hold(command):
        session.put_error("rate_limited", "too many edits wait for the network to be ready")


def _apply_held(session: Session) -> None:
    """Applies the edits that waited, once what they need is there."""
    held = session.held
    try:
        if session.trainer.awaits(held.patches):
            held.pause()
            return
    except EngineError as error:
        # First why, so that nobody takes the specs that follow for what was asked for.
        _put_error(session, error)
        leave_held(session)
        return
    for edit in session.take_held():
        _attempt(session, "edit", partial(_apply_change, session, edit))


def _apply_change(session: Session, command: Edit | Reset | SetWeight | Loading) -> None:
    trainer = session.trainer
    before = trainer.shown_snapshot()
    place = _change(session, command)
    same, joined = isinstance(command, Edit) and command.origin is None, False
    if not (same and trainer.spec == before.spec):
        group = command.group if isinstance(command, Edit) else None
        change = Change(place, time.monotonic(), group)
        joined = note_change(session, before, change, command.type)
    session.put_spec(trainer.spec, joined=joined)


def _change(session: Session, command: Edit | Reset | SetWeight | Loading) -> Hashable | None:
    """Changes what is trained and returns the one value that was changed, if it was one."""
    trainer = session.trainer
    match command:
        case Edit():
            old = trainer.spec
            return find_place(old, trainer.edit(command.patch, command.origin))
        case SetWeight():
            trainer.set_weight(command.layer, command.from_, command.to, command.value)
            return ("weight", command.layer, command.from_, command.to)
        case Loading():
            spec, packet = command.read()
            leave_held(session)
            trainer.begin_anew(spec, packet)
            session.drop_steps()
            return None
        case Reset():
            trainer.reset()
            session.drop_steps()
            return None


def _find_end(until: Until | None, trainer: Trainer) -> str | None:
    """Returns which end of a run is reached, `epoch` or `loss`; None while it goes on."""
    if until is None:
        return None
    if until.epoch is not None and trainer.epoch >= until.epoch:
        return "epoch"
    reached = until.loss is not None and trainer.measured["train_loss"] <= until.loss
    return "loss" if reached else None


def _make_frame(session: Session, turn: Turn) -> Slices[None]:
    trainer = session.trainer
    if turn.recalled is not None:
        yield from _show_recalled(session, turn, turn.recalled)
        return
    if turn.tight and trainer.prefer_exact(turn.request.tile):
        session.keep_calm()
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
            session.put_stopped(trainer.step, reason)
            running = False
    except DivergedError as error:
        session.put_diverged(error.step)
        running = False
        frame = yield from trainer.begin_turn(request=turn.request)
        session.timeline.add(trainer.shown_snapshot(), session.spec_id, "diverged")
    session.timeline.follow(trainer, session.spec_id, running=running)
    metadata = {
        **frame.metadata,
        "spec_id": str(session.spec_id),
        "running": "true" if running else "false",
    }
    session.finish_turn(turn, _encode(session, turn, frame, metadata), rest)


def _show_recalled(session: Session, turn: Turn, point: Point) -> Slices[None]:
    frame = yield from session.trainer.begin_show(point.moment, turn.request)
    metadata = {
        **frame.metadata,
        "spec_id": str(point.spec_id),
        "running": "false",
        "recalled": str(point.id),
    }
    session.finish_turn(turn, _encode(session, turn, frame, metadata), 0)


def _encode(session: Session, turn: Turn, frame: Frame, metadata: dict[str, str]) -> bytes:
    """Encodes a frame without what its client has; `unchanged` says what that is."""
    arrays = dict(frame.arrays)
    unchanged = session.leave_out(turn, arrays)
    if unchanged:
        metadata["unchanged"] = json.dumps(unchanged)
    return encode_frame(arrays, metadata)
