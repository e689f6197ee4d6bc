"""Session: thread-safe handle of a network in training and its client.

Socket threads, requests and the scheduler hold a `Session`. What only a worker may touch, while it
has the session's turn, is a `WorkerState`; it is given to a turn and to jobs, and to nobody else.
What both share lies in a `SharedState`, which is reached only with its lock held.
"""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import partial
from typing import Literal

from app.files.study_files import StudyFiles
from app.history.snapshot_memory import SnapshotMemory
from app.history.timeline import TimelineNotifications
from app.limits.budget import Account, Budget
from app.limits.image_memory import ImageMemory, ImageReservation
from app.limits.memory_budget import MemoryBudget
from app.protocol.messages import Command
from app.protocol.outbox import Outbox
from app.scheduling.inbox import Inbox
from app.scheduling.jobs import T
from app.sessions.client.announcements import UndoStatus, make_opened_message
from app.sessions.client.audience import Audience, Ended, Joined
from app.sessions.copies.background import BackgroundRunner
from app.sessions.saved_sessions import SavedSession
from app.sessions.shared_state import Locked, SharedState
from app.sessions.statistics import SessionCounts
from app.sessions.sweeps import SWEEP_BYTES
from app.sessions.tokens import make_watch_token
from app.sessions.worker_state import WorkerState
from engine import Trainer


class Session:
    """Handle of a session: queues commands and jobs, attaches clients; any thread may call it.

    Args:
        token: the secret by which a client takes the session up again.
        label: short name for the log.
        trainer: the network; belongs to the worker from now on.
        max_inbox_bytes: how much the waiting commands may hold.
        max_fps: frames a second at most, whatever the client asks for.
        wake: called without a lock when the session may have become due.
        timeline_memory: of the time lines; its own if None.
        undo_memory: of what can be undone; its own if None.
        account: of what waits for its worker or for its client; its own if None.
        background: trains copies; its own if None.
        reservation: of the memory for images; its own if None.
        studies: where searches are kept; in memory alone if None.
        sweep_memory: of the sweeps of all sessions; its own if None.
    """

    def __init__(
        self,
        token: str,
        label: str,
        trainer: Trainer,
        max_inbox_bytes: int,
        max_fps: float | None,
        wake: Callable[[Session], None],
        timeline_memory: SnapshotMemory | None = None,
        undo_memory: SnapshotMemory | None = None,
        account: Account | None = None,
        background: BackgroundRunner | None = None,
        reservation: ImageReservation | None = None,
        studies: StudyFiles | None = None,
        sweep_memory: MemoryBudget | None = None,
    ) -> None:
        self.token = token
        self.watch_token = make_watch_token(token)
        self.label = label
        self.account = account or Budget().open()
        self.reservation = reservation or ImageReservation(ImageMemory(0))
        #: The revision that has been saved; the checkpointer sets it.
        self.saved_revision = -1
        #: Whether nobody will come back to it; the host sets it.
        self.forgotten = False
        #: Whether another server goes on with it; the host sets it.
        self.released = False
        self._wake = wake
        #: Held during a turn: nobody closes what it works on.
        self._turn = threading.Lock()
        self._over = False
        inbox = Inbox(max_inbox_bytes, self.account)
        self._locked = Locked(SharedState(trainer.spec, inbox, max_fps))
        self._worker = WorkerState(
            label,
            trainer,
            self._locked,
            self.account,
            timeline_memory,
            undo_memory,
            background or BackgroundRunner(),
            studies,
            sweep_memory or MemoryBudget(SWEEP_BYTES),
            self.reservation,
            partial(_wake_if_there, weakref.ref(self), wake),
        )

    # For socket threads and requests.

    def attach(self, outbox: Outbox, *, resumed: bool) -> None:
        """Attaches a client's outbox; that of the former client is closed (4001)."""
        with self._locked as shared:
            shared.end_trial("replaced")
            shared.end_check("replaced")
            former, shared.outbox = shared.outbox, outbox
            shared.heard_at = time.monotonic()
            shared.demand.restart()
            shared.recalled, shared.notifications = None, TimelineNotifications()
            outbox.on_taken = lambda: self._wake(self)
            outbox.account = self.account
            running = shared.control.running
            known = self.token, shared.spec_id, shared.spec, shared.undo_status
            opened = make_opened_message(
                *known, shared.pending_spec, running=running, resumed=resumed,
                ablation=shared.demand.ablation,
            )  # fmt: skip
            outbox.put(opened)
            if shared.sweep is not None:
                outbox.put({"type": "sweep", "sweep": shared.sweep})
        if former is not None:
            former.close(4001, "taken over by another client")
        self._wake(self)

    def detach(self, outbox: Outbox) -> None:
        """Detaches a client's outbox; training waits for a client to come back.

        What it still asked for is done: no outbox holds that up any more.
        """
        with self._locked as shared:
            if shared.outbox is outbox:
                shared.end_trial("replaced")
                shared.end_check("replaced")
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

    def submit(self, job: Callable[[WorkerState], T]) -> Future[T] | None:
        """Queues a job for the worker between two turns; None if too much waits.

        Args:
            job: given what only the worker may touch.
        """
        future = self._worker.jobs.add(partial(job, self._worker))
        self._wake(self)
        return future

    @property
    def revision(self) -> int:
        """Counts what a saved session would show: changes, training, settings."""
        with self._locked as shared:
            return shared.revision

    def save(self, *, last: bool = False) -> Future[SavedSession | None] | None:
        """Has the worker return the session as it can be saved; None if too much waits.

        Args:
            last: whether the server stops; see `WorkerState.save`.
        """
        return self.submit(lambda worker: worker.save(self.token, last=last))

    def hand_over(self, state: str, seconds: float) -> None:
        """Hands the signed session to its client, who may give it to another server.

        Args:
            state: the session.
            seconds: how long it can be taken over.
        """
        with self._locked as shared:
            shared.put({"type": "handover", "state": state, "seconds": seconds})

    def restore(self, saved: SavedSession) -> None:
        """Goes on from a saved session; called before anybody else has this one."""
        self._worker.restore(saved)

    def release_memory(self) -> None:
        """Has the worker free memory of an image network that can be computed again."""
        if self.reservation.n_bytes:
            self.submit(lambda worker: worker.trainer.release_memory())

    def compact(self) -> int:
        """Has the worker drop undo and time line; returns the image memory that this frees.

        Called while there is no client. It goes on bit for bit, but undoes nothing any more.
        """
        with self._locked as shared:
            spec = shared.spec
        freed = self.reservation.compact(spec)
        if freed:
            self.submit(lambda worker: worker.forget())
        return freed

    def reserve_memory(self) -> None:
        """Reserves the memory again that a returning client's network needs.

        Raises:
            MemoryLimitError: there is not so much at present.
        """
        with self._locked as shared:
            spec = shared.spec
        self.reservation.admit(spec)

    def add_credit(self, outbox: Outbox) -> bool:
        """Counts one `ack`; False if it adds nothing.

        There is enough credit, or it is of a client that another one has taken over from.
        """
        with self._locked as shared:
            if shared.outbox is not outbox:
                return False
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
    def counts(self) -> SessionCounts:
        """Frames and updates so far."""
        return self._worker.frames.counts

    @property
    def state(self) -> Literal["running", "paused", "waiting"]:
        """Whether it trains by itself, does not, or waits for a lost client."""
        with self._locked as shared:
            if shared.outbox is None:
                return "waiting"
            return "running" if shared.control.running else "paused"

    @property
    def idle_since(self) -> float | None:
        """When a client whose session is paused was last heard; None while it runs or is lost."""
        with self._locked as shared:
            busy = shared.control.running or shared.outbox is None
            return None if busy else shared.heard_at

    def close_client(self, code: int, reason: str) -> None:
        """Closes the connection of the client, if there is one."""
        with self._locked as shared:
            outbox = shared.outbox
        if outbox is not None:
            outbox.close(code, reason)

    def watch(self, watcher: object, make: Callable[[], Audience]) -> Audience:
        """Adds a watcher and returns the audience, in which it is told first what there is.

        Args:
            watcher: who comes.
            make: makes an audience, where nobody watches yet.
        """
        with self._locked as shared:
            if shared.audience is None:
                shared.audience = make()
            known = self.watch_token, shared.spec_id, shared.spec, UndoStatus(), None
            opened = make_opened_message(
                *known, running=shared.control.running, resumed=False,
                ablation=shared.demand.ablation,
            )  # fmt: skip
            told = {**opened, "watching": True, "sweep": shared.sweep}
            text = json.dumps(told, separators=(",", ":"))
            shared.audience.put(Joined(watcher, text))
            if shared.ended:
                shared.audience.put(Ended())
            return shared.audience

    def leave_unwatched(self, audience: Audience) -> bool:
        """Forgets an audience without watchers; False if one has just come."""
        with self._locked as shared:
            if not audience.empty:
                return False
            if shared.audience is audience:
                shared.audience = None
            return True

    def end(self) -> None:
        """Ends the session: releases its memory and takes no more turns.

        A turn that is under way releases what it has begun once it is done.
        """
        with self._locked as shared:
            shared.ended = self._over = True
            if shared.audience is not None:
                shared.audience.put(Ended())
        self.reservation.release()
        self.account.close()
        self._close_worker()

    # For the scheduler.

    def find_due(self, now: float) -> float | None:
        """Returns when the next turn is due; None while the session waits for others.

        Called while no worker has its turn.
        """
        return self._worker.find_due(now)

    @property
    def turn_kind(self) -> Hashable:
        """What kind of work the last turn was; None if it was like no other."""
        return self._worker.turn_kind

    def take_turn(self, turn: Callable[[WorkerState], None]) -> None:
        """Runs a turn; called by one thread at a time."""
        with self._turn:
            turn(self._worker)
        if self._over:
            self._close_worker()

    def _close_worker(self) -> None:
        """Closes what the worker has, unless a turn is under way, which does so at its end."""
        if self._turn.acquire(blocking=False):
            try:
                self._worker.close()
            finally:
                self._turn.release()


def _wake_if_there(session: weakref.ref[Session], wake: Callable[[Session], None]) -> None:
    """Wakes a session; what it holds itself keeps it from being freed at once."""
    there = session()
    if there is not None:
        wake(there)
