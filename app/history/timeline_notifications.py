"""Subscription of a client to `timeline` messages. Used under the session's lock."""

from __future__ import annotations

#: Told at most so often, since a client only draws it.
PERIOD_SECONDS = 0.3


class TimelineNotifications:
    """Rate-limited subscription: which edition was sent last, and when the next may be."""

    def __init__(self) -> None:
        self._subscribed = False
        self._sent = -1
        self._next_at = 0.0

    def subscribe(self, on: bool) -> None:
        """Subscribes or unsubscribes the client."""
        self._subscribed, self._sent, self._next_at = on, -1, 0.0

    def find_due(self, edition: int) -> float | None:
        """Returns when the next message may be sent; None if there is nothing new."""
        return self._next_at if self._subscribed and edition != self._sent else None

    def mark_sent(self, edition: int, now: float) -> None:
        """Notes that an edition was sent."""
        self._sent, self._next_at = edition, now + PERIOD_SECONDS
