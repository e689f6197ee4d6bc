"""Worker's side of a session: trainer, undo history, time line, and messages to the client."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any

from app.files.study_files import StudyFiles
from app.history.snapshot_memory import SnapshotMemory
from app.history.timeline import Timeline, TimelinePoint
from app.history.undo import UndoHistory
from app.limits.budget import Account
from app.limits.image_memory import ImageReservation
from app.limits.memory_budget import MemoryBudget
from app.protocol.ablation import WHOLE, describe_ablation, read_ablation, write_ablation
from app.protocol.messages import Command, Edit, Reset, Step, Until, Views
from app.scheduling.jobs import Jobs
from app.sessions.client.announcements import (
    PendingSpec,
    ServerMessage,
    UndoStatus,
    make_ablation_message,
    make_recalled_message,
    make_spec_message,
)
from app.sessions.copies.background import BackgroundRunner
from app.sessions.copies.races import SessionRaces
from app.sessions.copies.session_goals import SessionGoals
from app.sessions.copies.session_searches import SessionSearches
from app.sessions.copies.session_trials import SessionTrials
from app.sessions.frame_turns import FrameTurns
from app.sessions.pending_edits import PendingEdits
from app.sessions.saved_sessions import SavedSession, SessionNotes
from app.sessions.shared_state import Locked
from app.sessions.sweeps import SessionSweep
from engine import AblationRequest, Slices, Spec, Trainer, names_same_parts


class WorkerState:
    """State of a session that only the worker with its turn may touch.

    Args:
        label: short name for the log.
        trainer: the network.
        locked: what is shared with socket threads.
        account: of what waits for the worker.
        timeline_memory: of the time lines; its own if None.
        undo_memory: of what can be undone; its own if None.
        background: trains copies.
        studies: where searches are kept; in memory alone if None.
        sweep_memory: of the sweeps of all sessions.
        reservation: of the memory for images.
        wake: has the scheduler look whether the session is due.

    Attributes:
        jobs: what requests want done; they add to it from any thread.
        frames: when a frame is made, and what becomes of it.
        trials: the trials that the client asks for.
        races: the race that the client looks at.
        goals: the goal that the client looks at.
        sweep: what stands in the place of the network, if anything.
        searches: the search that the client looks at.
        undo_history: what can be undone.
        timeline: what can be recalled.
        pending_edits: edits that wait for programs or images.
        work: the change or the frame that goes on over several turns; no command is applied
            meanwhile.
        turn_kind: what the length of the last turn depends on, if it made a whole frame or none.
        frame_first: whether the next turn begins with a frame, since commands filled the last.
    """

    def __init__(
        self,
        label: str,
        trainer: Trainer,
        locked: Locked,
        account: Account,
        timeline_memory: SnapshotMemory | None,
        undo_memory: SnapshotMemory | None,
        background: BackgroundRunner,
        studies: StudyFiles | None,
        sweep_memory: MemoryBudget,
        reservation: ImageReservation,
        wake: Callable[[], None],
    ) -> None:
        self.label = label
        self.trainer = trainer
        self.jobs = Jobs()
        self.frames = FrameTurns(locked)
        self.trials = SessionTrials(locked, background)
        self.races = SessionRaces(locked, background, wake)
        self.goals = SessionGoals(locked, background)
        self.searches = SessionSearches(locked, background, studies, reservation)
        self.sweep = SessionSweep(locked, sweep_memory)
        self.undo_history = UndoHistory(undo_memory)
        self.timeline = Timeline(timeline_memory or SnapshotMemory(), trainer.shown_snapshot())
        self.pending_edits = PendingEdits(account)
        self.work: Slices[None] | None = None
        self.turn_kind: Hashable = None
        self.frame_first = False
        self._locked = locked
        self._command_bytes = 0
        self._widths: tuple[Spec, tuple[int, ...]] | None = None

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer of the network, from the inputs to the output."""
        spec = self.trainer.spec
        if self._widths is None or self._widths[0] is not spec:
            self._widths = spec, spec.widths
        return self._widths[1]

    def find_due(self, now: float) -> float | None:
        """Returns when the next turn is due; None while the session waits for others."""
        with self._locked as shared:
            if shared.ended:
                return None
            if self.work is not None or self.jobs or shared.may_apply(now):
                return now
            dues = [shared.frame_at] if shared.wants_frame() else []
            if self.pending_edits:
                dues.append(self.pending_edits.retry_at)
            told_at = shared.notifications.find_due(self.timeline.edition)
            if told_at is not None and shared.outbox is not None and not shared.outbox.full:
                dues.append(told_at)
            return max(now, min(dues)) if dues else None

    def forget(self) -> None:
        """Drops undo history and time line, unless a client has come back."""
        with self._locked as shared:
            if shared.outbox is not None:
                return
        self.trainer.release_memory()
        self.undo_history.clear()
        self.timeline.add(self.trainer.shown_snapshot(), self.spec_id)
        self.timeline.keep_newest()
        with self._locked as shared:
            shared.undo_status = UndoStatus()

    def save(self, token: str, *, last: bool) -> SavedSession | None:
        """Returns the session as it can be saved, in microseconds: its arrays are shared.

        Args:
            token: of the session.
            last: whether the server stops: commands that wait are applied first, which is what
                None says, and nothing is trained after it.
        """
        with self._locked as shared:
            if last and shared.may_apply(time.monotonic()):
                return None
            shared.ended |= last
            control, revision = shared.control, shared.revision
            notes = SessionNotes(
                token=token,
                spec_id=shared.spec_id,
                # A saved session comes back without its sweep, and so with nothing to train.
                running=control.running and shared.sweep is None,
                until=control.until,
                speed=control.epochs_per_frame,
                steps=control.steps if shared.sweep is None else (0, 0),
                views=shared.demand.views.describe(),
                gap=self.timeline.gap,
                ablation=write_ablation(shared.demand.ablation),
            )
        trainer = self.trainer
        present, initial = trainer.shown_snapshot(), trainer.saved_initial
        undo, redo = self.undo_history.steps
        points = self.timeline.points
        return SavedSession(
            notes, present, initial, undo, redo, points, revision, best=trainer.best_epoch
        )

    def restore(self, saved: SavedSession) -> None:
        """Goes on from a saved session; called before anybody else has this one."""
        notes = saved.notes
        self.trainer.take_up(saved.snapshot, saved.initial, saved.best)
        self.undo_history.restore(saved.undo, saved.redo)
        self.timeline.restore(saved.points, notes.gap)
        with self._locked as shared:
            shared.spec, shared.spec_id = saved.snapshot.spec, notes.spec_id
            shared.control.running = notes.running
            shared.control.restore(notes.until, notes.speed, notes.steps)
            shared.demand.set_views(notes.views)
            shared.demand.ablation = read_ablation(notes.ablation)
            shared.undo_status = UndoStatus(bool(saved.undo), bool(saved.redo))

    def close(self) -> None:
        """Closes the trainer; called once nobody can come back."""
        self.races.end()
        self.sweep.close()
        self.searches.end()
        self.trainer.close()

    def next_command(self, now: float) -> Command | None:
        """Takes the next command that is to be applied now."""
        with self._locked as shared:
            if not shared.may_apply(now):
                return None
            command, self._command_bytes = shared.inbox.take()
            return command

    def defer(self, command: Edit | Reset) -> bool:
        """Queues the last command as a pending edit; False if too much waits.

        Who takes the session up meanwhile is told of it.
        """
        if not self.pending_edits.add(command, self._command_bytes):
            return False
        spec = self.trainer.spec_after(self.pending_edits.patches)
        with self._locked as shared:
            shared.pending_spec = PendingSpec(spec, len(self.pending_edits))
        return True

    def put_error(self, code: str, message: str, path: str = "") -> None:
        """Tells the client that something was refused."""
        with self._locked as shared:
            if shared.outbox is not None:
                shared.outbox.put_error(code, message, path)

    def take_pending(self) -> list[Edit | Reset]:
        """Returns all pending edits and empties the queue."""
        with self._locked as shared:
            shared.pending_spec = None
        return self.pending_edits.take()

    def put_waiting(self) -> None:
        """Tells the client that its edit waits for images or programs."""
        with self._locked as shared:
            shared.put({"type": "waiting"})

    def put_diverged(self, step: int) -> None:
        """Pauses and tells the client; the frame of this turn shows the last finite state."""
        self._stop({"type": "diverged", "step": step})

    def put_stopped(self, step: int, reason: str, **more: Any) -> None:
        """Pauses and tells the client which end of its run was reached, and what more is known."""
        self._stop({"type": "stopped", "step": step, "reason": reason, **more})

    def _stop(self, message: ServerMessage) -> None:
        with self._locked as shared:
            shared.control.set_running(False)
            shared.revision += 1
            shared.put(message)

    def put_spec(
        self, spec: Spec, *, joined: bool = False, ablation: AblationRequest | None = None
    ) -> None:
        """Gives a changed spec or changed weights the next id and makes a frame due.

        Args:
            spec: what is trained now.
            joined: whether the change and the one before it are one step of undo.
            ablation: what is switched off now; None for what was, or for nothing where its
                numbers are of other units now.
        """
        with self._locked as shared:
            former, shared.spec = shared.spec, spec
            off = shared.demand.ablation
            if ablation is None:
                same = off == WHOLE or names_same_parts(former, spec)
                ablation = off if same else WHOLE
            shared.demand.ablation = ablation
            shared.spec_id += 1
            shared.revision += 1
            shared.demand.mark_due()
            shared.recall(None)
            shared.end_trial("changed")
            if former.data != spec.data:
                shared.demand.mark_points_due()
            if former != spec:
                shared.end_check("changed")
                shared.debounce.restart()
            step = self.trainer.step
            shared.undo_status = UndoStatus(self.undo_history.can_undo, self.undo_history.can_redo)
            told = make_spec_message(shared.spec_id, former, spec, step, shared.undo_status)
            if ablation != off:
                told["ablation"] = describe_ablation(ablation)
            shared.put({**told, "joined": True} if joined else told)

    @property
    def ablation(self) -> AblationRequest:
        """Units and links that are switched off."""
        with self._locked as shared:
            return shared.demand.ablation

    def put_ablation(self, ablation: AblationRequest, by: str, *, joined: bool = False) -> None:
        """Switches units and links off, in the place of those before; the next frame is due.

        Args:
            ablation: what is off now.
            by: the kind of the message that asked for it.
            joined: whether the change and the one before it are one step of undo.
        """
        with self._locked as shared:
            shared.demand.ablation = ablation
            shared.demand.mark_due()
            shared.revision += 1
            shared.undo_status = UndoStatus(self.undo_history.can_undo, self.undo_history.can_redo)
            shared.put(make_ablation_message(ablation, by, shared.undo_status, joined=joined))

    @property
    def spec_id(self) -> int:
        """How many edits, resets and set weights the session has seen."""
        with self._locked as shared:
            return shared.spec_id

    @property
    def running(self) -> bool:
        """Whether the session trains by itself."""
        with self._locked as shared:
            return shared.control.running

    def set_running(self, running: bool, until: Until | str | None = None) -> None:
        """Starts or pauses training; drops the steps that have not been trained."""
        with self._locked as shared:
            shared.control.set_running(running, until)
            shared.revision += 1
            if running:
                shared.recall(None)

    def set_speed(self, epochs_per_frame: int) -> None:
        """Sets how many epochs lie between two frames."""
        with self._locked as shared:
            shared.control.epochs_per_frame = epochs_per_frame
            shared.revision += 1

    def set_views(self, message: Views) -> None:
        """Changes the view settings; the next frame is due."""
        with self._locked as shared:
            shared.demand.set_views(message)
            shared.revision += 1

    def add_step(self, step: Step) -> None:
        """Asks for a little training while paused."""
        with self._locked as shared:
            shared.control.add_step(step)
            shared.recall(None)

    def drop_steps(self) -> None:
        """Drops the steps that have not been trained."""
        with self._locked as shared:
            shared.control.drop_steps()

    def recall(self, point: TimelinePoint | None) -> None:
        """Pauses and shows a point of the time line from now on; None shows the present again."""
        with self._locked as shared:
            shared.recall(point)
            shared.demand.mark_due()
            if point is None:
                return
            shared.control.set_running(False)
            shared.revision += 1
            shared.put(make_recalled_message(point, shared.spec))

    def subscribe_timeline(self, on: bool) -> None:
        """Subscribes the client to the time line, or unsubscribes it."""
        with self._locked as shared:
            shared.notifications.subscribe(on)

    def send_timeline(self, now: float) -> None:
        """Sends the time line to the client if it changed and a message is due."""
        with self._locked as shared:
            edition = self.timeline.edition
            due = shared.notifications.find_due(edition)
            if shared.outbox is None or due is None or due > now or shared.outbox.full:
                return
            points = [point.describe() for point in self.timeline.points]
            shared.outbox.put({"type": "timeline", "points": points})
            shared.notifications.mark_sent(edition, now)
