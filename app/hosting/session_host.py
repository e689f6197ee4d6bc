"""Interface of a session host: creates, finds, restores and removes sessions."""

from __future__ import annotations

from typing import Protocol

from app.hosting.waiting_line import Lack, Waiter
from app.protocol.outbox import Outbox
from app.sessions.session import Session
from app.sessions.statistics import HostStatistics
from engine import LinkPayload, Snapshot, Spec


class SessionLimitError(Exception):
    """No place or no memory for another session.

    Args:
        message: one sentence for a person.
        lack: what there is none of.
    """

    def __init__(
        self,
        message: str = "all sessions are taken; try again in a while",
        lack: Lack = "sessions",
    ) -> None:
        super().__init__(message)
        self.lack: Lack = lack


class SessionHost(Protocol):
    """Interface of a host: creates, finds and removes sessions."""

    def create(
        self,
        spec: Spec,
        outbox: Outbox,
        payload: LinkPayload | None = None,
        token: str | None = None,
        *,
        patient: bool = False,
    ) -> Session:
        """Makes a session for a client; raises SessionLimitError when there is no place."""
        ...

    def branch(self, snapshot: Snapshot) -> Session:
        """Makes a session that goes on from a snapshot of another; it waits for its client."""
        ...

    def decode_model(self, content: bytes) -> Snapshot:
        """Returns what a model file holds, for a session to go on from."""
        ...

    def resume(self, token: str, outbox: Outbox) -> Session | None:
        """Attaches a client to a session instead of any other; None if there is none.

        Raises MovedError where the session belongs to another server.
        """
        ...

    def take_over(self, token: str, handed: bytes) -> None:
        """Goes on with the session of a server that has stopped."""
        ...

    def owns(self, token: str) -> bool:
        """Whether a session, by its token or watch token, belongs to this server."""
        ...

    def make_token(self) -> str:
        """Returns the token of a new session; raises MovedError where there may be none."""
        ...

    def release_moved(self) -> int:
        """Saves and forgets sessions that belong to other servers; returns how many."""
        ...

    def join_line(self, waiter: Waiter) -> None:
        """Has a client wait for a session; raises SessionLimitError where too many wait."""
        ...

    def leave_line(self, waiter: Waiter) -> None:
        """Gives up a client's place in the line."""
        ...

    @property
    def waiting(self) -> int:
        """How many clients wait for a session."""
        ...

    def disconnect(self, session: Session, outbox: Outbox) -> None:
        """Detaches the client of a session, which waits for it."""
        ...

    def get(self, token: str) -> Session | None:
        """Returns a session; None if there is none."""
        ...

    def find_watched(self, watch_token: str) -> Session | None:
        """Returns the session that a watch token is of; None if there is none."""
        ...

    def drop(self, session: Session) -> None:
        """Forgets a session."""
        ...

    def end(self, session: Session) -> None:
        """Forgets a session and what was saved of it, since its client needs it no more."""
        ...

    def statistics(self) -> HostStatistics:
        """Returns what the sessions do, and have done."""
        ...

    def finish(self) -> None:
        """Saves all sessions and hands them to their clients, since the server stops."""
        ...

    def close(self) -> None:
        """Forgets all sessions and stops the workers."""
        ...
