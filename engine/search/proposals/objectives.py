"""Registry of objectives: what a search makes small or large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.base.registry import Registry
from engine.goals.quantities import QUANTITIES
from engine.spec import Spec


@dataclass(frozen=True)
class Objective:
    """A number of a trained network that a search is after.

    Attributes:
        name: the quantity, see `QUANTITIES`.
        direction: which numbers are better.
        is_preference: whether no quantity says it, but a person who compares two networks, see
            `SearchStudy.prefer`.
    """

    name: str
    direction: Literal["minimize", "maximize"]
    is_preference: bool = False

    def read(self, spec: Spec, metrics: Mapping[str, float]) -> float | None:
        """Returns the number; None where a network has no such number (yet)."""
        return None if self.is_preference else QUANTITIES[self.name].read(spec, metrics)


#: Every objective by its name. None is of the test points, which are kept for the end.
OBJECTIVES: Registry[Objective] = Registry("objective")

OBJECTIVES.register(
    Objective("validation_loss", "minimize"),
    Objective("validation_accuracy", "maximize"),
    Objective("validation_rmse", "minimize"),
    Objective("parameters", "minimize"),
    Objective("preference", "maximize", is_preference=True),
)
