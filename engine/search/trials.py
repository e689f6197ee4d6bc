"""Trials of a search, and which of them are best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.search.proposals.objectives import Objective

#: What has become of a trial.
TrialState = Literal["training", "complete", "pruned", "diverged", "failed"]
#: Value of a dimension.
DimensionValue = float | int | str


@dataclass(frozen=True, slots=True)
class SearchTrial:
    """One network of a search.

    Attributes:
        number: of the trial, 0, 1, 2 ...
        by: who chose its values: the method, or a person.
        values: of the dimensions, by path.
        state: what has become of it; `failed`: there is no such network.
        epoch: epochs that it trained; of images it may be a part of one.
        objectives: its numbers, in the order of the settings; NaN where it has none.
        metrics: of its train and validation points, and `parameters`.
    """

    number: int
    by: Literal["method", "hand"]
    values: Mapping[str, DimensionValue]
    state: TrialState
    epoch: float = 0
    objectives: tuple[float, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)


def find_best(
    trials: Sequence[SearchTrial], objectives: Sequence[Objective]
) -> tuple[SearchTrial, ...]:
    """Returns the complete trials that no other one beats, by number.

    With one objective that is the best one (the earliest of equal ones), with two the Pareto
    front: a trial beats another one if it is better in one objective and no worse in any.

    Args:
        trials: in the order of their numbers.
        objectives: of the search.
    """
    complete = [trial for trial in trials if trial.state == "complete"]
    keys = [_make_key(trial, objectives) for trial in complete]
    front = [
        (trial, key)
        for trial, key in zip(complete, keys, strict=True)
        if all(map(math.isfinite, key)) and not any(_beats(other, key) for other in keys)
    ]
    # Of trials that are equal in all objectives the first one is enough.
    first: dict[tuple[float, ...], SearchTrial] = {}
    for trial, key in front:
        first.setdefault(key, trial)
    return tuple(first.values())


def rank_trial(trial: SearchTrial, objective: Objective) -> float:
    """Returns a number that is the smaller the better a trial is; those that ended early are last.

    Args:
        trial: one that has ended.
        objective: the first one of the search.
    """
    if trial.state != "complete" or not math.isfinite(trial.objectives[0]):
        return math.inf
    return trial.objectives[0] if objective.direction == "minimize" else -trial.objectives[0]


def _make_key(trial: SearchTrial, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """Returns a trial's objectives, all of them to be made small."""
    signs = (1 if one.direction == "minimize" else -1 for one in objectives)
    return tuple(sign * value for sign, value in zip(signs, trial.objectives, strict=True))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
