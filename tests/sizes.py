"""How much the tests do: what every change needs, or all of it every night."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")

NIGHTLY = os.environ.get("LIVENET_TESTS") == "nightly"


def choose(usual: T, nightly: T) -> T:
    """Returns what is enough for every change, or what `make test-nightly` takes."""
    return nightly if NIGHTLY else usual


def at_night(*values: object) -> object:
    """A case of a parameter that only `make test-nightly` runs: another of its kind always runs."""
    return pytest.param(*values, marks=pytest.mark.nightly)
