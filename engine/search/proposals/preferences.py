"""Preferences: which of two networks a person likes better, one comparison after another.

The network that is preferred stays and meets the next one, so each that wins for the first time
has beaten whatever won before it. The value of a trial is therefore the number of the first
comparison that it won, 1, 2, 3 ..., and 0 if it lost without ever winning: it is known at the
first comparison of the trial and never changes, as Optuna wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Numbers of two trials: the preferred one, the other one.
Preference = tuple[int, int]


def rate_trials(preferences: Sequence[Preference]) -> dict[int, int]:
    """Returns the value of every trial that was compared, by number."""
    values: dict[int, int] = {}
    for place, (better, worse) in enumerate(preferences, start=1):
        values.setdefault(better, place)
        values.setdefault(worse, 0)
    return values


def find_contenders(preferences: Sequence[Preference], complete: Iterable[int]) -> list[int]:
    """Returns the trials that have lost to no other one: who won last, then the rest by number.

    Args:
        preferences: in their order.
        complete: numbers of trials that are trained to their end.
    """
    lost = {worse for _, worse in preferences}
    first = preferences[-1][0] if preferences else -1
    return sorted(set(complete) - lost, key=lambda number: (number != first, number))
