"""Check of a goal on several seeds: all of them are trained at once, by stacked calls."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from engine.base.errors import GoalError
from engine.goals.expressions import Goal
from engine.programs.tiers import Programs
from engine.spec import Spec, patch_spec
from engine.stacked_trainer import StackedTrainer

_SEED_LIMIT = 2**31


@dataclass(frozen=True, slots=True)
class SeedOutcome:
    """What a seed came to.

    Attributes:
        seed: of the network.
        epoch: after which it reached the goal first; None if it has not.
        diverged: whether a number became infinite or NaN.
    """

    seed: int
    epoch: int | None
    diverged: bool


class SeedCheck:
    """Trains a spec with as many seeds as its goal names, and looks after each epoch.

    All begin at step 0, with the spec's own seed and those that follow it, on the same data. None
    is ended early.

    Args:
        programs: where compiled programs come from; one is compiled for the check.
        goal: on some seeds.
        spec: what is trained, on points of the plane.

    Raises:
        GoalError: the goal names no seeds, or the spec is of images.
    """

    def __init__(self, programs: Programs, goal: Goal, spec: Spec) -> None:
        if goal.seeds is None or goal.needed is None or goal.within is None:
            raise GoalError("the goal names no seeds to check it on")
        if spec.data.is_images:
            raise GoalError("networks for images are too large to train many at a time")
        self._programs, self._goal = programs, goal
        self._needed, self._within = goal.needed, goal.within
        seeds = [(spec.seed + offset) % _SEED_LIMIT for offset in range(goal.seeds)]
        self._specs = [patch_spec(spec, {"seed": seed}) for seed in seeds]
        self._reached: list[int | None] = [None] * goal.seeds
        self._trainer: StackedTrainer | None = None
        self._epoch = 0

    @property
    def goal(self) -> Goal:
        """What is checked."""
        return self._goal

    @property
    def epoch(self) -> int:
        """Epochs that all seeds have trained."""
        return self._epoch

    @property
    def done(self) -> bool:
        """Whether nothing is left to train."""
        diverged = self._list_diverged()
        ended = (e is not None or d for e, d in zip(self._reached, diverged, strict=True))
        return self._epoch >= self._within or all(ended)

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return 1.0 if self.done else self._epoch / self._within

    @property
    def outcomes(self) -> tuple[SeedOutcome, ...]:
        """What each seed has come to so far."""
        rows = zip(self._specs, self._reached, self._list_diverged(), strict=True)
        return tuple(SeedOutcome(spec.seed, epoch, bad) for spec, epoch, bad in rows)

    @property
    def holds(self) -> bool:
        """Whether as many seeds as needed have reached the goal."""
        return sum(epoch is not None for epoch in self._reached) >= self._needed

    def advance(self, max_seconds: float) -> None:
        """Trains all seeds for about so long, at least one epoch; the first slice compiles.

        Args:
            max_seconds: that the slice may take.
        """
        begun = time.perf_counter()
        if self._trainer is None:
            self._trainer = StackedTrainer(self._specs, self._programs, threads=1)
        while not self.done:
            self._trainer.train(1)
            self._epoch += 1
            self._look(self._trainer)
            if time.perf_counter() - begun > max_seconds:
                return

    def _look(self, trainer: StackedTrainer) -> None:
        """Notes which seeds reach the goal after this epoch."""
        diverged = trainer.diverged
        for place, metrics in enumerate(trainer.metrics):
            if self._reached[place] is None and not diverged[place]:
                verdict = self._goal.judge(self._specs[place], metrics)
                self._reached[place] = self._epoch if verdict.holds else None

    def _list_diverged(self) -> Sequence[bool]:
        if self._trainer is None:
            return [False] * len(self._specs)
        return self._trainer.diverged.tolist()
