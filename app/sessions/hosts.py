"""Host that keeps sessions in this process, trained by a few threads."""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

from app.files.handover import HandoverSeal
from app.files.session_files import SessionFiles
from app.history.snapshot_memory import SnapshotMemory
from app.history.undo import MAX_SNAPSHOT_BYTES
from app.limits.budget import Budget
from app.limits.image_memory import ImageMemory, ImageReservation
from app.protocol.outbox import Outbox
from app.sessions.recovery import Recovery
from app.sessions.saved_sessions import SavedSession
from app.sessions.scheduler import Scheduler
from app.sessions.session import Session
from app.sessions.session_host import SessionLimitError
from app.sessions.statistics import HostStatistics, SessionCounts
from app.sessions.trials import TrialRunner
from engine import LinkPayload, MemoryLimitError, Programs, Snapshot, Spec, Trainer

logger = logging.getLogger(__name__)

#: What can be undone in all sessions together.
UNDO_BYTES = 1 << 29


class LocalHost:
    """Host of sessions in this process, trained by a few threads.

    A session whose client is lost waits for `resume_seconds`. When all places are taken,
    a new client gets the place of the session that has waited longest.

    Args:
        programs: the compiled programs all trainers share.
        scheduler: gives sessions their turns.
        max_sessions: places.
        resume_seconds: how long a session waits for a lost client.
        idle_seconds: how long a client may say nothing while its session is paused.
        max_inbox_bytes: how much the waiting commands of one session may hold.
        max_fps: frames a second that a session gets at most.
        budget: of what waits for workers and for clients; its own if None.
        image_bytes: what networks for images may hold together.
        files: where sessions are saved; None to save none.
        checkpoint_seconds: from one time to the next.
        seal: of sessions that are handed over to another server; None to hand over none.
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
        budget: Budget | None = None,
        image_bytes: int = 1 << 31,
        files: SessionFiles | None = None,
        checkpoint_seconds: float = 3.0,
        seal: HandoverSeal | None = None,
    ) -> None:
        self._programs = programs
        self._image_memory = ImageMemory(image_bytes)
        self._image_memory.evict = self._evict_images
        self._scheduler = scheduler
        self._max_sessions = max_sessions
        self._resume_seconds = resume_seconds
        self._idle_seconds = idle_seconds
        self._max_inbox_bytes = max_inbox_bytes
        self._max_fps = max_fps
        self._timeline_memory = SnapshotMemory(max_sessions)
        self._undo_memory = SnapshotMemory(max_sessions, UNDO_BYTES, MAX_SNAPSHOT_BYTES)
        self._budget = budget or Budget(max_sessions)
        self._trials = TrialRunner()
        self._changed = threading.Condition()
        self._sessions: dict[str, Session] = {}
        self._coming = 0
        self._opened = 0
        self._ended = SessionCounts()
        self._numbers = itertools.count(1)
        self._closing = False
        self._recovery = Recovery(
            programs, files, seal, checkpoint_seconds, self.get, self._admit_saved, self._list
        )
        self._sweeper = threading.Thread(target=self._sweep, name="sessions", daemon=True)
        self._sweeper.start()

    def create(self, spec: Spec, outbox: Outbox, payload: LinkPayload | None = None) -> Session:
        """Makes a session for a client; waits for the programs that it needs.

        Args:
            spec: what it trains.
            outbox: the client's.
            payload: what it begins with instead of the initial weights of its seed.

        Raises:
            SessionLimitError: no place, and no session waits for a lost client.
            PayloadError: the link payload is of another network.
        """
        return self._admit(
            lambda reservation: Trainer(spec, self._programs, payload, reservation.admit), outbox
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

        return self._admit(make, None)

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
        outbox: Outbox | None,
        saved: SavedSession | None = None,
    ) -> Session:
        reservation = ImageReservation(self._image_memory)
        with self._changed:
            if len(self._sessions) + self._coming >= self._max_sessions:
                self._evict_session()
            self._coming += 1
        try:
            session = Session(
                token=saved.notes.token if saved else secrets.token_urlsafe(24),
                label=str(next(self._numbers)),
                trainer=make(reservation),
                reservation=reservation,
                max_inbox_bytes=self._max_inbox_bytes,
                max_fps=self._max_fps,
                wake=self._scheduler.wake,
                timeline_memory=self._timeline_memory,
                undo_memory=self._undo_memory,
                account=self._budget.open(),
                trials=self._trials,
            )
            if saved is not None:
                session.restore(saved)
            if outbox is not None:
                session.attach(outbox, resumed=False)
            with self._changed:
                self._sessions[session.token] = session
                self._opened += 1
                self._changed.notify()
        except BaseException as error:
            reservation.release()
            if isinstance(error, MemoryLimitError):
                raise SessionLimitError(error.message) from None
            raise
        finally:
            with self._changed:
                self._coming -= 1
        logger.debug("session %s: opened", session.label)
        return session

    def _evict_session(self) -> None:
        waiting = [(lost, s) for s in self._sessions.values() if (lost := s.lost_at) is not None]
        if self._closing or not waiting:
            raise SessionLimitError
        self.drop(min(waiting, key=lambda pair: pair[0])[1])

    def _evict_images(self, n_bytes: int, asking: ImageReservation) -> None:
        """Frees image memory of sessions without a client, the longest lost first.

        First they keep only the present state, without what can be undone or recalled; what
        this does not free goes with whole sessions.
        """
        with self._changed:
            lost = [(at, s) for s in self._sessions.values() if (at := s.lost_at) is not None]
        oldest = [session for _, session in sorted(lost, key=lambda pair: pair[0])]
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
            SessionLimitError: its network needs more memory than there is at present.
        """
        session = self.get(token) or self._recovery.load(token)
        if session is None:
            return None
        try:
            session.reserve_memory()
        except MemoryLimitError as error:
            raise SessionLimitError(error.message) from None
        with self._changed:
            if token not in self._sessions:
                return None
            session.attach(outbox, resumed=True)
            return session

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

        return self._admit(make, None, saved)

    def disconnect(self, session: Session, outbox: Outbox) -> None:
        """Detaches the client of a session, which waits for it."""
        session.detach(outbox)
        session.release_memory()
        with self._changed:
            self._changed.notify()

    def get(self, token: str) -> Session | None:
        """Returns a session; None if there is none."""
        with self._changed:
            return self._sessions.get(token)

    def drop(self, session: Session) -> None:
        """Forgets a session."""
        with self._changed:
            if self._sessions.pop(session.token, None) is not None:
                self._ended.add(session.counts)
        session.end()
        logger.debug("session %s: dropped", session.label)

    def statistics(self) -> HostStatistics:
        """Returns what the sessions do, and have done."""
        with self._changed:
            sessions, opened = [*self._sessions.values()], self._opened
            counts = SessionCounts()
            for one in (self._ended, *(session.counts for session in sessions)):
                counts.add(one)
        states = Counter(session.state for session in sessions)
        return HostStatistics(
            running=states["running"],
            paused=states["paused"],
            waiting=states["waiting"],
            places=self._max_sessions,
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

    def _list(self) -> list[Session]:
        with self._changed:
            return [*self._sessions.values()]

    def close(self) -> None:
        """Forgets all sessions and stops the workers."""
        self._recovery.close()
        with self._changed:
            self._closing = True
            self._sessions.clear()
            self._changed.notify()
        self._trials.close()
        self._scheduler.stop(timeout=1.0)

    def _sweep(self) -> None:
        with self._changed:
            while not self._closing:
                now = time.monotonic()
                waits = [self._expire(session, now) for session in [*self._sessions.values()]]
                self._changed.wait(min(waits, default=None))

    def _expire(self, session: Session, now: float) -> float:
        """Drops or closes a session whose time is up; returns the seconds until the next check."""
        lost, idle = session.lost_at, session.idle_since
        if lost is not None:
            rest = lost + self._resume_seconds - now
            if rest <= 0:
                self.drop(session)
                self._recovery.forget(session)
        else:
            rest = (now if idle is None else idle) + self._idle_seconds - now
            if rest <= 0:
                session.close_idle()
        return rest if rest > 0 else self._idle_seconds
