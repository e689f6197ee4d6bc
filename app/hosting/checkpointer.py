"""Checkpointer: one thread that saves sessions which have changed, off the threads that train."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait

from app.files.session_store import SessionStore
from app.sessions.saved_sessions import (
    LARGE_PAST_BYTES,
    PAST_BYTES,
    SavedSession,
    encode_session,
)
from app.sessions.session import Session

logger = logging.getLogger(__name__)

#: Sessions that are asked at one time; each answers between two of its turns.
_AT_ONCE = 8
#: How long such an answer is waited for; the next round asks again.
_ANSWER_SECONDS = 2.0
_POLL_SECONDS = 0.01


class Checkpointer:
    """Writes the sessions that have changed, every few seconds.

    After some sessions it rests as long as they took, so that it never has more than half of a
    processor.

    Args:
        files: where to.
        seconds: from one round to the next; 0 for none.
        list_sessions: all sessions.
        writing: held while a file is written; a session that is `released` is not written.
    """

    def __init__(
        self,
        files: SessionStore,
        seconds: float,
        list_sessions: Callable[[], list[Session]],
        writing: threading.Lock,
    ) -> None:
        self._writing = writing
        self._files = files
        self._seconds = seconds
        self._list_sessions = list_sessions
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sessions-saved", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Stops the rounds."""
        self._stopped.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._save_changed()
            except Exception:
                logger.exception("saving sessions failed")

    def _save_changed(self) -> None:
        changed = (s for s in self._list_sessions() if s.revision != s.saved_revision)
        while not self._stopped.is_set() and (some := [*itertools.islice(changed, _AT_ONCE)]):
            for session, saved in ask(some, _ANSWER_SECONDS, last=False):
                begun = time.monotonic()
                content = encode_session(saved, PAST_BYTES, LARGE_PAST_BYTES)
                with self._writing:
                    if session.released:
                        continue
                    if not self._files.put(session.token, content):
                        return
                if session.forgotten:
                    # While it was written; nobody else would remove it.
                    self._files.delete(session.token)
                session.saved_revision = saved.revision
                self._stopped.wait(time.monotonic() - begun)


def ask(
    sessions: list[Session], seconds: float, *, last: bool
) -> Iterator[tuple[Session, SavedSession]]:
    """Yields what is to be saved of sessions, as their workers come to it.

    Args:
        sessions: which.
        seconds: how long to wait at most; those that have not answered are left out.
        last: whether the server stops; see `WorkerState.save`.
    """
    until = time.monotonic() + seconds
    asked: dict[Future[SavedSession | None], Session] = {}
    waiting = [*sessions]
    while (waiting or asked) and (rest := until - time.monotonic()) > 0:
        for session in waiting:
            future = session.save(last=last)
            if future is not None:
                asked[future] = session
        waiting = [s for s in waiting if s not in asked.values()]
        done, _ = wait(asked, min(rest, _POLL_SECONDS) if waiting else rest, "FIRST_COMPLETED")
        for future in done:
            session = asked.pop(future)
            if error := future.exception():
                logger.error("session %s: it cannot be saved", session.label, exc_info=error)
                continue
            saved = future.result()
            if saved is not None:
                yield session, saved
            elif last:
                waiting.append(session)
    for future in asked:
        future.cancel()
