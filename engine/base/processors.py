"""Processors that this process may use."""

from __future__ import annotations

import os


def count_processors() -> int:
    """Returns how many processors this process may use; all of them where a system does not say."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
