"""Recovery: saves the sessions of a host, hands them over, and restores them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from app.files.handover import HandoverError, HandoverSeal
from app.files.session_store import SessionStore
from app.hosting.checkpointer import Checkpointer, ask
from app.sessions.saved_sessions import (
    LARGE_PAST_BYTES,
    LAST_PAST_BYTES,
    PAST_BYTES,
    SavedSession,
    decode_session,
    encode_session,
)
from app.sessions.session import Session
from app.sessions.statistics import CheckpointStatistics
from engine import CheckpointError, DataError, Programs

logger = logging.getLogger(__name__)

#: How long it takes at most to save all sessions when the server stops.
FINISH_SECONDS = 3.0


class Recovery:
    """What has the sessions of a host outlive it.

    Args:
        programs: where the data of restored sessions come from.
        files: where sessions are saved; None to save none.
        seal: of sessions that are handed over; None to hand over none.
        seconds: from one time that changed sessions are saved to the next.
        find: returns a session of the host; None if it has none with this token.
        admit: makes a session of a saved one.
        list_sessions: all sessions of the host.
    """

    def __init__(
        self,
        programs: Programs,
        files: SessionStore | None,
        seal: HandoverSeal | None,
        seconds: float,
        find: Callable[[str], Session | None],
        admit: Callable[[SavedSession], Session],
        list_sessions: Callable[[], list[Session]],
    ) -> None:
        self._programs = programs
        self._files, self._seal = files, seal
        self._find, self._admit, self._list_sessions = find, admit, list_sessions
        self._changed = threading.Condition()
        self._restoring: set[str] = set()
        self._finished = False
        self._writing = threading.Lock()
        self._checkpointer: Checkpointer | None = None
        if files is not None:
            self._checkpointer = Checkpointer(files, seconds, list_sessions, self._writing)

    def load(self, token: str) -> Session | None:
        """Restores a session that was saved, also by another process; None if there is none.

        Raises:
            SessionLimitError: no place, and no session waits for a lost client.
        """
        files = self._files
        if files is None:
            return None
        try:
            return self._restore_once(token, lambda: files.get(token))
        except CheckpointError as error:
            files.refuse(token, error.message)
        except DataError as error:
            logger.warning("a saved session has to wait for its data: %s", error.message)
        return None

    def take_over(self, token: str, handed: bytes) -> None:
        """Restores a session that another server has handed to its client.

        Raises:
            HandoverError: it is not signed by one of our servers, or too old.
            EngineError: it is no session, or its data cannot be made.
            SessionLimitError: no place, and no session waits for a lost client.
        """
        if self._seal is None:
            raise HandoverError("this server takes no sessions over")
        content = self._seal.open(handed)
        self._restore_once(token, lambda: content)

    def _restore_once(self, token: str, read: Callable[[], bytes | None]) -> Session | None:
        """Restores a session, or returns it once another thread has done so."""
        with self._changed:
            while token in self._restoring:
                self._changed.wait()
            if (session := self._find(token)) is not None:
                return session
            self._restoring.add(token)
        try:
            content = read()
            if content is None:
                return None
            saved = decode_session(content, self._programs)
            if saved.notes.token != token:
                raise CheckpointError("it is another session")
            return self._admit(saved)
        finally:
            with self._changed:
                self._restoring.discard(token)
                self._changed.notify_all()

    def forget(self, session: Session) -> None:
        """Removes what was saved of a session that nobody has come back to."""
        session.forgotten = True
        if self._files is not None:
            self._files.delete(session.token)

    def statistics(self) -> CheckpointStatistics | None:
        """Returns what is saved; None where nothing is."""
        if self._files is None:
            return None
        found = self._files.statistics()
        return CheckpointStatistics(
            found.files, found.n_bytes, found.written, found.failed, found.written_at
        )

    def finish(self) -> None:
        """Saves all sessions and hands them to their clients; nothing is trained after it."""
        if self._finished or (self._files is None and self._seal is None):
            return
        self._finished = True
        until = time.monotonic() + FINISH_SECONDS
        self.close(FINISH_SECONDS)
        for session, saved in ask(self._list_sessions(), until - time.monotonic(), last=True):
            if self._files is not None:
                # Unchanged ones, too: there is room for more of their past.
                content = encode_session(saved, LAST_PAST_BYTES, LARGE_PAST_BYTES)
                self._files.put(session.token, content)
            if self._seal is not None and session.lost_at is None:
                text = self._seal.seal(encode_session(saved, PAST_BYTES))
                if text is not None:
                    session.hand_over(text, self._seal.seconds)

    def save_last(self, sessions: list[Session]) -> None:
        """Saves sessions that go to other servers, which train no more after it."""
        files = self._files
        if files is None:
            return
        with self._writing:
            # From now on nothing older is written.
            for session in sessions:
                session.released = True
        for session, saved in ask(sessions, FINISH_SECONDS, last=True):
            files.put(session.token, encode_session(saved, LAST_PAST_BYTES, LARGE_PAST_BYTES))

    def close(self, timeout: float = 0.0) -> None:
        """Stops saving."""
        if self._checkpointer is not None:
            self._checkpointer.stop(timeout)
