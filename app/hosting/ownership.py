"""Ownership: which sessions this server has, where several servers share them by their tokens."""

from __future__ import annotations

from typing import Protocol

from app.sessions.tokens import make_token


class MovedError(Exception):
    """A session that another server has, or will have in a moment; the client asks again."""

    def __init__(self) -> None:
        super().__init__("this session is on another server; ask again")


class Ownership(Protocol):
    """Interface: whose sessions are whose."""

    def owns(self, token: str) -> bool:
        """Whether a session, by its token or watch token, belongs to this server."""
        ...

    def make_token(self) -> str:
        """Returns the token of a new session of this server.

        Raises:
            MovedError: this server may have no sessions.
        """
        ...


class OnlyServer:
    """Ownership of a server that stands alone: all sessions are its own."""

    def owns(self, token: str) -> bool:
        """Whether a session belongs to this server."""
        return True

    def make_token(self) -> str:
        """Returns the token of a new session."""
        return make_token()
