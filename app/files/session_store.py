"""Interface of what keeps saved sessions: a folder, or an object store."""

from __future__ import annotations

from typing import Protocol

from app.files.session_files import FileStatistics


class SessionStore(Protocol):
    """Interface: one content for each session, replaced as a whole."""

    def put(self, token: str, content: bytes) -> bool:
        """Writes what is saved of a session in the place of the one before; False if it cannot."""
        ...

    def get(self, token: str) -> bytes | None:
        """Returns what was saved of a session; None if that is nothing, too old or damaged."""
        ...

    def refuse(self, token: str, reason: str) -> None:
        """Removes what cannot be used, and logs why."""
        ...

    def delete(self, token: str) -> None:
        """Removes what was saved of a session, unless another server has saved it since."""
        ...

    def statistics(self) -> FileStatistics:
        """Returns what is kept, as far as this process knows, and what it has written."""
        ...
