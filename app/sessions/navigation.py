"""A session goes elsewhere in its past: undone, done again, recalled, or branched."""

from __future__ import annotations

import time

from app.history.timeline import Point, tell_unknown
from app.history.undo import Change
from app.protocol.messages import Branch, Recall, Redo, Undo
from app.sessions.session import Session
from engine import RoomError, Snapshot


def note_change(session: Session, before: Snapshot, change: Change, kind: str) -> bool:
    """Notes a change that was made, in what can be undone and in the time line.

    Args:
        session: what was changed; its spec gets the next id after this.
        before: the moment before it.
        change: what it changed.
        kind: of the message that asked for it.

    Returns:
        Whether it and the change before it are one step of undo.
    """
    joined = session.history.note(before, change)
    _note_point(session, before, kind, joined=joined)
    return joined


def _note_point(session: Session, before: Snapshot, kind: str, *, joined: bool = False) -> None:
    after, spec_id = session.trainer.shown_snapshot(), session.spec_id + 1
    session.timeline.note(before, after, spec_id, kind, joined=joined)


def leave_held(session: Session) -> int:
    """Leaves what waits; each is answered by the spec as it is. Returns how many they were."""
    left = len(session.take_held())
    for _ in range(left):
        session.put_spec(session.trainer.spec)
    return left


def travel(session: Session, command: Undo | Redo | Branch | Recall) -> None:
    """Takes a session, or only what is seen of it, to another moment."""
    match command:
        case Undo() | Redo():
            _go_back(session, command)
        case Branch():
            _branch(session, command.point)
        case Recall():
            _recall(session, command.point)


def _go_back(session: Session, command: Undo | Redo) -> None:
    if leave_held(session) and isinstance(command, Undo):
        # What has not been applied yet is undone by leaving it.
        session.put_spec(session.trainer.spec)
        return
    history, before = session.history, session.trainer.shown_snapshot()
    undone = isinstance(command, Undo)
    moment = history.undo(before) if undone else history.redo(before)
    if moment is None:
        name = command.type
        session.put_error(f"nothing_to_{name}", f"there is nothing to {name}")
        return
    try:
        session.trainer.restore(moment)
    except RoomError:
        # The other way, so that it can be tried again.
        _ = history.redo(moment) if undone else history.undo(moment)
        raise
    session.drop_steps()
    _note_point(session, before, command.type)
    session.put_spec(moment.spec)


def _recall(session: Session, number: int | None) -> None:
    point = None if number is None else _find(session, number)
    if number is None or point is not None:
        session.recall(point)


def _branch(session: Session, number: int) -> None:
    point = _find(session, number)
    if point is None:
        return
    leave_held(session)
    before = session.trainer.shown_snapshot()
    session.trainer.restore(point.moment)
    session.drop_steps()
    note_change(session, before, Change(None, time.monotonic()), "branch")
    session.put_spec(point.moment.spec)


def _find(session: Session, number: int) -> Point | None:
    point = session.timeline.find(number)
    if point is None:
        session.put_error("unknown_point", tell_unknown(number), "point")
    return point
