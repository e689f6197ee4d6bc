"""Slices: long work as a generator, which pauses wherever somebody else may go first."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")

#: Work that yields nothing but pauses, and returns what it made.
Slices = Generator[None, None, T]


def finish(work: Slices[T]) -> T:
    """Does all of some work at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def timed(
    work: Slices[T], tell: Callable[[float], None], clock: Callable[[], float] = time.perf_counter
) -> Slices[T]:
    """Does some work, and tells how long it took without its pauses.

    Args:
        work: what to do.
        tell: called with the seconds before the end.
        clock: seconds, as `time.perf_counter`.
    """
    spent = 0.0
    while True:
        begun = clock()
        try:
            next(work)
        except StopIteration as end:
            tell(spent + clock() - begun)
            return end.value
        spent += clock() - begun
        yield
