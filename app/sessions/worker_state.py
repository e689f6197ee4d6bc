"""What only the worker that has a session's turn may touch, and what it says to the client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.history.snapshot_memory import TimelineRoom
from app.history.timeline import Point, Timeline
from app.history.undo import History
from app.limits.budget import Account
from app.protocol.messages import Command, Edit, Reset, Step, Try, Until, Views
from app.protocol.outbox import Outbox
from app.scheduling.jobs import Jobs
from app.sessions.announcements import Changes, Coming, Message, tell_recalled, tell_spec
from app.sessions.pending_edits import HeldEdits
from app.sessions.shared_state import Locked
from app.sessions.trials import TrialRunner, TrialTask, tell_stopped
from engine import Candidate, EngineError, FrameRequest, Slices, Spec, Trainer


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of a session is to do, and for whom."""

    outbox: Outbox
    request: FrameRequest
    epochs: int = 0
    batches: int = 0
    running: bool = False
    tight: bool = False
    until: Until | None = None
    recalled: Point | None = None


class WorkerState:
    """The trainer of a session with its history; given to turns and jobs, one thread at a time.

    Args:
        label: short name for the log.
        trainer: the network.
        locked: what is shared with socket threads.
        account: of what waits for the worker.
        room: of the time lines; its own if None.
        undo_room: of what can be undone; its own if None.
        trials: trains copies.

    Attributes:
        jobs: what requests want done; they add to it from any thread.
        history: what can be undone.
        timeline: what can be recalled.
        held: edits that wait for programs or images.
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
        room: TimelineRoom | None,
        undo_room: TimelineRoom | None,
        trials: TrialRunner,
    ) -> None:
        self.label = label
        self.trainer = trainer
        self.jobs = Jobs()
        self.history = History(undo_room)
        self.timeline = Timeline(room or TimelineRoom(), trainer.shown_snapshot())
        self.held = HeldEdits(account)
        self.work: Slices[None] | None = None
        self.frame_first = False
        self._locked = locked
        self._trials = trials
        self._command_bytes = 0

    def find_due(self, now: float) -> float | None:
        """Returns when the next turn is wanted; None while the session waits for others."""
        with self._locked as shared:
            if shared.ended:
                return None
            if self.work is not None or self.jobs or shared.may_apply(now):
                return now
            dues = [shared.frame_at] if shared.wants_frame() else []
            if self.held:
                dues.append(self.held.look_at)
            told_at = shared.notifications.find_due(self.timeline.edition)
            if told_at is not None and shared.outbox is not None and not shared.outbox.full:
                dues.append(told_at)
            return max(now, min(dues)) if dues else None

    def forget(self) -> None:
        """Keeps the present state alone, unless a client has come back."""
        with self._locked as shared:
            if shared.outbox is not None:
                return
        self.trainer.rest()
        self.history.clear()
        self.timeline.add(self.trainer.shown_snapshot(), self.spec_id)
        self.timeline.forget()
        with self._locked as shared:
            shared.changes = Changes()

    def close(self) -> None:
        """Closes the trainer, which no turn will use any more; called once nobody can come back."""
        self.trainer.close()

    def next_command(self, now: float) -> Command | None:
        """Takes the next command that is to be applied now."""
        with self._locked as shared:
            if not shared.may_apply(now):
                return None
            command, self._command_bytes = shared.inbox.take()
            return command

    def hold(self, command: Edit | Reset) -> bool:
        """Has the command that was taken last wait for what it needs; False if too much waits.

        Who takes the session up meanwhile is told of it.
        """
        if not self.held.add(command, self._command_bytes):
            return False
        spec = self.trainer.spec_after(self.held.patches)
        with self._locked as shared:
            shared.coming = Coming(spec, len(self.held))
        return True

    def next_request(self, now: float) -> tuple[Point | None, FrameRequest] | None:
        """Returns the point and the contents of a frame that is due by now; None if none is."""
        with self._locked as shared:
            if not shared.wants_frame() or shared.frame_at > now:
                return None
            return shared.recalled, shared.demand.peek(running=shared.control.running)

    def put_off_frame(self, until: float) -> None:
        """Frames wait: what the next one needs is not there yet."""
        with self._locked as shared:
            shared.retry_at = until

    def start_turn(self, now: float) -> Turn | None:
        """Spends one credit for a frame that is due by now; None if none is."""
        with self._locked as shared:
            if not shared.wants_frame() or shared.frame_at > now or shared.outbox is None:
                return None
            running = shared.control.running
            request = shared.demand.spend(now, running=running)
            tight = running and shared.debounce.take(now)
            epochs, batches = (0, 0) if shared.recalled else shared.control.take()
            until, recalled = shared.control.until, shared.recalled
            return Turn(shared.outbox, request, epochs, batches, running, tight, until, recalled)

    def keep_calm(self) -> None:
        """The tight program is there or on its way; nobody need ask again before an edit."""
        with self._locked as shared:
            shared.debounce.keep()

    def leave_out(self, turn: Turn, arrays: dict[str, Any]) -> list[str]:
        """Takes out of a frame what its client has; returns the names of it."""
        with self._locked as shared:
            return shared.demand.leave_out(arrays) if shared.outbox is turn.outbox else []

    def finish_turn(self, turn: Turn, blob: bytes, rest_batches: int) -> None:
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

    def fail_turn(self, turn: Turn) -> None:
        """Pauses after a turn that made no frame, and gives its credit back."""
        with self._locked as shared:
            shared.control.run(False)
            shared.demand.give_back(turn.request, credit=shared.outbox is turn.outbox)

    def put_error(self, code: str, message: str, path: str = "") -> None:
        """Tells the client that something was refused."""
        with self._locked as shared:
            if shared.outbox is not None:
                shared.outbox.put_error(code, message, path)

    def take_held(self) -> list[Edit | Reset]:
        """Takes the edits that wait; none waits any more."""
        with self._locked as shared:
            shared.coming = None
        return self.held.take()

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
            shared.control.run(False)
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
            shared.demand.show()
            shared.recall(None)
            shared.end_trial("changed")
            if former.data != spec.data:
                shared.demand.show_points()
            if former != spec:
                shared.debounce.disturb()
            step = self.trainer.step
            shared.changes = Changes(self.history.can_undo, self.history.can_redo)
            told = tell_spec(shared.spec_id, former, spec, step, shared.changes)
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
        """Starts or pauses training; what is left of a step goes with either."""
        with self._locked as shared:
            shared.control.run(running, until)
            if running:
                shared.recall(None)

    def set_speed(self, epochs_per_frame: int) -> None:
        """Sets how many epochs lie between two frames."""
        with self._locked as shared:
            shared.control.epochs_per_frame = epochs_per_frame

    def set_views(self, message: Views) -> None:
        """Changes what frames hold; the next one is due."""
        with self._locked as shared:
            shared.demand.change(message)

    def add_step(self, step: Step) -> None:
        """Asks for a little training while paused."""
        with self._locked as shared:
            shared.control.add(step)
            shared.recall(None)

    def drop_steps(self) -> None:
        """Forgets the steps that have not been trained."""
        with self._locked as shared:
            shared.control.drop_steps()

    def recall(self, point: Point | None) -> None:
        """Pauses and shows a point of the time line from now on; None shows the present again."""
        with self._locked as shared:
            shared.recall(point)
            shared.demand.show()
            if point is None:
                return
            shared.control.run(False)
            shared.put(tell_recalled(point, shared.spec))

    def ask_timeline(self, on: bool) -> None:
        """Tells the client of the time line from now on, or no more."""
        with self._locked as shared:
            shared.notifications.ask(on)

    def tell_timeline(self, now: float) -> None:
        """Tells the client what the time line holds, if it is time to."""
        with self._locked as shared:
            edition = self.timeline.edition
            due = shared.notifications.find_due(edition)
            if shared.outbox is None or due is None or due > now or shared.outbox.full:
                return
            points = [point.describe() for point in self.timeline.points]
            shared.outbox.put({"type": "timeline", "points": points})
            shared.notifications.tell(edition, now)

    def try_out(self, command: Try) -> None:
        """Has copies of the network trained under some changes; an earlier trial ends.

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
                shared.put(tell_stopped(command.trial, "refused", **refusal))
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
