"""Slices: long computations as generators that yield where others may run."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")

#: Work that yields nothing but pauses, and returns what it made.
Slices = Generator[None, None, T]


def finish(work: Slices[T]) -> T:
    """Runs a generator to its end and returns its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def timed(
    work: Slices[T], tell: Callable[[float], None], clock: Callable[[], float] = time.perf_counter
) -> Slices[T]:
    """Runs some work and reports its time without the pauses.

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
