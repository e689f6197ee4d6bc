"""Divergence search: the last finite state of a training call, found by halving its updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.base.slices import Slices

StateT = TypeVar("StateT")


def find_last_finite(
    train: Callable[[int], Slices[tuple[StateT, bool]]], start: StateT, steps: int
) -> Slices[tuple[StateT, int]]:
    """Finds by halving how far training stays finite, and pauses after each try.

    Args:
        train: does so many updates from the start; returns the state and whether it is finite.
        start: where the call began.
        steps: updates after which a number is not finite.

    Returns:
        The last finite state and its updates since the call began.
    """
    good, bad, kept = 0, steps, start
    while bad - good > 1:
        middle = (good + bad) // 2
        state, finite = yield from train(middle)
        if finite:
            good, kept = middle, state
        else:
            bad = middle
        yield
    return kept, good
