"""Scheduler: worker threads that run the turns of sessions, in the order of the fair queue.

A session is in one of three places: nowhere, because it waits for its client; in the
queue, or noted for later, because it is due; or with a worker, for one bounded turn.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from app.scheduling.durations import Durations
from app.scheduling.fair_queue import FairQueue
from app.sessions.session import Session
from app.sessions.statistics import TurnStatistics

logger = logging.getLogger(__name__)


#: So long after the last light turn one thread is kept for the next one.
KEPT_SECONDS = 1.0
#: Bounds between which turns are counted, seconds.
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Scheduler:
    """Runs due sessions' turns on worker threads, with equal shares of time.

    Of several threads one takes no heavy turns while there are light ones, so that a modest
    session need not wait for the end of anybody's long turn.

    Args:
        workers: number of threads.
        take_turn: does one bounded turn of a session.
    """

    def __init__(self, workers: int, take_turn: Callable[[Session], None]) -> None:
        self._take_turn = take_turn
        self._changed = threading.Condition()
        self._queue: FairQueue[Session] = FairQueue()
        self._busy: dict[Session, bool] = {}  # and whether the turn is a heavy one
        self._later: dict[Session, float] = {}
        self._kept_until = 0.0
        self._stopping = False
        self._durations = Durations(_BOUNDS)
        self._threads = [
            threading.Thread(target=self._work, name=f"engine-{i}", daemon=True)
            for i in range(workers)
        ]

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> None:
        """Lets the present turns end and stops the threads."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout)

    def wake(self, session: Session) -> None:
        """Checks again whether a session is due; never blocks for long."""
        with self._changed:
            if session in self._queue or session in self._busy:
                return
            if self._place(session, time.monotonic()):
                self._changed.notify()

    def statistics(self) -> TurnStatistics:
        """Returns what the threads do at present, and how long turns took."""
        with self._changed:
            counts = len(self._threads), len(self._busy), len(self._queue)
            return TurnStatistics(*counts, self._durations.read())

    def _place(self, session: Session, now: float) -> bool:
        """Queues a session now or for later; False if it waits for its client."""
        due = session.find_due(now)
        self._later.pop(session, None)
        if due is None:
            return False
        if due > now:
            self._later[session] = due
        else:
            self._queue.add(session, now)
        return True

    def _put_back(self, session: Session, seconds: float, computed: float) -> None:
        """Charges the time of a turn and queues the session again."""
        now = time.monotonic()
        del self._busy[session]
        self._queue.charge(session, seconds, now, session.turn_kind, computed)
        self._durations.add(seconds)
        if not self._queue.is_heavy(session, now):
            self._kept_until = now + KEPT_SECONDS
        self._place(session, now)

    def _take(self, now: float) -> Session | None:
        """Takes who is next; None if nobody is, or only heavy ones that have to wait."""
        room = len(self._threads) - (now < self._kept_until)
        heavy = sum(self._busy.values()) < max(1, room)
        session = self._queue.take(heavy=heavy)
        if session is not None:
            self._busy[session] = self._queue.is_heavy(session, now)
        return session

    def _next(self, done: Session | None, seconds: float, computed: float) -> Session | None:
        """Returns one session and waits for the next one; None when stopping."""
        with self._changed:
            if done is not None:
                self._put_back(done, seconds, computed)
            while not self._stopping:
                now = time.monotonic()
                for session in [s for s, due in self._later.items() if due <= now]:
                    self._place(session, now)
                session = self._take(now)
                if session is not None:
                    if self._queue or self._later:
                        self._changed.notify()
                    return session
                self._changed.wait(self._find_pause(now))
            return None

    def _find_pause(self, now: float) -> float | None:
        """Returns for how long there is nothing to do, seconds; None until somebody wakes."""
        ends = list(self._later.values())
        if self._queue:
            ends.append(max(now, self._kept_until))
        return min(ends) - now if ends else None

    def _work(self) -> None:
        session: Session | None = None
        seconds = computed = 0.0
        while (session := self._next(session, seconds, computed)) is not None:
            begun, computed_before = time.monotonic(), time.thread_time()
            try:
                self._take_turn(session)
            except Exception:
                logger.exception("session %s: a turn failed outside of the engine", session.label)
            seconds = time.monotonic() - begun
            computed = time.thread_time() - computed_before
