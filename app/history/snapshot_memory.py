"""How many bytes the time lines of all sessions may hold together."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

#: All together, and one alone at most.
TOTAL_BYTES = 1 << 30
MOST_BYTES = 128 << 20


class TimelineRoom:
    """Shares a number of bytes among time lines; what one holds, the others cannot.

    One half is for whoever comes first, of the other each has its fair share; two moments are
    kept however large they are. Points of the plane need far less: 90 KiB a moment at most.

    Args:
        sessions: how many there may be.
        total: bytes for all.
        most: bytes for one.
    """

    def __init__(self, sessions: int = 1, total: int = TOTAL_BYTES, most: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._held: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._share, self._total, self._most = total // sessions // 2, total, most

    def most(self, owner: object) -> int:
        """Returns how many bytes a time line may hold now."""
        with self._lock:
            others = sum(self._held.values()) - self._held.get(owner, 0)
        return min(self._most, max(self._share, self._total // 2 - others))

    def hold(self, owner: object, n_bytes: int) -> None:
        """Notes how many bytes a time line holds; it is forgotten with it."""
        with self._lock:
            self._held[owner] = n_bytes
