"""Whether a network has been left alone for so long that compiling it tightly is worth it."""

from __future__ import annotations

import time

SECONDS = 0.5


class Calm:
    """Time since the last edit. The session's lock is held by who changes it."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._over = False

    def disturb(self) -> None:
        """The network has changed."""
        self._since = time.monotonic()
        self._over = False

    def take(self, now: float) -> bool:
        """Whether it is time to ask for the tight program, which is then not asked for at once."""
        if self._over or now - self._since < SECONDS:
            return False
        self._since = now
        return True

    def keep(self) -> None:
        """The tight program is there or on its way; nobody need ask before the next edit."""
        self._over = True
