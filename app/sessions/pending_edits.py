"""Pending edits: wait for images or programs while training goes on.

A reset that comes after them waits too: it is meant for the network that they lead to.
"""

from __future__ import annotations

import time

from app.limits.budget import Account
from app.protocol.messages import Edit, Reset

#: Edits that may wait; a page sends several while a slider moves.
MAX_PENDING = 100
#: How soon it is looked again whether they can be applied.
PAUSE_SECONDS = 0.05


class PendingEdits:
    """Bounded queue of edits that are applied together.

    Args:
        account: that has to have room for them.

    Attributes:
        retry_at: when it is time to look again whether they can be applied.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._edits: list[Edit | Reset] = []
        self._bytes = 0
        self.retry_at = 0.0

    def __bool__(self) -> bool:
        return bool(self._edits)

    @property
    def patches(self) -> list[object]:
        """The patches, one after the other."""
        return [edit.patch for edit in self._edits if isinstance(edit, Edit)]

    def __len__(self) -> int:
        return len(self._edits)

    def add(self, edit: Edit | Reset, size: int) -> bool:
        """Queues an edit, or a reset after one; False if too much waits already.

        Args:
            edit: what waits.
            size: bytes that it takes.
        """
        if len(self._edits) >= MAX_PENDING or not self._account.try_hold(self, self._bytes + size):
            return False
        self._edits.append(edit)
        self._bytes += size
        self.postpone()
        return True

    def postpone(self) -> None:
        """Delays the next check, since they cannot be applied yet."""
        self.retry_at = time.monotonic() + PAUSE_SECONDS

    def take(self) -> list[Edit | Reset]:
        """Returns all pending edits and empties the queue."""
        edits, self._edits, self._bytes = self._edits, [], 0
        self._account.hold(self, 0)
        return edits
