"""A session: a network in training and the client that watches it.

Socket threads put commands in and take messages out; one engine worker at a time
applies the commands and trains. Everything they share lies here, behind one lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from app.history.snapshot_memory import TimelineRoom
from app.history.timeline import Point, Timeline
from app.history.timeline_notifications import TimelineNews
from app.history.undo import History
from app.limits.budget import Account, Budget
from app.limits.image_memory import ImageRoom, ImageShare
from app.protocol.messages import Command, Edit, Reset, Step, Try, Until, Views
from app.protocol.outbox import Outbox
from app.scheduling.debounce import Calm
from app.scheduling.inbox import Inbox
from app.scheduling.jobs import Jobs, T
from app.sessions.announcements import Coming, Message, tell_opened, tell_recalled, tell_spec
from app.sessions.frame_demand import Demand
from app.sessions.pending_edits import HeldEdits
from app.sessions.training_control import Drive
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


class Session:
    """One network, its trainer, and what its client asked for.

    Attributes:
        frame: the frame that is being made over several turns; nothing is changed meanwhile.
        frame_first: whether the next turn begins with a frame, since commands filled the last.

    Args:
        token: the secret by which a client takes the session up again.
        label: short name for the log.
        trainer: the network; only the worker that has the session's turn touches it, the
            history, the time line, and the edits that are held.
        max_inbox_bytes: how much the waiting commands may hold.
        max_fps: frames a second at most, whatever the client asks for.
        wake: called without a lock when the session may have become due.
        room: of the time lines; its own if None.
        undo_room: of what can be undone; its own if None.
        account: of what waits for its worker or for its client; its own if None.
        trials: trains copies; its own if None.
        share: of the memory for images; its own if None.
    """

    def __init__(
        self,
        token: str,
        label: str,
        trainer: Trainer,
        max_inbox_bytes: int,
        max_fps: float | None,
        wake: Callable[[Session], None],
        room: TimelineRoom | None = None,
        undo_room: TimelineRoom | None = None,
        account: Account | None = None,
        trials: TrialRunner | None = None,
        share: ImageShare | None = None,
    ) -> None:
        self.token = token
        self.label = label
        self.trainer = trainer
        self.account = account or Budget().open()
        self.jobs = Jobs()
        self.history = History(undo_room)
        self.timeline = Timeline(room or TimelineRoom(), trainer.shown_snapshot())
        self.held = HeldEdits(self.account)
        self.share = share or ImageShare(ImageRoom(0))
        self.frame: Slices[None] | None = None
        self.frame_first = False
        self._news = TimelineNews()
        self._coming: Coming | None = None
        self._recalled: Point | None = None
        self._trials = trials or TrialRunner()
        self._trial: TrialTask | None = None
        self._wake = wake
        self._lock = threading.Lock()
        self._inbox = Inbox(max_inbox_bytes, self.account)
        self._command_bytes = 0
        self._drive = Drive()
        self._outbox: Outbox | None = None
        self._lost_at = self._heard_at = time.monotonic()
        self._demand = Demand(max_fps)
        self._look_at = 0.0
        self._ended = False
        self._calm = Calm()
        self._spec = trainer.spec
        self._spec_id = 0

    # For socket threads.

    def attach(self, outbox: Outbox, *, resumed: bool) -> None:
        """Makes this outbox the one that is served; who was served before is closed (4001)."""
        with self._lock:
            self._end_trial("replaced")
            former, self._outbox = self._outbox, outbox
            self._heard_at = time.monotonic()
            self._demand.begin()
            self._recalled, self._news = None, TimelineNews()
            outbox.on_taken = lambda: self._wake(self)
            outbox.account = self.account
            running = self._drive.running
            known = self.token, self._spec_id, self._spec, self.history
            outbox.put(tell_opened(*known, self._coming, running=running, resumed=resumed))
        if former is not None:
            former.close(4001, "taken over by another client")
        self._wake(self)

    def detach(self, outbox: Outbox) -> None:
        """The client of this outbox is gone; training waits for one to come back.

        What it still asked for is done: no outbox holds that up any more.
        """
        with self._lock:
            if self._outbox is outbox:
                self._end_trial("replaced")
                self._outbox = None
                self._lost_at = time.monotonic()
        self._wake(self)

    def enqueue(self, command: Command, size: int) -> bool:
        """Queues a command; False if too much waits already.

        Args:
            command: what to do.
            size: bytes that it takes.
        """
        with self._lock:
            self._heard_at = time.monotonic()
            if not self._inbox.add(command, size):
                return False
        self._wake(self)
        return True

    def ask(self, job: Callable[[], T]) -> Future[T] | None:
        """Has a worker do something with the trainer between two turns; None if too much waits."""
        future = self.jobs.add(job)
        self._wake(self)
        return future

    def rest(self) -> None:
        """Has a worker give back the memory that a network for images can go on without."""
        if self.share.n_bytes:
            self.ask(self.trainer.rest)

    def pack(self) -> int:
        """Has a worker keep the present state alone; returns how many bytes of images that frees.

        Called while there is no client. It goes on bit for bit, but undoes nothing any more.
        """
        freed = self.share.pack(self._spec)
        if freed:
            self.ask(self._forget)
        return freed

    def _forget(self) -> None:
        if self.lost_at is None:
            return
        self.trainer.rest()
        self.history.clear()
        self.timeline.add(self.trainer.shown_snapshot(), self._spec_id)
        self.timeline.forget()

    def unpack(self) -> None:
        """Takes the memory again that a client's return needs.

        Raises:
            RoomError: there is not so much at present.
        """
        self.share.admit(self._spec)

    def add_credit(self) -> bool:
        """Counts one `ack`; False if it adds nothing because there is enough credit."""
        with self._lock:
            self._heard_at = time.monotonic()
            added = self._demand.add_credit()
        if added:
            self._wake(self)
        return added

    @property
    def lost_at(self) -> float | None:
        """When the last client was lost (monotonic seconds); None while there is one."""
        with self._lock:
            return self._lost_at if self._outbox is None else None

    @property
    def idle_since(self) -> float | None:
        """When a client whose session is paused was last heard; None while it runs or is lost."""
        with self._lock:
            return None if self._drive.running or self._outbox is None else self._heard_at

    def close_idle(self) -> None:
        """Closes the connection of a client that was not heard for long (4002)."""
        with self._lock:
            outbox = self._outbox
        if outbox is not None:
            outbox.close(4002, "paused and idle for too long")

    def end(self) -> None:
        """Lets go of what it holds, and takes no more turns, as nobody can come back to it."""
        with self._lock:
            self._ended = True
        self.share.release()
        self.account.close()
        self.trainer.close()

    # For the queue and the worker that has the session's turn.

    def find_due(self, now: float) -> float | None:
        """Returns when the session wants its next turn; None while it waits for others."""
        with self._lock:
            if self._ended:
                return None
            if self.frame is not None or self.jobs or self._may_apply(now):
                return now
            dues = [self._frame_at] if self._wants_frame() else []
            if self.held:
                dues.append(self.held.look_at)
            news = self._news.find_due(self.timeline.edition)
            if news is not None and self._outbox is not None and not self._outbox.full:
                dues.append(news)
            return max(now, min(dues)) if dues else None

    def _wants_frame(self) -> bool:
        if self._outbox is None or self._outbox.has_frame:
            return False
        return self._demand.wants(training=self._drive.running or self._drive.stepping)

    def _may_apply(self, now: float) -> bool:
        """Whether the next command is to be applied, and not first the step before it.

        A step that must wait for credit or for its time does not hold up what follows.
        """
        first = self._inbox.first
        if first is None or (self._outbox is not None and self._outbox.full):
            return False
        if not self._drive.stepping or isinstance(first, Step):
            return True
        return not self._wants_frame() or self._frame_at > now

    @property
    def _frame_at(self) -> float:
        """When the next frame may be made."""
        return max(self._demand.next_at, self._look_at)

    def next_command(self, now: float) -> Command | None:
        """Takes the next command that is to be applied now."""
        with self._lock:
            if not self._may_apply(now):
                return None
            command, self._command_bytes = self._inbox.take()
            return command

    def hold(self, command: Edit | Reset) -> bool:
        """Has the command that was taken last wait for what it needs; False if too much waits.

        Who takes the session up meanwhile is told of it.
        """
        if not self.held.add(command, self._command_bytes):
            return False
        spec = self.trainer.spec_after(self.held.patches)
        with self._lock:
            self._coming = Coming(spec, len(self.held))
        return True

    def next_request(self, now: float) -> tuple[Point | None, FrameRequest] | None:
        """Returns the point and the contents of a frame that is due by now; None if none is."""
        with self._lock:
            if not self._wants_frame() or self._frame_at > now:
                return None
            return self._recalled, self._demand.peek(running=self._drive.running)

    def put_off_frame(self, until: float) -> None:
        """Frames wait: what the next one needs is not there yet."""
        with self._lock:
            self._look_at = until

    def start_turn(self, now: float) -> Turn | None:
        """Spends one credit for a frame that is due by now; None if none is."""
        with self._lock:
            if not self._wants_frame() or self._frame_at > now or self._outbox is None:
                return None
            running = self._drive.running
            request = self._demand.spend(now, running=running)
            tight = running and self._calm.take(now)
            epochs, batches = (0, 0) if self._recalled else self._drive.take()
            until, recalled = self._drive.until, self._recalled
            return Turn(self._outbox, request, epochs, batches, running, tight, until, recalled)

    def keep_calm(self) -> None:
        """The tight program is there or on its way; nobody need ask again before an edit."""
        with self._lock:
            self._calm.keep()

    def leave_out(self, turn: Turn, arrays: dict[str, Any]) -> list[str]:
        """Takes out of a frame what its client has; returns the names of it."""
        with self._lock:
            return self._demand.leave_out(arrays) if self._outbox is turn.outbox else []

    def finish_turn(self, turn: Turn, blob: bytes, rest_batches: int) -> None:
        """Leaves the frame for its client, if that is still the one.

        Args:
            turn: what was asked for.
            blob: the encoded frame.
            rest_batches: what is left of a step that took longer than a turn may.
        """
        with self._lock:
            self._drive.add_batches(rest_batches)
            if self._outbox is turn.outbox:
                turn.outbox.put_frame(blob)

    def fail_turn(self, turn: Turn) -> None:
        """Pauses after a turn that made no frame, and gives its credit back."""
        with self._lock:
            self._drive.run(False)
            self._demand.give_back(turn.request, credit=self._outbox is turn.outbox)

    def put_error(self, code: str, message: str, path: str = "") -> None:
        """Tells the client that something was refused."""
        with self._lock:
            if self._outbox is not None:
                self._outbox.put_error(code, message, path)

    def take_held(self) -> list[Edit | Reset]:
        """Takes the edits that wait; none waits any more."""
        with self._lock:
            self._coming = None
        return self.held.take()

    def put_waiting(self) -> None:
        """Tells the client that its edit waits for images or programs."""
        with self._lock:
            self._put({"type": "waiting"})

    def put_diverged(self, step: int) -> None:
        """Pauses and tells the client; the frame of this turn shows the last finite state."""
        self._stop({"type": "diverged", "step": step})

    def put_stopped(self, step: int, reason: str) -> None:
        """Pauses and tells the client which end of its run was reached."""
        self._stop({"type": "stopped", "step": step, "reason": reason})

    def _stop(self, message: Message) -> None:
        with self._lock:
            self._drive.run(False)
            self._put(message)

    def _put(self, message: Message) -> None:
        """Leaves a message for the client; the lock is held."""
        if self._outbox is not None:
            self._outbox.put(message)

    def put_spec(self, spec: Spec, *, joined: bool = False) -> None:
        """Gives a changed spec or changed weights the next id and makes a frame due.

        Args:
            spec: what is trained now.
            joined: whether the change and the one before it are one step of undo.
        """
        with self._lock:
            former, self._spec = self._spec, spec
            self._spec_id += 1
            self._demand.show()
            self._recall(None)
            self._end_trial("changed")
            if former.data != spec.data:
                self._demand.show_points()
            if former != spec:
                self._calm.disturb()
            step = self.trainer.step
            told = tell_spec(self._spec_id, former, spec, step, self.history)
            self._put({**told, "joined": True} if joined else told)

    @property
    def spec_id(self) -> int:
        """How many edits, resets and set weights the session has seen."""
        return self._spec_id

    @property
    def running(self) -> bool:
        """Whether the session trains by itself."""
        return self._drive.running

    def set_running(self, running: bool, until: Until | None = None) -> None:
        """Starts or pauses training; what is left of a step goes with either."""
        with self._lock:
            self._drive.run(running, until)
            if running:
                self._recall(None)

    def set_speed(self, epochs_per_frame: int) -> None:
        """Sets how many epochs lie between two frames."""
        with self._lock:
            self._drive.epochs_per_frame = epochs_per_frame

    def set_views(self, message: Views) -> None:
        """Changes what frames hold; the next one is due."""
        with self._lock:
            self._demand.change(message)

    def add_step(self, step: Step) -> None:
        """Asks for a little training while paused."""
        with self._lock:
            self._drive.add(step)
            self._recall(None)

    def drop_steps(self) -> None:
        """Forgets the steps that have not been trained."""
        with self._lock:
            self._drive.drop_steps()

    def recall(self, point: Point | None) -> None:
        """Pauses and shows a point of the time line from now on; None shows the present again."""
        with self._lock:
            self._recall(point)
            self._demand.show()
            if point is None:
                return
            self._drive.run(False)
            self._put(tell_recalled(point, self._spec))

    def _recall(self, point: Point | None) -> None:
        former, self._recalled = self._recalled, point
        shown, next_ = (one.moment.spec if one else self._spec for one in (former, point))
        if shown.data != next_.data:
            self._demand.show_points()

    def ask_timeline(self, on: bool) -> None:
        """Tells the client of the time line from now on, or no more."""
        with self._lock:
            self._news.ask(on)

    def tell_timeline(self, now: float) -> None:
        """Tells the client what the time line holds, if it is time to."""
        with self._lock:
            edition = self.timeline.edition
            due = self._news.find_due(edition)
            if self._outbox is None or due is None or due > now or self._outbox.full:
                return
            points = [point.describe() for point in self.timeline.points]
            self._outbox.put({"type": "timeline", "points": points})
            self._news.tell(edition, now)

    def try_out(self, command: Try) -> None:
        """Has copies of the network trained under some changes; an earlier trial ends.

        A change ends the trial, since its copies have begun from another network then.
        """
        with self._lock:
            self._end_trial("replaced")
        candidates = [Candidate(one.patch, one.origin) for one in command.candidates]
        try:
            trial = self.trainer.begin_trial(candidates, command.epochs)
        except EngineError as error:
            refusal = {"code": error.code, "path": error.path, "message": error.message}
            with self._lock:
                self._put(tell_stopped(command.trial, "refused", **refusal))
            return
        task = TrialTask(command.trial, trial, self._tell_trial)
        with self._lock:
            if self._outbox is None:
                return
            self._trial = task
            if not self._trials.add(task):
                self._end_trial("busy")

    def _tell_trial(self, task: TrialTask, message: Message) -> None:
        with self._lock:
            if self._trial is not task:
                return
            if message["type"] == "tried":
                self._trial = None
            self._put(message)

    def _end_trial(self, reason: str) -> None:
        """Cancels the trial, if there is one, and tells so; the lock is held."""
        task, self._trial = self._trial, None
        if task is not None:
            task.cancelled = True
            self._put(tell_stopped(task.name, reason))
