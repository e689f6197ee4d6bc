"""Where sessions live: the interface, and the host that keeps them in this process."""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Protocol

from app.history.snapshot_memory import TimelineRoom
from app.history.undo import MAX_MOMENT
from app.limits.budget import Budget
from app.limits.image_memory import ImageRoom, ImageShare
from app.protocol.outbox import Outbox
from app.sessions.scheduler import Scheduler
from app.sessions.session import Session
from app.sessions.trials import TrialRunner
from engine import Packet, Programs, RoomError, Snapshot, Spec, Trainer

logger = logging.getLogger(__name__)

#: What can be undone in all sessions together.
UNDO_BYTES = 1 << 29


class SessionLimitError(Exception):
    """All places, or the memory, are taken by sessions whose clients are there."""

    def __init__(self, message: str = "all sessions are taken; try again in a while") -> None:
        super().__init__(message)


class SessionHost(Protocol):
    """What the stream needs from the place where sessions live."""

    def create(self, spec: Spec, outbox: Outbox, packet: Packet | None = None) -> Session:
        """Makes a session for a client; raises SessionLimitError when there is no place."""
        ...

    def branch(self, moment: Snapshot) -> Session:
        """Makes a session that goes on from a moment of another; it waits for its client."""
        ...

    def decode_model(self, content: bytes) -> Snapshot:
        """Returns what a model file holds, for a session to go on from."""
        ...

    def take_up(self, token: str, outbox: Outbox) -> Session | None:
        """Gives a session to a client, away from any other; None if there is no such one."""
        ...

    def leave(self, session: Session, outbox: Outbox) -> None:
        """The client is gone; its session waits for it."""
        ...

    def get(self, token: str) -> Session | None:
        """Returns a session that lives, or None."""
        ...

    def drop(self, session: Session) -> None:
        """Forgets a session."""
        ...

    def close(self) -> None:
        """Forgets all sessions and stops the workers."""
        ...


class LocalHost:
    """Keeps sessions in this process and trains them with a few threads.

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
    ) -> None:
        self._programs = programs
        self._image_room = ImageRoom(image_bytes)
        self._image_room.make_way = self._make_way
        self._scheduler = scheduler
        self._max_sessions = max_sessions
        self._resume_seconds = resume_seconds
        self._idle_seconds = idle_seconds
        self._max_inbox_bytes = max_inbox_bytes
        self._max_fps = max_fps
        self._room = TimelineRoom(max_sessions)
        self._undo_room = TimelineRoom(max_sessions, UNDO_BYTES, MAX_MOMENT)
        self._budget = budget or Budget(max_sessions)
        self._trials = TrialRunner()
        self._changed = threading.Condition()
        self._sessions: dict[str, Session] = {}
        self._coming = 0
        self._numbers = itertools.count(1)
        self._closing = False
        self._sweeper = threading.Thread(target=self._sweep, name="sessions", daemon=True)
        self._sweeper.start()

    def create(self, spec: Spec, outbox: Outbox, packet: Packet | None = None) -> Session:
        """Makes a session for a client; waits for the programs that it needs.

        Args:
            spec: what it trains.
            outbox: the client's.
            packet: what it begins with instead of the initial weights of its seed.

        Raises:
            SessionLimitError: no place, and no session waits for a lost client.
            PacketError: the packet is of another network.
        """
        return self._admit(lambda share: Trainer(spec, self._programs, packet, share.admit), outbox)

    def branch(self, moment: Snapshot) -> Session:
        """Makes a session that goes on from a moment of another; it waits for its client.

        Raises:
            SessionLimitError: no place, and no session waits for a lost client.
        """

        def make(share: ImageShare) -> Trainer:
            trainer = Trainer(moment.spec, self._programs, admit=share.admit)
            trainer.restore(moment)
            return trainer

        return self._admit(make, None)

    def decode_model(self, content: bytes) -> Snapshot:
        """Returns what a model file holds, for a session to go on from.

        Raises:
            CheckpointError: this is no model of ours.
            DataError: its data cannot be made.
        """
        return Trainer.decode(content, self._programs)

    def _admit(self, make: Callable[[ImageShare], Trainer], outbox: Outbox | None) -> Session:
        share = ImageShare(self._image_room)
        with self._changed:
            if len(self._sessions) + self._coming >= self._max_sessions:
                self._make_room()
            self._coming += 1
        try:
            session = Session(
                token=secrets.token_urlsafe(24),
                label=str(next(self._numbers)),
                trainer=make(share),
                share=share,
                max_inbox_bytes=self._max_inbox_bytes,
                max_fps=self._max_fps,
                wake=self._scheduler.wake,
                room=self._room,
                undo_room=self._undo_room,
                account=self._budget.open(),
                trials=self._trials,
            )
            if outbox is not None:
                session.attach(outbox, resumed=False)
            with self._changed:
                self._sessions[session.token] = session
                self._changed.notify()
        except BaseException as error:
            share.release()
            if isinstance(error, RoomError):
                raise SessionLimitError(error.message) from None
            raise
        finally:
            with self._changed:
                self._coming -= 1
        logger.debug("session %s: opened", session.label)
        return session

    def _make_room(self) -> None:
        waiting = [(lost, s) for s in self._sessions.values() if (lost := s.lost_at) is not None]
        if self._closing or not waiting:
            raise SessionLimitError
        self.drop(min(waiting, key=lambda pair: pair[0])[1])

    def _make_way(self, n_bytes: int, asking: ImageShare) -> None:
        """Frees so many bytes of images, from whoever was lost longest; all it can if not enough.

        First they keep only the present state, without what can be undone or recalled; what
        this does not free goes with whole sessions.
        """
        with self._changed:
            lost = [(at, s) for s in self._sessions.values() if (at := s.lost_at) is not None]
        oldest = [session for _, session in sorted(lost, key=lambda pair: pair[0])]
        sessions = [s for s in oldest if s.share.n_bytes and s.share is not asking]
        for session in sessions:
            if n_bytes > 0:
                n_bytes -= session.pack()
        for session in sessions:
            if n_bytes > 0:
                n_bytes -= session.share.n_bytes
                self.drop(session)

    def take_up(self, token: str, outbox: Outbox) -> Session | None:
        """Gives a session to a client, away from any other; None if there is no such one.

        Raises:
            SessionLimitError: its network needs more memory than there is at present.
        """
        session = self.get(token)
        if session is None:
            return None
        try:
            session.unpack()
        except RoomError as error:
            raise SessionLimitError(error.message) from None
        with self._changed:
            if token not in self._sessions:
                return None
            session.attach(outbox, resumed=True)
            return session

    def leave(self, session: Session, outbox: Outbox) -> None:
        """The client is gone; its session waits for it."""
        session.detach(outbox)
        session.rest()
        with self._changed:
            self._changed.notify()

    def get(self, token: str) -> Session | None:
        """Returns a session that lives, or None."""
        with self._changed:
            return self._sessions.get(token)

    def drop(self, session: Session) -> None:
        """Forgets a session."""
        with self._changed:
            self._sessions.pop(session.token, None)
        session.end()
        logger.debug("session %s: dropped", session.label)

    def close(self) -> None:
        """Forgets all sessions and stops the workers."""
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
                waits = [self._look_after(session, now) for session in [*self._sessions.values()]]
                self._changed.wait(min(waits, default=None))

    def _look_after(self, session: Session, now: float) -> float:
        """Ends what has waited long enough, and returns when to look again (seconds)."""
        lost, idle = session.lost_at, session.idle_since
        if lost is not None:
            rest = lost + self._resume_seconds - now
            if rest <= 0:
                self.drop(session)
        else:
            rest = (now if idle is None else idle) + self._idle_seconds - now
            if rest <= 0:
                session.close_idle()
        return rest if rest > 0 else self._idle_seconds
