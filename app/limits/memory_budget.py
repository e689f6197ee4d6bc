"""Memory budget: bytes that something may take in all sessions together."""

from __future__ import annotations

import threading


class MemoryBudget:
    """Thread-safe count of reserved bytes.

    Args:
        total: bytes for all.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._lock = threading.Lock()
        self._used = 0

    @property
    def used(self) -> int:
        """Reserved bytes."""
        return self._used

    def resize(self, old: int, new: int) -> int:
        """Replaces a reservation; returns how many bytes are missing, and changes nothing then."""
        with self._lock:
            missing = self._used - old + new - self._total
            if missing > 0 and new > old:
                return missing
            self._used += new - old
            return 0
