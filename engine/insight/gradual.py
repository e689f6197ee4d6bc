"""Gradual work: a long computation that is done a little with each frame, and begun anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from engine.base.slices import Slices

#: Seconds that one frame is held up, at most by a slice more; and while no value will do.
FRAME_SECONDS, URGENT_SECONDS = 0.005, 0.01

T = TypeVar("T")


class Gradual(Generic[T]):
    """One value that is computed again and again, for at most a share of the time.

    Nobody waits long for the first one, or for one that takes the place of what is of no use any
    more: these are worked on in every frame.

    Args:
        share: of the time that may go into it while a run goes on.
        clock: seconds, as `time.perf_counter`.
    """

    def __init__(self, share: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._share, self._clock = share, clock
        self._key: Hashable = None
        self._work: Slices[T] | None = None
        self._value: T | None = None
        self._next = 0.0

    def get(
        self,
        key: Hashable,
        begin: Callable[[], Slices[T]],
        *,
        now: bool,
        of_use: Callable[[T], bool] = lambda _: True,
    ) -> Slices[T | None]:
        """Returns the last value, and works on the next one.

        Args:
            key: what the value is of; what is known of another key is forgotten.
            begin: begins the computation for the present state.
            now: whether the value has to be of the present state.
            of_use: whether the last value will do.
        """
        if key != self._key:
            self._key, self._work, self._value = key, None, None
        if now:
            self._work, self._value = None, (yield from begin())
        else:
            urgent = self._value is None or not of_use(self._value)
            self._advance(begin, urgent=urgent)
        return self._value

    def _advance(self, begin: Callable[[], Slices[T]], *, urgent: bool) -> None:
        begun = self._clock()
        if begun < self._next and not urgent:
            return
        work, self._work = self._work or begin(), None
        ended = begun
        seconds = URGENT_SECONDS if urgent else FRAME_SECONDS
        while ended - begun < seconds:
            try:
                next(work)
            except StopIteration as end:
                self._value = end.value
                break
            finally:
                ended = self._clock()
        else:
            self._work = work
        self._next = ended + (ended - begun) * (1 / self._share - 1)
