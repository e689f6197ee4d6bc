"""Memory budget for the image networks of all sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.limits.memory_budget import MemoryBudget
from engine import MemoryLimitError, Spec, count_image_bytes


class ImageMemory(MemoryBudget):
    """Memory budget for image networks; networks on the plane need none of it.

    Args:
        total: bytes for all.
    """

    def __init__(self, total: int) -> None:
        super().__init__(total)
        #: Frees so many bytes for a reservation, if it can; set by who has the sessions.
        self.evict: Callable[[int, ImageReservation], None] = lambda n_bytes, reservation: None


class ImageReservation:
    """One session's reservation of image memory.

    Args:
        memory: of all sessions.
    """

    def __init__(self, memory: ImageMemory) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._released = False
        self.n_bytes = 0

    def admit(self, spec: Spec) -> None:
        """Reserves what a network needs instead of what was reserved before.

        Raises:
            MemoryLimitError: there is not so much; nothing has changed.
        """
        self.reserve(count_image_bytes(spec))

    def reserve(self, n_bytes: int) -> None:
        """Reserves so many bytes instead of what was reserved before.

        Raises:
            MemoryLimitError: there is not so much; nothing has changed.
        """
        self._take(n_bytes)

    def open_another(self) -> ImageReservation:
        """Returns one more reservation of the same memory."""
        return ImageReservation(self._memory)

    def compact(self, spec: Spec) -> int:
        """Reduces the reservation to that of an idle network; returns the freed bytes."""
        before = self.n_bytes
        self._take(count_image_bytes(spec, packed=True))
        return before - self.n_bytes

    def release(self) -> None:
        """Releases the reservation for good."""
        with self._lock:
            self._released = True
            self._memory.resize(self.n_bytes, 0)
            self.n_bytes = 0

    def _take(self, n_bytes: int) -> None:
        missing = self._try(n_bytes)
        if missing:
            self._memory.evict(missing, self)
            missing = self._try(n_bytes)
        if missing:
            text = "the networks for images of all sessions leave no room for one as large"
            raise MemoryLimitError(text)

    def _try(self, n_bytes: int) -> int:
        with self._lock:
            if self._released:
                return 0
            missing = self._memory.resize(self.n_bytes, n_bytes)
            if not missing:
                self.n_bytes = n_bytes
            return missing
