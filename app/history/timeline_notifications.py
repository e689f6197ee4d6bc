"""When a client is told of its time line. The session's lock is held by who uses it."""

from __future__ import annotations

#: Told at most so often, since a client only draws it.
PERIOD_SECONDS = 0.3


class TimelineNews:
    """Whether a client asked, which edition it was told, and when it may be told the next."""

    def __init__(self) -> None:
        self._asked = False
        self._told = -1
        self._next_at = 0.0

    def ask(self, on: bool) -> None:
        """The client wants to be told, or no more."""
        self._asked, self._told, self._next_at = on, -1, 0.0

    def find_due(self, edition: int) -> float | None:
        """Returns from when on it is to be told; None if there is nothing to tell."""
        return self._next_at if self._asked and edition != self._told else None

    def tell(self, edition: int, now: float) -> None:
        """It has been told."""
        self._told, self._next_at = edition, now + PERIOD_SECONDS
