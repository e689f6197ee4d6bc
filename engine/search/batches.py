"""Batches of trials: networks that are trained together, and looked at meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.frames.metrics import Metrics
from engine.goals.quantities import QUANTITIES
from engine.programs.tiers import Programs
from engine.spec import Spec
from engine.stacked_trainer import StackedTrainer
from engine.state.snapshots import Snapshot

#: From one look to the next the epochs grow by this factor: the rungs of successive halving.
REDUCTION = 3


class TrialBatch(Protocol):
    """Networks of one batch; the first slice compiles what they need."""

    @property
    def epoch(self) -> float:
        """Epochs that all networks have trained, but those that were stopped."""
        ...

    @property
    def resource(self) -> int:
        """The same, counted as `Settings.max_resource` counts: what pruning compares by."""
        ...

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        ...

    @property
    def done(self) -> bool:
        """Whether all epochs are trained."""
        ...

    @property
    def specs(self) -> Sequence[Spec]:
        """The networks."""
        ...

    def advance(self, max_seconds: float) -> bool:
        """Trains for about so long; whether it is time to look."""
        ...

    def measure(self) -> list[Metrics | None]:
        """Returns the metrics of all networks but those of the test part, and their parameters.

        None where numbers became infinite or NaN.
        """
        ...

    def stop(self, place: int) -> None:
        """Trains a network no further."""
        ...

    def snapshot(self, place: int) -> Snapshot:
        """Returns where a network stands."""
        ...


class StackedBatch:
    """Networks on points, trained by stacked calls.

    Args:
        programs: where compiled programs come from.
        specs: of the networks.
        epochs: that each of them trains, unless it is stopped.
        threads: that train at the same time.
        alike: specs at the ends of what is searched, so that batches share their programs.
    """

    def __init__(
        self,
        programs: Programs,
        specs: Sequence[Spec],
        epochs: int,
        threads: int | None,
        alike: Sequence[Spec],
    ) -> None:
        self._programs, self._specs, self._threads = programs, tuple(specs), threads
        self._alike = alike
        self._looks = list_looks(epochs)
        self._trainer: StackedTrainer | None = None
        self._epoch = 0

    @property
    def epoch(self) -> float:
        """Epochs that all networks have trained, but those that were stopped."""
        return self._epoch

    @property
    def resource(self) -> int:
        """The same: pruning compares by epochs."""
        return self._epoch

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return self._epoch / self._looks[-1]

    @property
    def done(self) -> bool:
        """Whether all epochs are trained."""
        return self._epoch == self._looks[-1]

    @property
    def specs(self) -> Sequence[Spec]:
        """The networks."""
        return self._specs

    def advance(self, max_seconds: float) -> bool:
        """Trains for about so long, at least an epoch; whether it is time to look."""
        begun = time.perf_counter()
        if self._trainer is None:
            self._trainer = StackedTrainer(
                self._specs, self._programs, threads=self._threads, alike=self._alike
            )
        while True:
            self._trainer.train(1)
            self._epoch += 1
            if self._epoch in self._looks:
                return True
            if time.perf_counter() - begun > max_seconds:
                return False

    def measure(self) -> list[Metrics | None]:
        """Returns the metrics of all networks, see `TrialBatch.measure`."""
        assert self._trainer is not None
        found = zip(self._specs, self._trainer.metrics, self._trainer.diverged, strict=True)
        return [None if diverged else hide_test(spec, m) for spec, m, diverged in found]

    def stop(self, place: int) -> None:
        """Trains a network no further."""
        assert self._trainer is not None
        self._trainer.stop(place)

    def snapshot(self, place: int) -> Snapshot:
        """Returns where a network stands."""
        assert self._trainer is not None
        return self._trainer.snapshot(place)


def list_looks(last: int) -> list[int]:
    """Returns after how much training a batch is looked at: 1, 3, 9 ... and in the end."""
    looks, now = [], 1
    while now < last:
        looks.append(now)
        now *= REDUCTION
    return [*looks, last]


def hide_test(spec: Spec, metrics: Mapping[str, float]) -> Metrics:
    """Returns metrics without those of the test part, with the number of parameters."""
    kept = {name: value for name, value in metrics.items() if not name.startswith("test_")}
    return {**kept, "parameters": QUANTITIES["parameters"].read(spec, metrics) or 0.0}
