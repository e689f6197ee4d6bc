"""The fair queue of sessions and the threads that work it off.

A session is in one of three places: nowhere, because it waits for its client; in the
queue, or noted for later, because it is due; or with a worker, for one bounded turn.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from app.sessions import Session

logger = logging.getLogger(__name__)


class Scheduler:
    """Gives each due session one turn after the other, round robin.

    Args:
        workers: number of threads.
        take_turn: does one bounded turn of a session.
    """

    def __init__(self, workers: int, take_turn: Callable[[Session], None]) -> None:
        self._take_turn = take_turn
        self._changed = threading.Condition()
        self._queue: deque[Session] = deque()
        self._queued: set[Session] = set()
        self._busy: set[Session] = set()
        self._later: dict[Session, float] = {}
        self._stopping = False
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
        """Looks again whether the session is due; cheap, never blocks for long."""
        with self._changed:
            if session in self._queued or session in self._busy:
                return
            if self._place(session):
                self._changed.notify()

    def _place(self, session: Session) -> bool:
        """Queues a session or notes it for later; False if it waits for its client."""
        now = time.monotonic()
        due = session.find_due(now)
        self._later.pop(session, None)
        if due is None:
            return False
        if due > now:
            self._later[session] = due
        else:
            self._queued.add(session)
            self._queue.append(session)
        return True

    def _next(self, done: Session | None) -> Session | None:
        """Puts one session back and waits for the next one; None when stopping."""
        with self._changed:
            if done is not None:
                self._busy.remove(done)
                self._place(done)
            while not self._stopping:
                now = time.monotonic()
                for session in [s for s, due in self._later.items() if due <= now]:
                    self._place(session)
                if self._queue:
                    session = self._queue.popleft()
                    self._queued.remove(session)
                    self._busy.add(session)
                    if self._queue or self._later:
                        self._changed.notify()
                    return session
                earliest = min(self._later.values(), default=None)
                self._changed.wait(None if earliest is None else earliest - now)
            return None

    def _work(self) -> None:
        session: Session | None = None
        while (session := self._next(session)) is not None:
            try:
                self._take_turn(session)
            except Exception:
                logger.exception("session %s: a turn failed outside of the engine", session.label)
