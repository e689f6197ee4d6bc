"""Cache that recomputes an expensive view for at most a share of the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from engine.base.slices import Slices, timed

#: No more than this share of the time goes into making one such thing, unless said otherwise.
SHARE = 0.1

T = TypeVar("T")


class RateLimitedCache(Generic[T]):
    """One value that is kept, and computed again when it is time.

    Args:
        clock: seconds, as `time.perf_counter`.
        apart: seconds from one time to the next, at least.
        share: of the time that may go into making it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        *,
        apart: float = 0.0,
        share: float = SHARE,
    ) -> None:
        self._clock = clock
        self._apart = apart
        self._share = share
        self._kept: tuple[Hashable, T] | None = None
        self._next = 0.0

    def get(self, key: Hashable, make: Callable[[], Slices[T]], *, now: bool) -> Slices[T]:
        """Returns the thing, made anew where it is of another key or `now` or the time has come.

        Args:
            key: what the thing is of; what was made for another key is never returned.
            make: makes it.
            now: whether one that is kept will not do.
        """
        kept = self._kept
        if kept is not None and kept[0] == key and not now and self._clock() < self._next:
            return kept[1]
        made = yield from timed(make(), self._rest, self._clock)
        self._kept = key, made
        return made

    def _rest(self, seconds: float) -> None:
        self._next = self._clock() + max(seconds * (1 / self._share - 1), self._apart)
