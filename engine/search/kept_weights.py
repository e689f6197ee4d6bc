"""Weights of trials that have ended, as far as there is room for them."""

from __future__ import annotations

from engine.search.proposals.objectives import Objective
from engine.search.trials import SearchTrial, rank_trial
from engine.state.snapshots import Snapshot

#: Bytes of parameters and moments that a search keeps, unless the last trial alone has more.
MAX_BYTES = 1 << 26


class KeptWeights:
    """Snapshots of trials; where there is no room for all, the worst ones go.

    Args:
        objective: by which trials are compared.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._kept: dict[int, tuple[float, Snapshot]] = {}
        self._n_bytes = 0

    def __contains__(self, number: int) -> bool:
        return number in self._kept

    def get(self, number: int) -> Snapshot | None:
        """Returns where a trial ended; None if that is not kept."""
        kept = self._kept.get(number)
        return kept and kept[1]

    def keep(self, trial: SearchTrial, snapshot: Snapshot) -> None:
        """Keeps where a trial ended."""
        self._drop(trial.number)
        self._kept[trial.number] = rank_trial(trial, self._objective), snapshot
        self._n_bytes += _count_bytes(snapshot)
        while self._n_bytes > MAX_BYTES and len(self._kept) > 1:
            others = (number for number in self._kept if number != trial.number)
            self._drop(max(others, key=lambda number: self._kept[number][0]))

    def _drop(self, number: int) -> None:
        dropped = self._kept.pop(number, None)
        if dropped is not None:
            self._n_bytes -= _count_bytes(dropped[1])


def _count_bytes(snapshot: Snapshot) -> int:
    return sum(vector.nbytes for vector in snapshot.state)
