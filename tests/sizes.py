"""How much the tests do: what every change needs, what lands needs besides, or all of it at night.

`LIVENET_TESTS` chooses: nothing runs what is not marked, `slow` what `pytest.mark.slow` marks, and
`nightly` everything at full size. Slow are tests that need more than about five seconds of a core:
scenarios of the page, exported sources, the largest networks.
"""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")

CHOICE = os.environ.get("LIVENET_TESTS", "")
if CHOICE not in ("", "slow", "nightly"):
    raise ValueError(f"LIVENET_TESTS is slow, nightly or not set, not {CHOICE!r}")
NIGHTLY = CHOICE == "nightly"


def choose(usual: T, nightly: T) -> T:
    """Returns what is enough for every change, or what `make test-nightly` takes."""
    return nightly if NIGHTLY else usual


def at_night(*values: object) -> object:
    """A case of a parameter that only `make test-nightly` runs: another of its kind always runs."""
    return pytest.param(*values, marks=pytest.mark.nightly)


def is_chosen(item: pytest.Item) -> bool:
    """Whether a test runs in this run."""
    if NIGHTLY:
        return True
    slow = item.get_closest_marker("slow") is not None
    return slow == (CHOICE == "slow") and item.get_closest_marker("nightly") is None
