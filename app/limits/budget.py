"""Memory budget for data that waits in queues: per session, and in total."""

from __future__ import annotations

import threading

#: All together, unless set otherwise.
TOTAL_BYTES = 1 << 29


class Budget:
    """Memory budget shared by sessions, with a guaranteed share for each.

    One half is for whoever comes first, but no session has more than a quarter of all; of the
    other half each session has an equal share, which nobody can take from it.

    Args:
        sessions: how many there may be.
        total: bytes for all.
    """

    def __init__(self, sessions: int = 1, total: int = TOTAL_BYTES) -> None:
        self._lock = threading.Lock()
        self._used = 0
        self._free_half = total // 2
        self._share, self._most = total // 2 // sessions, total // 4

    @property
    def used(self) -> int:
        """Bytes in use by all sessions."""
        return self._used

    def open(self) -> Account:
        """Returns the account of one session."""
        return Account(self)

    def change(self, account: Account, n_bytes: int, *, force: bool) -> bool:
        """Adds to, or takes from, what an account holds; False if that is too much.

        Args:
            account: whose.
            n_bytes: the difference.
            force: whether it is noted even so.
        """
        with self._lock:
            if n_bytes > 0 and not force and account.used + n_bytes > self._limit(account):
                return False
            account.used += n_bytes
            self._used += n_bytes
            return True

    def has_room(self, account: Account) -> bool:
        """Whether an account may hold more."""
        with self._lock:
            return account.used < self._limit(account)

    def _limit(self, account: Account) -> int:
        others = self._used - account.used
        return max(self._share, min(self._most, self._free_half - others))


class Account:
    """One session's part of a budget.

    Args:
        budget: of all.

    Attributes:
        used: bytes that are held; the budget changes it.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._held: dict[object, int] = {}
        self._closed = False
        self.used = 0

    @property
    def full(self) -> bool:
        """Whether nothing more fits."""
        return not self._budget.has_room(self)

    def try_hold(self, what: object, n_bytes: int) -> bool:
        """Sets the bytes that something holds; False, and no change, if they are too many.

        Args:
            what: the thing that holds them.
            n_bytes: all of its bytes; 0 lets go of them.
        """
        return self._hold(what, n_bytes, force=False)

    def hold(self, what: object, n_bytes: int) -> None:
        """Sets the bytes that something holds, even if they are too many."""
        self._hold(what, n_bytes, force=True)

    def _hold(self, what: object, n_bytes: int, *, force: bool) -> bool:
        with self._lock:
            if self._closed:
                return force
            more = n_bytes - self._held.get(what, 0)
            if not self._budget.change(self, more, force=force):
                return False
            if n_bytes:
                self._held[what] = n_bytes
            else:
                self._held.pop(what, None)
            return True

    def close(self) -> None:
        """Releases everything; nothing can be held any more."""
        with self._lock:
            self._closed = True
            self._held.clear()
            self._budget.change(self, -self.used, force=True)
