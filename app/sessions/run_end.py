"""End of a run: the goal at which a session that trains by itself pauses."""

from __future__ import annotations

from app.protocol.messages import Until
from engine import Comparison, Goal, Group, Trainer, parse_goal

#: What a `stopped` message calls the parts of an `until` of two keys.
_REASONS = {"epoch": "epoch", "train_loss": "loss"}


def find_goal(until: Until | str) -> Goal:
    """Returns the goal that `until` stands for; two keys are `epoch >= n or train_loss <= x`."""
    if isinstance(until, str):
        return parse_goal(until)
    parts: list[Comparison | Group] = []
    if until.epoch is not None:
        parts.append(Comparison("epoch", ">=", float(until.epoch)))
    if until.loss is not None:
        parts.append(Comparison("train_loss", "<=", until.loss))
    return Goal("", Group("any", tuple(parts)))


def find_last_epoch(until: Until | str | None) -> int | None:
    """Returns the epoch that training does not go beyond; None without one."""
    if until is None:
        return None
    return find_goal(until).within if isinstance(until, str) else until.epoch


def find_end(until: Until | str | None, trainer: Trainer) -> str | None:
    """Returns why a run pauses now: `epoch`, `loss` or `goal`; None if it goes on."""
    if until is None:
        return None
    goal = find_goal(until)
    verdict = goal.judge(trainer.spec, {**trainer.measured, "epoch": trainer.epoch})
    if isinstance(until, str):
        late = goal.within is not None and trainer.epoch >= goal.within
        return "goal" if verdict.holds else "epoch" if late else None
    found = zip(goal.list_comparisons(), verdict.parts, strict=True)
    return next((_REASONS[part.quantity] for part, (_, held) in found if held), None)
