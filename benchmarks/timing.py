"""Timing: the best of many short runs, contestants by turns, so that noise hits all alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jax


def race(contestants: dict[str, Callable[[], Any]], rounds: int = 60) -> dict[str, float]:
    """Runs every contestant once a round.

    Args:
        contestants: by name; what they return is waited for.
        rounds: how often each one runs.

    Returns:
        The shortest time of each, in seconds.
    """
    best = dict.fromkeys(contestants, float("inf"))
    for run in contestants.values():
        jax.block_until_ready(run())
    for _ in range(rounds):
        for name, run in contestants.items():
            begun = time.perf_counter()
            jax.block_until_ready(run())
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


def percentile(values: list[float], share: float) -> float:
    """Returns the value below which a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
