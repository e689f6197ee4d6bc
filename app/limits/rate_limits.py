"""Token-bucket rate limit for the messages of a client."""

from __future__ import annotations

import time

MESSAGES_PER_SECOND = 200.0
BURST = 400.0


class TokenBucket:
    """Token bucket: `rate` tokens a second, `burst` at once.

    Args:
        rate: tokens that come back per second.
        burst: tokens at the start and at most.
    """

    def __init__(self, rate: float = MESSAGES_PER_SECOND, burst: float = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._filled_at = time.monotonic()

    def take(self) -> bool:
        """Takes a token; False if there is none."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
