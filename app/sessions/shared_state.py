"""State shared by socket threads and the worker of a session, behind one lock."""

from __future__ import annotations

import threading
import time
from typing import Any, Literal

from app.history.timeline import TimelineNotifications, TimelinePoint
from app.protocol.messages import Step
from app.protocol.outbox import Outbox
from app.scheduling.debounce import Debounce
from app.scheduling.inbox import Inbox
from app.sessions.client.announcements import PendingSpec, ServerMessage, UndoStatus
from app.sessions.client.audience import Audience
from app.sessions.client.frame_demand import FrameDemand
from app.sessions.client.training_control import TrainingControl
from app.sessions.copies import seed_checks
from app.sessions.copies.seed_checks import SeedCheckTask
from app.sessions.copies.trials import TrialTask, make_stopped_message
from engine import Spec


class SharedState:
    """State shared by socket threads and the worker; reached only through `Locked`.

    `Session` does so for any thread, `WorkerState` for the worker that has the turn.

    Args:
        spec: what is trained.
        inbox: for the commands.
        max_fps: frames a second at most, whatever the client asks for.

    Attributes:
        inbox: commands that wait.
        control: how the session trains.
        demand: when the next frame is due, and what it holds.
        debounce: when background compilation is worth it.
        notifications: when the client is told of its time line.
        outbox: of the client that is there; None without one.
        audience: of who watches; None where nobody does.
        pending_spec: the spec that pending edits lead to; None without any.
        undo_status: whether undo and redo are possible.
        recalled: the point of the time line that is shown instead of the present.
        trial: the present trial.
        check: the present check of a goal on seeds.
        sweep: the present sweep, as the client is told of it; None without one.
        spec: what is trained, as the client knows it.
        spec_id: counts edits, resets and set weights.
        retry_at: when a frame whose programs were missing is tried again.
        lost_at: when the last client was lost.
        heard_at: when the client was last heard.
        revision: counts what a saved session would show: changes, training, settings.
        ended: whether nobody can come back.
    """

    def __init__(self, spec: Spec, inbox: Inbox, max_fps: float | None) -> None:
        self.inbox = inbox
        self.control = TrainingControl()
        self.demand = FrameDemand(max_fps)
        self.debounce = Debounce()
        self.notifications = TimelineNotifications()
        self.outbox: Outbox | None = None
        self.audience: Audience | None = None
        self.pending_spec: PendingSpec | None = None
        self.undo_status = UndoStatus()
        self.recalled: TimelinePoint | None = None
        self.trial: TrialTask | None = None
        self.check: SeedCheckTask | None = None
        self.sweep: dict[str, Any] | None = None
        self.spec = spec
        self.spec_id = 0
        self.retry_at = 0.0
        self.lost_at = self.heard_at = time.monotonic()
        self.revision = 0
        self.ended = False

    @property
    def frame_at(self) -> float:
        """Earliest time of the next frame."""
        return max(self.demand.next_at, self.retry_at)

    def wants_frame(self) -> bool:
        """Whether a frame is due, there is credit for it, and none waits to be sent."""
        if self.outbox is None or self.outbox.has_frame:
            return False
        return self.demand.wants(training=self.control.running or self.control.stepping)

    def may_apply(self, now: float) -> bool:
        """Whether the next command may be applied, rather than the step before it trained first.

        A step that must wait for credit or for its time does not hold up what follows.
        """
        first = self.inbox.first
        if first is None or (self.outbox is not None and self.outbox.full):
            return False
        if not self.control.stepping or isinstance(first, Step):
            return True
        return not self.wants_frame() or self.frame_at > now

    def put(self, message: ServerMessage) -> None:
        """Queues a message for the client, if there is one, and for who watches."""
        if self.outbox is not None:
            self.outbox.put(message)
        if self.audience is not None:
            self.audience.put_message(message)

    def end_trial(self, reason: str) -> None:
        """Cancels the trial, if there is one, and tells the client why."""
        task, self.trial = self.trial, None
        if task is not None:
            task.cancelled = True
            self.put(make_stopped_message(task.name, reason))

    def end_check(self, reason: str) -> None:
        """Cancels the check on seeds, if there is one, and tells the client why."""
        task, self.check = self.check, None
        if task is not None:
            task.cancelled = True
            self.put(seed_checks.make_stopped_message(task.text, reason))

    def tell_of_copies(
        self, kind: Literal["trial", "check"], task: object, message: ServerMessage
    ) -> None:
        """Tells the client what a trial or a check has found, unless another is in its place.

        Args:
            kind: which of the two.
            task: whose message it is.
            message: the last one is `tried` or `checked`.
        """
        if getattr(self, kind) is not task:
            return
        if message["type"] in ("tried", "checked"):
            setattr(self, kind, None)
        self.put(message)

    def recall(self, point: TimelinePoint | None) -> None:
        """Shows a point of the time line from now on; None shows the present again."""
        former, self.recalled = self.recalled, point
        shown, next_ = (one.snapshot.spec if one else self.spec for one in (former, point))
        if shown.data != next_.data:
            self.demand.mark_points_due()


class Locked:
    """Lock that guards a shared state: `with locked as shared`.

    Args:
        state: nobody else keeps it.
    """

    def __init__(self, state: SharedState) -> None:
        self._lock = threading.Lock()
        self._state = state

    def __enter__(self) -> SharedState:
        self._lock.acquire()
        return self._state

    def __exit__(self, *_: object) -> None:
        self._lock.release()
