"""How many bytes the networks for images of all sessions may hold together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine import RoomError, Spec, count_image_bytes


class ImageRoom:
    """Shares a number of bytes among the networks for images; points of the plane need none.

    Args:
        total: bytes for all.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._lock = threading.Lock()
        self._used = 0
        #: Frees so many bytes for a share, if it can; set by who has the sessions.
        self.make_way: Callable[[int, ImageShare], None] = lambda n_bytes, share: None

    @property
    def used(self) -> int:
        """Bytes that are taken."""
        return self._used

    def move(self, old: int, new: int) -> int:
        """Takes another number of bytes; returns how many are missing, and takes none then."""
        with self._lock:
            missing = self._used - old + new - self._total
            if missing > 0 and new > old:
                return missing
            self._used += new - old
            return 0


class ImageShare:
    """What one session takes of the room.

    Args:
        room: of all sessions.
    """

    def __init__(self, room: ImageRoom) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._released = False
        self.n_bytes = 0

    def admit(self, spec: Spec) -> None:
        """Takes what a network needs, in the place of what was taken before.

        Raises:
            RoomError: there is not so much; nothing has changed.
        """
        self._take(count_image_bytes(spec))

    def pack(self, spec: Spec) -> int:
        """Takes only what a network needs that rests; returns how many bytes that frees."""
        before = self.n_bytes
        self._take(count_image_bytes(spec, packed=True))
        return before - self.n_bytes

    def release(self) -> None:
        """Takes nothing any more."""
        with self._lock:
            self._released = True
            self._room.move(self.n_bytes, 0)
            self.n_bytes = 0

    def _take(self, n_bytes: int) -> None:
        missing = self._try(n_bytes)
        if missing:
            self._room.make_way(missing, self)
            missing = self._try(n_bytes)
        if missing:
            text = "the networks for images of all sessions leave no room for one as large"
            raise RoomError(text)

    def _try(self, n_bytes: int) -> int:
        with self._lock:
            if self._released:
                return 0
            missing = self._room.move(self.n_bytes, n_bytes)
            if not missing:
                self.n_bytes = n_bytes
            return missing
