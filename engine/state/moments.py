"""Moments: snapshots with how they were seen, so that they can be shown again just so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.spec import Spec
from engine.state.snapshots import Snapshot


@dataclass(frozen=True)
class Moment:
    """A moment of a run that has been seen.

    Attributes:
        snapshot: what the trainer was, with the ranges of the frame before.
        seen: what the run needs besides to show it as it was; None if it was not shown.
    """

    snapshot: Snapshot
    seen: Any = None

    @property
    def spec(self) -> Spec:
        """What was trained."""
        return self.snapshot.spec

    @property
    def step(self) -> int:
        """Updates done."""
        return self.snapshot.counters.step

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self.snapshot.counters.epoch
