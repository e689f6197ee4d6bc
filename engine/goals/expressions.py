"""Parsed goals: their parts, and whether a run reaches them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.goals.quantities import QUANTITIES
from engine.spec import Spec

#: Comparisons by their sign.
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq,
    "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """`quantity operator limit`.

    Attributes:
        quantity: a name of `QUANTITIES`.
        operator: a sign of `OPERATORS`.
        limit: a number, or the name of another quantity.
    """

    quantity: str
    operator: str
    limit: float | str

    def describe(self) -> dict[str, Any]:
        """Returns its JSON: `limit` is a number, or the `other` quantity's name."""
        key = "other" if isinstance(self.limit, str) else "limit"
        return {"quantity": self.quantity, "operator": self.operator, key: self.limit}


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which all must hold, or any.

    Attributes:
        kind: `all` (`and`) or `any` (`or`).
        parts: two or more.
    """

    kind: Literal["all", "any"]
    parts: tuple[Condition, ...]

    def describe(self) -> dict[str, Any]:
        """Returns its JSON: the parts under the kind's name."""
        return {self.kind: [part.describe() for part in self.parts]}


Condition = Comparison | Group


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run reaches a goal at present.

    Attributes:
        holds: the whole condition, and not too late.
        parts: for each comparison, in the order of the text, its quantity's number and whether it
            holds; None where the run has no such number.
        in_time: whether the run is not beyond the goal's epochs.
    """

    holds: bool
    parts: tuple[tuple[float | None, bool], ...]
    in_time: bool

    def describe(self) -> dict[str, Any]:
        """Returns its JSON; numbers have seven digits."""
        parts = [[None if v is None else float(f"{v:.7g}"), held] for v, held in self.parts]
        return {"holds": self.holds, "in_time": self.in_time, "parts": parts}


@dataclass(frozen=True, slots=True)
class Goal:
    """Predicate over a run.

    Attributes:
        text: as it was written.
        condition: what must hold after an epoch.
        within: epochs after which it is too late; None without a limit.
        needed: seeds that must reach it; None if it is of the present run alone.
        seeds: seeds that try.
    """

    text: str
    condition: Condition
    within: int | None = None
    needed: int | None = None
    seeds: int | None = None

    def describe(self) -> dict[str, Any]:
        """Returns its JSON for the page, which puts it into words."""
        return {
            "text": self.text,
            "condition": self.condition.describe(),
            "within": self.within,
            "needed": self.needed,
            "seeds": self.seeds,
        }

    def judge(self, spec: Spec, metrics: Mapping[str, float]) -> Verdict:
        """Tells whether a run reaches the goal at present.

        Args:
            spec: of the run.
            metrics: of the run, `epoch` among them. NaN and infinities reach nothing.
        """
        parts: list[tuple[float | None, bool]] = []
        held = _hold(self.condition, spec, metrics, parts)
        in_time = self.within is None or metrics["epoch"] <= self.within
        return Verdict(held and in_time, tuple(parts), in_time)

    def list_comparisons(self) -> list[Comparison]:
        """Returns all comparisons, in the order of the text."""
        return [*_walk(self.condition)]


def read_quantity(name: str, spec: Spec, metrics: Mapping[str, float]) -> float | None:
    """Returns a finite number of a run; None where it has none."""
    value = QUANTITIES[name].read(spec, metrics)
    return value if value is not None and math.isfinite(value) else None


def _hold(
    condition: Condition,
    spec: Spec,
    metrics: Mapping[str, float],
    parts: list[tuple[float | None, bool]],
) -> bool:
    if isinstance(condition, Group):
        found = [_hold(part, spec, metrics, parts) for part in condition.parts]
        return all(found) if condition.kind == "all" else any(found)
    value = read_quantity(condition.quantity, spec, metrics)
    limit = condition.limit
    other = read_quantity(limit, spec, metrics) if isinstance(limit, str) else limit
    compare = OPERATORS[condition.operator]
    held = value is not None and other is not None and compare(value, other)
    parts.append((value, held))
    return held


def _walk(condition: Condition) -> Iterator[Comparison]:
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in condition.parts:
        yield from _walk(part)
