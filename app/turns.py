"""One turn of a session: apply what the client asked for, train a little, make a frame."""

from __future__ import annotations

import logging
import time
from collections.abc import Hashable

from app.frames import encode_frame
from app.history import Change, find_place
from app.messages import (
    Command,
    Edit,
    Pause,
    Redo,
    Reset,
    Run,
    SetWeight,
    Speed,
    Step,
    Undo,
    Views,
)
from app.sessions import Session, Turn
from engine import DivergedError, EngineError

logger = logging.getLogger(__name__)

#: Training in one turn ends soon after this, so that every session gets its turn.
TURN_SECONDS = 0.05

#: What the engine calls an error where the stream has another word for it.
_CODES = {"invalid_data": "invalid_spec"}


def take_turn(session: Session) -> None:
    """Does what requests wait for, applies the queued commands in order, makes a frame at most."""
    until = time.monotonic() + TURN_SECONDS
    session.jobs.run()
    while (now := time.monotonic()) < until and (command := session.next_command(now)):
        try:
            _apply(session, command)
        except EngineError as error:
            session.put_error(_CODES.get(error.code, error.code), error.message, error.path)
        except RecursionError:
            session.put_error("invalid_message", "nested too deeply")
        except Exception:
            logger.exception("session %s: %s failed", session.label, command.type)
            session.put_error("engine_error", f"{command.type} failed, nothing changed")
    turn = session.start_turn(time.monotonic())
    if turn is None:
        return
    try:
        _make_frame(session, turn)
    except Exception:
        logger.exception("session %s: a frame failed", session.label)
        session.fail_turn(turn)
        session.put_error("engine_error", "the engine failed; training is paused")


def _apply(session: Session, command: Command) -> None:
    trainer = session.trainer
    match command:
        case Edit() | Reset() | SetWeight():
            before = trainer.snapshot()
            place = _change(session, command)
            same = isinstance(command, Edit) and command.origin is None
            if not (same and trainer.spec == before.spec):
                group = command.group if isinstance(command, Edit) else None
                session.history.note(before, Change(place, time.monotonic(), group))
            session.put_spec(trainer.spec)
        case Undo() | Redo():
            _go_back(session, command)
        case Run():
            session.set_running(True)
        case Pause():
            session.set_running(False)
        case Step():
            if session.running:
                session.put_error("not_paused", "pause before making single steps")
            else:
                session.add_step(command)
        case Speed():
            session.set_speed(command.epochs_per_frame)
        case Views():
            session.set_views(command)


def _change(session: Session, command: Edit | Reset | SetWeight) -> Hashable | None:
    """Changes what is trained and returns the one value that was changed, if it was one."""
    trainer = session.trainer
    match command:
        case Edit():
            old = trainer.spec
            return find_place(old, trainer.edit(command.patch, command.origin))
        case SetWeight():
            trainer.set_weight(command.layer, command.from_, command.to, command.value)
            return ("weight", command.layer, command.from_, command.to)
        case Reset():
            trainer.reset()
            session.drop_steps()
            return None


def _go_back(session: Session, command: Undo | Redo) -> None:
    history, now = session.history, session.trainer.snapshot()
    moment = history.undo(now) if isinstance(command, Undo) else history.redo(now)
    if moment is None:
        name = command.type
        session.put_error(f"nothing_to_{name}", f"there is nothing to {name}")
        return
    session.trainer.restore(moment)
    session.drop_steps()
    session.put_spec(moment.spec)


def _make_frame(session: Session, turn: Turn) -> None:
    trainer = session.trainer
    if turn.tight and trainer.prefer_tight(turn.request.tile):
        session.keep_calm()
    running, rest = turn.running, 0
    before = trainer.step
    steps = turn.batches + turn.epochs * trainer.batches_per_epoch
    try:
        frame = trainer.turn(turn.epochs, turn.batches, turn.request, max_seconds=TURN_SECONDS)
        if not running:
            rest = steps - (trainer.step - before)
    except DivergedError as error:
        session.put_diverged(error.step)
        running = False
        frame = trainer.turn(request=turn.request)
    metadata = {
        **frame.metadata,
        "spec_id": str(session.spec_id),
        "running": "true" if running else "false",
    }
    session.finish_turn(turn, encode_frame(frame.arrays, metadata), rest)
