"""Worker's side of a session: trainer, undo history, time line, and messages to the client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.history.snapshot_memory import SnapshotMemory
from app.history.timeline import Timeline, TimelinePoint
from app.history.undo import UndoHistory
from app.limits.budget import Account
from app.protocol.messages import Command, Edit, Reset, Step, Try, Until, Views
from app.protocol.outbox import Outbox
from app.scheduling.jobs import Jobs
from app.sessions.announcements import (
    Message,
    PendingSpec,
    UndoStatus,
    make_recalled_message,
    make_spec_message,
)
from app.sessions.pending_edits import PendingEdits
from app.sessions.shared_state import Locked
from app.sessions.trials import TrialRunner, TrialTask, make_stopped_message
from engine import Candidate, EngineError, FrameRequest, Slices, Spec, Trainer


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """Plan of one turn of a session: updates to train and frame to make."""

    outbox: Outbox
    request: FrameRequest
    epochs: int = 0
    batches: int = 0
    running: bool = False
    compile_exact: bool = False
    until: Until | None = None
    recalled: TimelinePoint | None = None


class WorkerState:
    """State of a session that only the worker with its turn may touch.

    Args:
        label: short name for the log.
        trainer: the network.
        locked: what is shared with socket threads.
        account: of what waits for the worker.
        timeline_memory: of the time lines; its own if None.
        undo_memory: of what can be undone; its own if None.
        trials: trains copies.

    Attributes:
        jobs: what requests want done; they add to it from any thread.
        undo_history: what can be undone.
        timeline: what can be recalled.
        pending_edits: edits that wait for programs or images.
        work: the change or the frame that goes on over several turns; no command is applied
            meanwhile.
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
        trials: TrialRunner,
    ) -> None:
        self.label = label
        self.trainer = trainer
        self.jobs = Jobs()
        self.undo_history = UndoHistory(undo_memory)
        self.timeline = Timeline(timeline_memory or SnapshotMemory(), trainer.shown_snapshot())
        self.pending_edits = PendingEdits(account)
        self.work: Slices[None] | None = None
        self.frame_first = False
        self._locked = locked
        self._trials = trials
        self._command_bytes = 0

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

    def close(self) -> None:
        """Closes the trainer; called once nobody can come back."""
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

    def next_request(self, now: float) -> tuple[TimelinePoint | None, FrameRequest] | None:
        """Returns the point and the contents of a frame that is due by now; None if none is."""
        with self._locked as shared:
            if not shared.wants_frame() or shared.frame_at > now:
                return None
            return shared.recalled, shared.demand.peek(running=shared.control.running)

    def postpone_frame(self, until: float) -> None:
        """Delays the next frame, whose programs are not compiled yet."""
        with self._locked as shared:
            shared.retry_at = until

    def start_turn(self, now: float) -> TurnPlan | None:
        """Spends one credit for a frame that is due by now; None if none is."""
        with self._locked as shared:
            if not shared.wants_frame() or shared.frame_at > now or shared.outbox is None:
                return None
            running = shared.control.running
            request = shared.demand.spend_credit(now, running=running)
            compile_exact = running and shared.debounce.fire(now)
            epochs, batches = (0, 0) if shared.recalled else shared.control.take_steps()
            until, recalled = shared.control.until, shared.recalled
            return TurnPlan(
                shared.outbox, request, epochs, batches, running, compile_exact, until, recalled
            )

    def stop_debounce(self) -> None:
        """Stops the debounce until the next edit, as the exact program is compiled or requested."""
        with self._locked as shared:
            shared.debounce.stop()

    def drop_unchanged(self, turn: TurnPlan, arrays: dict[str, Any]) -> list[str]:
        """Removes arrays that the client has from a frame; returns their names."""
        with self._locked as shared:
            return shared.demand.drop_unchanged(arrays) if shared.outbox is turn.outbox else []

    def finish_turn(self, turn: TurnPlan, blob: bytes, rest_batches: int) -> None:
        """Leaves the frame for its client, if that is still the one.

        Args:
            turn: what was asked for.
            blob: the encoded frame.
            rest_batches: what is left of a step that took longer than a turn may.
        """
        with self._locked as shared:
            shared.control.add_batches(rest_batches)
            if shared.outbox is turn.outbox:
                turn.outbox.put_frame(blob)

    def fail_turn(self, turn: TurnPlan) -> None:
        """Pauses after a turn that made no frame, and gives its credit back."""
        with self._locked as shared:
            shared.control.set_running(False)
            shared.demand.refund_credit(turn.request, credit=shared.outbox is turn.outbox)

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

    def put_stopped(self, step: int, reason: str) -> None:
        """Pauses and tells the client which end of its run was reached."""
        self._stop({"type": "stopped", "step": step, "reason": reason})

    def _stop(self, message: Message) -> None:
        with self._locked as shared:
            shared.control.set_running(False)
            shared.put(message)

    def put_spec(self, spec: Spec, *, joined: bool = False) -> None:
        """Gives a changed spec or changed weights the next id and makes a frame due.

        Args:
            spec: what is trained now.
            joined: whether the change and the one before it are one step of undo.
        """
        with self._locked as shared:
            former, shared.spec = shared.spec, spec
            shared.spec_id += 1
            shared.demand.mark_due()
            shared.recall(None)
            shared.end_trial("changed")
            if former.data != spec.data:
                shared.demand.mark_points_due()
            if former != spec:
                shared.debounce.restart()
            step = self.trainer.step
            shared.undo_status = UndoStatus(self.undo_history.can_undo, self.undo_history.can_redo)
            told = make_spec_message(shared.spec_id, former, spec, step, shared.undo_status)
            shared.put({**told, "joined": True} if joined else told)

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

    def set_running(self, running: bool, until: Until | None = None) -> None:
        """Starts or pauses training; drops the steps that have not been trained."""
        with self._locked as shared:
            shared.control.set_running(running, until)
            if running:
                shared.recall(None)

    def set_speed(self, epochs_per_frame: int) -> None:
        """Sets how many epochs lie between two frames."""
        with self._locked as shared:
            shared.control.epochs_per_frame = epochs_per_frame

    def set_views(self, message: Views) -> None:
        """Changes the view settings; the next frame is due."""
        with self._locked as shared:
            shared.demand.set_views(message)

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

    def try_out(self, command: Try) -> None:
        """Starts a trial of some edits on copies of the network; ends an earlier one.

        A change ends the trial, since its copies have begun from another network then.
        """
        with self._locked as shared:
            shared.end_trial("replaced")
        candidates = [Candidate(one.patch, one.origin) for one in command.candidates]
        try:
            trial = self.trainer.begin_trial(candidates, command.epochs)
        except EngineError as error:
            refusal = {"code": error.code, "path": error.path, "message": error.message}
            with self._locked as shared:
                shared.put(make_stopped_message(command.trial, "refused", **refusal))
            return
        task = TrialTask(command.trial, trial, self._tell_trial)
        with self._locked as shared:
            if shared.outbox is None:
                return
            shared.trial = task
            if not self._trials.add(task):
                shared.end_trial("busy")

    def _tell_trial(self, task: TrialTask, message: Message) -> None:
        with self._locked as shared:
            if shared.trial is not task:
                return
            if message["type"] == "tried":
                shared.trial = None
            shared.put(message)
