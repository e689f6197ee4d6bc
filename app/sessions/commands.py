"""Commands of a client, applied in slices: all or nothing, and answered when refused."""

from __future__ import annotations

import logging
import time
from collections.abc import Hashable

from app.history.spec_diff import find_changed_path
from app.history.undo import Change
from app.protocol.errors import MessageError
from app.protocol.messages import (
    Ablate,
    Adopt,
    Branch,
    Check,
    Combine,
    Command,
    Edit,
    Loading,
    Pause,
    Prefer,
    Propose,
    Race,
    Recall,
    Redo,
    Reset,
    Run,
    SetGoal,
    SetWeight,
    Speed,
    StartSearch,
    Step,
    Sweep,
    Test,
    Try,
    Undo,
    Views,
    WatchTimeline,
)
from app.sessions.navigation import ablate, discard_pending, navigate, record_change
from app.sessions.worker_state import WorkerState
from engine import EngineError, Slices

logger = logging.getLogger(__name__)

#: What the engine calls an error where the stream has another word for it.
_CODES = {"invalid_data": "invalid_spec"}


def apply_command(worker: WorkerState, command: Command) -> Slices[None]:
    """Applies a command; an error is reported to the client, and nothing has changed."""
    return _attempt(worker, command.type, _dispatch(worker, command))


def apply_pending(worker: WorkerState) -> Slices[None]:
    """Applies pending edits once their programs and images are there."""
    return _attempt(worker, "edit", _apply_pending(worker))


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


def _dispatch(worker: WorkerState, command: Command) -> Slices[None]:
    match command:
        case Edit():
            yield from _edit_or_defer(worker, command)
        case Reset() if worker.sweep.active:
            worker.sweep.reset()
        case Reset() if worker.pending_edits:
            _defer(worker, command)
        case Reset() | SetWeight() | Loading():
            yield from _apply_change(worker, command)
        case Undo() | Redo() | Branch() | Recall():
            yield from _navigate(worker, command)
        case Ablate():
            ablate(worker, command)
        case Run() | Pause() | Step() | Speed():
            _control_training(worker, command)
        case Sweep():
            yield from worker.sweep.begin(worker.trainer, command.sweep)
        case Adopt():
            _adopt(worker, command)
        case WatchTimeline() | Try() | Race() | Views() | SetGoal() | Check():
            _take_request(worker, command)
        case StartSearch() | Propose() | Combine() | Prefer() | Test():
            _search(worker, command)


def _navigate(worker: WorkerState, command: Undo | Redo | Branch | Recall) -> Slices[None]:
    """Goes to another state of the run; a sweep goes on with the spec that an edit had led from."""
    before = worker.spec_id
    navigate(worker, command)
    if worker.spec_id == before:
        return
    if isinstance(command, (Undo, Redo)):
        yield from worker.sweep.follow(worker.trainer, None)
    else:
        worker.sweep.end()


def _control_training(worker: WorkerState, command: Run | Pause | Step | Speed) -> None:
    """Runs, pauses or steps what the session trains: its network, or its sweep."""
    match command:
        case Run():
            worker.set_running(True, command.until)
        case Pause():
            worker.set_running(False)
        case Speed():
            worker.set_speed(command.epochs_per_frame)
        case Step() if worker.running:
            worker.put_error("not_paused", "pause before making single steps")
        case Step() if worker.sweep.active and command.batches is not None:
            worker.put_error("invalid_message", "a sweep makes steps of epochs", "batches")
        case Step():
            worker.add_step(command)


def _take_request(
    worker: WorkerState, command: WatchTimeline | Try | Race | Views | SetGoal | Check
) -> None:
    """Runs a command that leaves the run itself unchanged."""
    match command:
        case WatchTimeline():
            worker.subscribe_timeline(command.on)
        case Try():
            worker.trials.start(worker.trainer, command)
        case Race():
            if not worker.races.start(worker.trainer, command):
                worker.put_error("rate_limited", "too many networks are trained already")
        case SetGoal():
            worker.goals.set(command.goal)
        case Check():
            if not worker.goals.check(worker.trainer, command.goal):
                worker.put_error("rate_limited", "too many networks are trained already")
        case Views():
            worker.set_views(command)


def _search(worker: WorkerState, command: StartSearch | Propose | Combine | Prefer | Test) -> None:
    """Runs a command of the search."""
    searches, there = worker.searches, True
    match command:
        case StartSearch(search=None, study=None):
            searches.stop()
        case StartSearch(study=None):
            there = searches.start(worker.trainer, command.search or {})
        case StartSearch():
            there = searches.take_up(worker.trainer, command.study or "")
        case Propose():
            there = searches.propose(command.values)
        case Combine():
            there = searches.combine(command.trials)
        case Prefer():
            there = searches.prefer(command.trial)
        case Test():
            there = searches.test()
    if not there:
        worker.put_error("rate_limited", "too many networks are trained already", "search")


def _adopt(worker: WorkerState, command: Adopt) -> None:
    """Goes on with a network of the race, sweep or search, with its weights and counters."""
    if command.trial is not None:
        path, chosen = "trial", worker.searches.snapshot(command.trial)
    elif command.racer is not None:
        path, chosen = "racer", worker.races.snapshot(command.racer)
    else:
        cell = command.cell
        path, chosen = "cell", cell and worker.sweep.snapshot(cell.row, cell.column)
    if chosen is None:
        name = "race" if path == "racer" else "sweep"
        worker.put_error("invalid_message", f"there is no such network in the {name}", path)
        return
    worker.sweep.end(pause=False)
    discard_pending(worker)
    before = worker.trainer.shown_snapshot()
    spec = worker.trainer.replace(chosen)
    record_change(worker, before, Change(None, time.monotonic()), command.type)
    worker.drop_steps()
    worker.put_spec(spec)


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
        group = command.group if isinstance(command, (Edit, SetWeight)) else None
        change = Change(path, time.monotonic(), group)
        joined = record_change(worker, before, change, command.type)
    worker.put_spec(trainer.spec, joined=joined)
    if isinstance(command, Loading):
        worker.sweep.end()
    elif isinstance(command, Edit):
        yield from worker.sweep.follow(trainer, command.origin)


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
