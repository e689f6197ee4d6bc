"""Registry of a host's sessions: bounded places, expiry, and the line of who waits for one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.hosting.session_host import SessionLimitError
from app.hosting.waiting_line import Waiter, WaitingLine
from app.sessions.session import Session
from app.sessions.statistics import SessionCounts

logger = logging.getLogger(__name__)

#: A page that is loaded anew is back by then, and loses its place to nobody who can wait.
GRACE_SECONDS = 10.0
#: While somebody waits, it is looked so often whether there is a place.
LINE_SECONDS = 1.0


class SessionRegistry:
    """Sessions by token.

    A session whose client is lost waits for `resume_seconds`. When all places are taken, a new
    client gets the place of the session that has waited longest; one that can wait, and whoever
    waits in the line, only after `grace_seconds`. Who waits goes before who comes.

    Args:
        max_sessions: places.
        max_waiting: clients in the line.
        resume_seconds: how long a session waits for a lost client.
        idle_seconds: how long a client may say nothing while its session is paused.
        grace_seconds: how long a session whose client is lost keeps its place from the line.
    """

    def __init__(
        self,
        max_sessions: int,
        max_waiting: int,
        resume_seconds: float,
        idle_seconds: float,
        grace_seconds: float,
    ) -> None:
        self._max_sessions = max_sessions
        self._resume_seconds = resume_seconds
        self._idle_seconds = idle_seconds
        self._grace_seconds = grace_seconds
        self._forget: Callable[[Session], None] = lambda session: None
        self._changed = threading.Condition()
        self._sessions: dict[str, Session] = {}
        self._watched: dict[str, Session] = {}
        self._coming = self._opened = 0
        self._ended = SessionCounts()
        self._line = WaitingLine(max_waiting, max_sessions)
        self._closing = False
        self._sweeper = threading.Thread(target=self._sweep, name="sessions", daemon=True)

    def start(self, forget: Callable[[Session], None]) -> None:
        """Starts to look for sessions whose time is up, and for places for those who wait.

        Args:
            forget: told of a session that nobody has come back to.
        """
        self._forget = forget
        self._sweeper.start()

    @contextmanager
    def take_place(self, token: str, *, patient: bool = False) -> Iterator[None]:
        """Keeps a place while a session is made.

        Args:
            token: of the session; a place is kept already for who comes from the line.
            patient: whether its client can wait.

        Raises:
            SessionLimitError: no place, or others wait for one.
        """
        with self._changed:
            seated = self._line.find_seated(token) is not None
            if not seated:
                before = time.monotonic() - (self._grace_seconds if patient else 0.0)
                waited_for = self._line.wants_place()
                if self._closing or waited_for or (self._is_full() and not self._evict(before)):
                    raise SessionLimitError
                self._coming += 1
        try:
            yield
        finally:
            with self._changed:
                self._coming -= not seated
                self._changed.notify()

    def add(self, session: Session, attach: Callable[[], None] | None = None) -> None:
        """Adds a session, for which there is a place.

        Args:
            session: found by its tokens from now on.
            attach: attaches its client, who is told the tokens only then; meanwhile nobody takes
                the place of a session that has no client yet.
        """
        with self._changed:
            self._sessions[session.token] = session
            self._watched[session.watch_token] = session
            if attach is not None:
                attach()
            self._opened += 1
            waiter = self._line.find_seated(session.token)
            if waiter is not None:
                self._line.remove(waiter)
            self._changed.notify()

    def join_line(self, waiter: Waiter) -> None:
        """Has a client wait for a place.

        Raises:
            SessionLimitError: too many wait already.
        """
        with self._changed:
            if self._closing or not self._line.add(waiter):
                raise SessionLimitError
            self._changed.notify()

    def leave_line(self, waiter: Waiter) -> None:
        """Gives up a client's place in the line; one that is being seated is let finish."""
        with self._changed:
            waiter.left = True
            if not waiter.seated:
                self._line.remove(waiter)

    def list_waiting(self) -> list[Waiter]:
        """Returns the clients in the line."""
        with self._changed:
            return self._line.list_all()

    @property
    def waiting(self) -> int:
        """How many clients are in the line."""
        return len(self._line)

    def get(self, token: str) -> Session | None:
        """Returns a session; None if there is none."""
        with self._changed:
            return self._sessions.get(token)

    def find_watched(self, watch_token: str) -> Session | None:
        """Returns the session that a watch token is of; None if there is none."""
        with self._changed:
            return self._watched.get(watch_token)

    def list_all(self) -> list[Session]:
        """Returns all sessions."""
        with self._changed:
            return [*self._sessions.values()]

    @property
    def places(self) -> int:
        """How many sessions there may be."""
        return self._max_sessions

    def count(self) -> tuple[list[Session], int, SessionCounts]:
        """Returns the sessions, how many there have been, and what all of them have done."""
        with self._changed:
            sessions, opened = [*self._sessions.values()], self._opened
            counts = SessionCounts()
            for one in (self._ended, *(session.counts for session in sessions)):
                counts.add(one)
            return sessions, opened, counts

    def attach_if_there(self, session: Session, attach: Callable[[], None]) -> bool:
        """Attaches a client to a session unless that has just been dropped."""
        with self._changed:
            if session.token not in self._sessions:
                return False
            attach()
            return True

    def look_again(self) -> None:
        """Has it looked for sessions whose time is up, since a client has gone."""
        with self._changed:
            self._changed.notify()

    def drop(self, session: Session) -> None:
        """Forgets a session."""
        with self._changed:
            if self._sessions.pop(session.token, None) is not None:
                self._ended.add(session.counts)
            self._watched.pop(session.watch_token, None)
            self._changed.notify()
        session.end()
        logger.debug("session %s: dropped", session.label)

    def list_lost(self) -> list[Session]:
        """Returns sessions without a client, the longest lost first."""
        with self._changed:
            lost = [(at, s) for s in self._sessions.values() if (at := s.lost_at) is not None]
        return [session for _, session in sorted(lost, key=lambda pair: pair[0])]

    def close(self) -> None:
        """Forgets all sessions; nobody waits any more."""
        with self._changed:
            self._closing = True
            self._sessions.clear()
            self._watched.clear()
            self._changed.notify()

    def _is_full(self) -> bool:
        return len(self._sessions) + self._coming + self._line.seated >= self._max_sessions

    def _evict(self, before: float) -> bool:
        """Drops the session that has waited longest for its client; False if none has so long."""
        lost = self.list_lost()
        if not lost or (lost[0].lost_at or 0.0) > before:
            return False
        self.drop(lost[0])
        return True

    def _sweep(self) -> None:
        with self._changed:
            while not self._closing:
                now = time.monotonic()
                waits = [self._expire(session, now) for session in [*self._sessions.values()]]
                self._seat_waiting(now)
                if self._line:
                    waits.append(LINE_SECONDS)
                self._changed.wait(min(waits, default=None))

    def _expire(self, session: Session, now: float) -> float:
        """Drops or closes a session whose time is up; returns the seconds until the next check."""
        lost, idle = session.lost_at, session.idle_since
        if lost is not None:
            rest = lost + self._resume_seconds - now
            if rest <= 0:
                self.drop(session)
                self._forget(session)
        else:
            rest = (now if idle is None else idle) + self._idle_seconds - now
            if rest <= 0:
                session.close_client(4002, "paused and idle for too long")
        return rest if rest > 0 else self._idle_seconds

    def _seat_waiting(self, now: float) -> None:
        """Gives places that are free to those who wait, in their order."""
        for waiter in self._line.list_ready(now):
            # A session that is taken up again may lack memory alone.
            has_place = waiter.token in self._sessions or not self._is_full()
            if not has_place and not self._evict(now - self._grace_seconds):
                continue
            waiter.seated = True
            # What a network needs may have to be compiled: nobody else waits for that.
            seat = threading.Thread(target=self._seat, args=(waiter,), name="sessions-seat")
            seat.daemon = True
            seat.start()

    def _seat(self, waiter: Waiter) -> None:
        try:
            done = waiter.take_seat()
        except Exception:
            logger.exception("a client of the line got no session")
            done = True
        with self._changed:
            if done or waiter.left:
                self._line.remove(waiter)
            else:
                self._line.put_off(waiter, time.monotonic() + LINE_SECONDS)
            self._changed.notify()
