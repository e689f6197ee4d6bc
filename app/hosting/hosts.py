"""Host that keeps sessions in this process, trained by a few threads."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial

from app.files.handover import HandoverSeal
from app.files.session_store import SessionStore
from app.files.study_files import StudyFiles
from app.history.snapshot_memory import SnapshotMemory
from app.history.undo import MAX_SNAPSHOT_BYTES
from app.hosting.ownership import MovedError, OnlyServer, Ownership
from app.hosting.recovery import Recovery
from app.hosting.registry import GRACE_SECONDS, SessionRegistry
from app.hosting.scheduler import Scheduler
from app.hosting.session_host import SessionLimitError
from app.hosting.waiting_line import Waiter
from app.limits.budget import Budget
from app.limits.image_memory import ImageMemory, ImageReservation
from app.limits.memory_budget import MemoryBudget
from app.protocol.outbox import Outbox
from app.sessions.copies.background import BackgroundRunner
from app.sessions.saved_sessions import SavedSession
from app.sessions.session import Session
from app.sessions.statistics import HostStatistics
from app.sessions.sweeps import SWEEP_BYTES
from engine import LinkPayload, MemoryLimitError, Programs, Snapshot, Spec, Trainer

logger = logging.getLogger(__name__)

#: Code and reason with which connections are closed that are to be made anew (RFC 6455, 1012).
_MOVED = 1012, "the session moves to another server"
#: What can be undone in all sessions together.
UNDO_BYTES = 1 << 29


class LocalHost:
    """Host of sessions in this process, trained by a few threads.

    Who gets a place when all are taken: `SessionRegistry`.

    Args:
        programs: the compiled programs all trainers share.
        scheduler: gives sessions their turns.
        max_sessions: places.
        resume_seconds: how long a session waits for a lost client.
        idle_seconds: how long a client may say nothing while its session is paused.
        max_inbox_bytes: how much the waiting commands of one session may hold.
        max_fps: frames a second that a session gets at most.
        max_waiting: clients that may wait for a place.
        grace_seconds: how long a session whose client is lost keeps its place from those.
        budget: of what waits for workers and for clients; its own if None.
        image_bytes: what networks for images may hold together.
        files: where sessions are saved; None to save none.
        checkpoint_seconds: from one time to the next.
        seal: of sessions that are handed over to another server; None to hand over none.
        ownership: which sessions belong to this server; all of them unless given.
        studies: where searches are kept; in memory alone if None.
    """

    def __init__(
        self,
        programs: Programs,
        scheduler: Scheduler,
        max_sessions: int,
        resume_seconds: float,
        idle_seconds: float,
        max_inbox_bytes: int,
        max_fps: float | None = None,
        max_waiting: int = 64,
        grace_seconds: float = GRACE_SECONDS,
        budget: Budget | None = None,
        image_bytes: int = 1 << 31,
        files: SessionStore | None = None,
        checkpoint_seconds: float = 3.0,
        seal: HandoverSeal | None = None,
        ownership: Ownership | None = None,
        studies: StudyFiles | None = None,
    ) -> None:
        self._studies = studies
        self._ownership = ownership or OnlyServer()
        self._programs = programs
        self._image_memory = ImageMemory(image_bytes)
        self._image_memory.evict = self._evict_images
        self._scheduler = scheduler
        self._max_inbox_bytes = max_inbox_bytes
        self._max_fps = max_fps
        self._timeline_memory = SnapshotMemory(max_sessions)
        self._undo_memory = SnapshotMemory(max_sessions, UNDO_BYTES, MAX_SNAPSHOT_BYTES)
        self._budget = budget or Budget(max_sessions)
        self._background = BackgroundRunner()
        self._sweep_memory = MemoryBudget(SWEEP_BYTES)
        self._numbers = itertools.count(1)
        self._registry = SessionRegistry(
            max_sessions,
            max_waiting,
            resume_seconds,
            idle_seconds,
            grace_seconds,
        )
        self._recovery = Recovery(
            programs,
            files,
            seal,
            checkpoint_seconds,
            self._registry.get,
            self._admit_saved,
            self._registry.list_all,
        )
        self._registry.start(self._recovery.forget)

    def create(
        self,
        spec: Spec,
        outbox: Outbox,
        payload: LinkPayload | None = None,
        token: str | None = None,
        *,
        patient: bool = False,
    ) -> Session:
        """Makes a session for a client; waits for the programs that it needs.

        Args:
            spec: what it trains.
            outbox: the client's.
            payload: what it begins with instead of the initial weights of its seed.
            token: of the session, for a client that has waited for it; a new one if None.
            patient: whether the client can wait in the line.

        Raises:
            SessionLimitError: no place, and no session waits for a lost client.
            PayloadError: the link payload is of another network.
        """
        return self._admit(
            lambda reservation: Trainer(spec, self._programs, payload, reservation.admit),
            token or self.make_token(),
            outbox,
            patient=patient,
        )

    def branch(self, snapshot: Snapshot) -> Session:
        """Makes a session that goes on from a snapshot of another; it waits for its client.

        Raises:
            SessionLimitError: no place, and no session waits for a lost client.
        """

        def make(reservation: ImageReservation) -> Trainer:
            trainer = Trainer(snapshot.spec, self._programs, admit=reservation.admit)
            trainer.restore(snapshot)
            return trainer

        return self._admit(make, self.make_token())

    def decode_model(self, content: bytes) -> Snapshot:
        """Returns what a model file holds, for a session to go on from.

        Raises:
            CheckpointError: this is no model of ours.
            DataError: its data cannot be made.
        """
        return Trainer.decode(content, self._programs)

    def _admit(
        self,
        make: Callable[[ImageReservation], Trainer],
        token: str,
        outbox: Outbox | None = None,
        saved: SavedSession | None = None,
        *,
        patient: bool = False,
    ) -> Session:
        reservation = ImageReservation(self._image_memory)
        try:
            with self._registry.take_place(token, patient=patient):
                session = Session(
                    token=token,
                    label=str(next(self._numbers)),
                    trainer=make(reservation),
                    reservation=reservation,
                    max_inbox_bytes=self._max_inbox_bytes,
                    max_fps=self._max_fps,
                    wake=self._scheduler.wake,
                    timeline_memory=self._timeline_memory,
                    undo_memory=self._undo_memory,
                    account=self._budget.open(),
                    background=self._background,
                    studies=self._studies,
                    sweep_memory=self._sweep_memory,
                )
                if saved is not None:
                    session.restore(saved)
                attach = outbox and partial(session.attach, outbox, resumed=False)
                self._registry.add(session, attach)
        except BaseException as error:
            reservation.release()
            if isinstance(error, MemoryLimitError):
                raise SessionLimitError(error.message, "memory") from None
            raise
        logger.debug("session %s: opened", session.label)
        return session

    def _evict_images(self, n_bytes: int, asking: ImageReservation) -> None:
        """Frees image memory of sessions without a client, the longest lost first.

        First they keep only the present state, without what can be undone or recalled; what
        this does not free goes with whole sessions.
        """
        oldest = self._registry.list_lost()
        sessions = [s for s in oldest if s.reservation.n_bytes and s.reservation is not asking]
        for session in sessions:
            if n_bytes > 0:
                n_bytes -= session.compact()
        for session in sessions:
            if n_bytes > 0:
                n_bytes -= session.reservation.n_bytes
                self.drop(session)

    def resume(self, token: str, outbox: Outbox) -> Session | None:
        """Attaches a client to a session instead of any other; None if there is none.

        Raises:
            MovedError: it belongs to another server.
            SessionLimitError: its network needs more memory than there is at present.
        """
        if not self.owns(token):
            raise MovedError
        session = self.get(token) or self._recovery.load(token)
        if session is None:
            return None
        try:
            session.reserve_memory()
        except MemoryLimitError as error:
            raise SessionLimitError(error.message, "memory") from None
        attached = self._registry.attach_if_there(
            session, lambda: session.attach(outbox, resumed=True)
        )
        return session if attached else None

    def owns(self, token: str) -> bool:
        """Whether a session, by its token or watch token, belongs to this server."""
        return self._ownership.owns(token)

    def make_token(self) -> str:
        """Returns the token of a new session.

        Raises:
            MovedError: this server may have no sessions.
        """
        return self._ownership.make_token()

    def release_moved(self) -> int:
        """Saves and forgets sessions that belong to other servers; returns how many.

        Their clients are told to connect again (1012), and so are those in the line.
        """
        moved = [one for one in self._registry.list_all() if not self.owns(one.token)]
        if moved:
            self._recovery.save_last(moved)
        for session in moved:
            session.close_client(*_MOVED)
            self._registry.drop(session)
        for waiter in self._registry.list_waiting():
            if not self.owns(waiter.token):
                waiter.outbox.close(*_MOVED)
        return len(moved)

    def join_line(self, waiter: Waiter) -> None:
        """Has a client wait for a session.

        Raises:
            SessionLimitError: too many wait already.
        """
        self._registry.join_line(waiter)

    def leave_line(self, waiter: Waiter) -> None:
        """Gives up a client's place in the line."""
        self._registry.leave_line(waiter)

    @property
    def waiting(self) -> int:
        """How many clients wait for a session."""
        return self._registry.waiting

    def take_over(self, token: str, handed: bytes) -> None:
        """Goes on with the session of a server that has stopped; a session that is there stays.

        Args:
            token: of the session.
            handed: what its client was handed.

        Raises:
            HandoverError: it is not signed by one of our servers, or too old.
            EngineError: it is no session, or its data cannot be made.
            SessionLimitError: no place, and no session waits for a lost client.
        """
        if not (self.get(token) or self._recovery.load(token)):
            self._recovery.take_over(token, handed)

    def _admit_saved(self, saved: SavedSession) -> Session:
        def make(reservation: ImageReservation) -> Trainer:
            return Trainer(saved.snapshot.spec, self._programs, admit=reservation.admit)

        return self._admit(make, saved.notes.token, saved=saved)

    def disconnect(self, session: Session, outbox: Outbox) -> None:
        """Detaches the client of a session, which waits for it."""
        session.detach(outbox)
        session.release_memory()
        self._registry.look_again()

    def get(self, token: str) -> Session | None:
        """Returns a session; None if there is none."""
        return self._registry.get(token)

    def find_watched(self, watch_token: str) -> Session | None:
        """Returns the session that a watch token is of; None if there is none."""
        return self._registry.find_watched(watch_token)

    def drop(self, session: Session) -> None:
        """Forgets a session."""
        self._registry.drop(session)

    def end(self, session: Session) -> None:
        """Forgets a session and what was saved of it, since its client needs it no more."""
        self._registry.drop(session)
        self._recovery.forget(session)

    def statistics(self) -> HostStatistics:
        """Returns what the sessions do, and have done."""
        sessions, opened, counts = self._registry.count()
        states = Counter(session.state for session in sessions)
        return HostStatistics(
            running=states["running"],
            paused=states["paused"],
            waiting=states["waiting"],
            places=self._registry.places,
            opened=opened,
            counts=counts,
            turns=self._scheduler.statistics(),
            waiting_bytes=self._budget.used,
            image_bytes=self._image_memory.used,
            checkpoints=self._recovery.statistics(),
        )

    def finish(self) -> None:
        """Saves all sessions and hands them to their clients; nothing is trained after it."""
        self._recovery.finish()

    def close(self) -> None:
        """Forgets all sessions and stops the workers."""
        self._recovery.close()
        self._registry.close()
        self._background.close()
        self._scheduler.stop(timeout=1.0)
