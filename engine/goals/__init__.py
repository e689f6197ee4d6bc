"""Goals: predicates over a run, such as `test_loss <= 0.1 and parameters <= 25`."""

from engine.goals.expressions import Comparison, Condition, Goal, Group, Verdict
from engine.goals.grammar import MAX_SEEDS, MAX_WITHIN, parse_goal
from engine.goals.quantities import QUANTITIES, Quantity
from engine.goals.seeds import SeedCheck, SeedOutcome

__all__ = [
    "MAX_SEEDS",
    "MAX_WITHIN",
    "QUANTITIES",
    "Comparison",
    "Condition",
    "Goal",
    "Group",
    "Quantity",
    "SeedCheck",
    "SeedOutcome",
    "Verdict",
    "parse_goal",
]
