"""A session as every thread sees it: a network in training and the client that watches it.

Socket threads, requests and the scheduler hold a `Session`. What only a worker may touch, while it
has the session's turn, is a `WorkerState`; it is given to a turn and to jobs, and to nobody else.
What both share lies in a `SharedState`, which is reached only with its lock held.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from app.history.snapshot_memory import TimelineRoom
from app.history.timeline_notifications import TimelineNews
from app.limits.budget import Account, Budget
from app.limits.image_memory import ImageRoom, ImageShare
from app.protocol.messages import Command
from app.protocol.outbox import Outbox
from app.scheduling.inbox import Inbox
from app.scheduling.jobs import T
from app.sessions.announcements import tell_opened
from app.sessions.shared_state import Locked, SharedState
from app.sessions.trials import TrialRunner
from app.sessions.worker_state import WorkerState
from engine import Trainer


class Session:
    """One network, its trainer, and what its client asked for; any thread may call it.

    Args:
        token: the secret by which a client takes the session up again.
        label: short name for the log.
        trainer: the network; belongs to the worker from now on.
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
        self.account = account or Budget().open()
        self.share = share or ImageShare(ImageRoom(0))
        self._wake = wake
        inbox = Inbox(max_inbox_bytes, self.account)
        self._locked = Locked(SharedState(trainer.spec, inbox, max_fps))
        self._worker = WorkerState(
            label, trainer, self._locked, self.account, room, undo_room, trials or TrialRunner()
        )

    # For socket threads and requests.

    def attach(self, outbox: Outbox, *, resumed: bool) -> None:
        """Makes this outbox the one that is served; who was served before is closed (4001)."""
        with self._locked as shared:
            shared.end_trial("replaced")
            former, shared.outbox = shared.outbox, outbox
            shared.heard_at = time.monotonic()
            shared.demand.begin()
            shared.recalled, shared.notifications = None, TimelineNews()
            outbox.on_taken = lambda: self._wake(self)
            outbox.account = self.account
            running = shared.control.running
            known = self.token, shared.spec_id, shared.spec, shared.changes
            outbox.put(tell_opened(*known, shared.coming, running=running, resumed=resumed))
        if former is not None:
            former.close(4001, "taken over by another client")
        self._wake(self)

    def detach(self, outbox: Outbox) -> None:
        """The client of this outbox is gone; training waits for one to come back.

        What it still asked for is done: no outbox holds that up any more.
        """
        with self._locked as shared:
            if shared.outbox is outbox:
                shared.end_trial("replaced")
                shared.outbox = None
                shared.lost_at = time.monotonic()
        self._wake(self)

    def enqueue(self, command: Command, size: int) -> bool:
        """Queues a command; False if too much waits already.

        Args:
            command: what to do.
            size: bytes that it takes.
        """
        with self._locked as shared:
            shared.heard_at = time.monotonic()
            if not shared.inbox.add(command, size):
                return False
        self._wake(self)
        return True

    def ask(self, job: Callable[[WorkerState], T]) -> Future[T] | None:
        """Has a worker do something between two turns; None if too much waits.

        Args:
            job: given what only the worker may touch.
        """
        future = self._worker.jobs.add(partial(job, self._worker))
        self._wake(self)
        return future

    def rest(self) -> None:
        """Has a worker give back the memory that a network for images can go on without."""
        if self.share.n_bytes:
            self.ask(lambda worker: worker.trainer.rest())

    def pack(self) -> int:
        """Has a worker keep the present state alone; returns how many bytes of images that frees.

        Called while there is no client. It goes on bit for bit, but undoes nothing any more.
        """
        with self._locked as shared:
            spec = shared.spec
        freed = self.share.pack(spec)
        if freed:
            self.ask(lambda worker: worker.forget())
        return freed

    def unpack(self) -> None:
        """Takes the memory again that a client's return needs.

        Raises:
            RoomError: there is not so much at present.
        """
        with self._locked as shared:
            spec = shared.spec
        self.share.admit(spec)

    def add_credit(self) -> bool:
        """Counts one `ack`; False if it adds nothing because there is enough credit."""
        with self._locked as shared:
            shared.heard_at = time.monotonic()
            added = shared.demand.add_credit()
        if added:
            self._wake(self)
        return added

    @property
    def lost_at(self) -> float | None:
        """When the last client was lost (monotonic seconds); None while there is one."""
        with self._locked as shared:
            return shared.lost_at if shared.outbox is None else None

    @property
    def idle_since(self) -> float | None:
        """When a client whose session is paused was last heard; None while it runs or is lost."""
        with self._locked as shared:
            busy = shared.control.running or shared.outbox is None
            return None if busy else shared.heard_at

    def close_idle(self) -> None:
        """Closes the connection of a client that was not heard for long (4002)."""
        with self._locked as shared:
            outbox = shared.outbox
        if outbox is not None:
            outbox.close(4002, "paused and idle for too long")

    def end(self) -> None:
        """Lets go of what it holds, and takes no more turns, as nobody can come back to it."""
        with self._locked as shared:
            shared.ended = True
        self.share.release()
        self.account.close()
        self._worker.close()

    # For the scheduler.

    def find_due(self, now: float) -> float | None:
        """Returns when the session wants its next turn; None while it waits for others.

        Called while no worker has its turn.
        """
        return self._worker.find_due(now)

    def take_turn(self, turn: Callable[[WorkerState], None]) -> None:
        """Does a turn; one thread at a time calls this."""
        turn(self._worker)
