"""Debounce: requests background compilation 0.5 s after the last edit."""

from __future__ import annotations

import time

SECONDS = 0.5


class Debounce:
    """Debounce for background compilation of the exact program. Used under the session's lock."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._stopped = False

    def restart(self) -> None:
        """Restarts the delay after an edit."""
        self._since = time.monotonic()
        self._stopped = False

    def fire(self, now: float) -> bool:
        """Whether the delay has passed; the next call returns True one delay later."""
        if self._stopped or now - self._since < SECONDS:
            return False
        self._since = now
        return True

    def stop(self) -> None:
        """Stops until the next edit, since the exact program is compiled or requested."""
        self._stopped = True
