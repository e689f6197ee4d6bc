"""Memory budget for the snapshots of all sessions."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

#: All together, and one alone at most.
TOTAL_BYTES = 1 << 30
MOST_BYTES = 128 << 20


class SnapshotMemory:
    """Memory budget that time lines, or undo histories, share.

    One half is for whoever comes first, of the other each has its fair share; two snapshots are
    kept however large they are. Points of the plane need far less: 90 KiB a snapshot at most.

    Args:
        sessions: how many there may be.
        total: bytes for all.
        most: bytes for one.
    """

    def __init__(self, sessions: int = 1, total: int = TOTAL_BYTES, most: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._held: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._share, self._total, self._most = total // sessions // 2, total, most

    def limit(self, owner: object) -> int:
        """Returns the bytes that an owner may hold now."""
        with self._lock:
            others = sum(self._held.values()) - self._held.get(owner, 0)
        return min(self._most, max(self._share, self._total // 2 - others))

    def allows(self, owner: object, n_bytes: int) -> bool:
        """Whether an owner may hold so much now; of its share nothing else is looked at."""
        return n_bytes <= min(self._share, self._most) or n_bytes <= self.limit(owner)

    def hold(self, owner: object, n_bytes: int) -> None:
        """Sets the bytes that an owner holds; they are freed when it is garbage collected."""
        with self._lock:
            self._held[owner] = n_bytes
