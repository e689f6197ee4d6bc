"""Training of a sweep: its stacks, call by call, to an epoch that all of them end at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.base.processors import count_processors
from engine.sweeps.sweep_stack import SweepStack

#: Training between two pictures: so many times what a picture takes, within these seconds.
_TIMES_PAINTING, _SHORTEST, _LONGEST = 6.0, 0.05, 0.15


class SweepTraining:
    """The stacks of a sweep, and how far they are.

    Args:
        stacks: of all networks whose program is there; more may come.
        epoch: at which the networks begin.
        clock: seconds, as `time.perf_counter`.

    Attributes:
        epoch: that all networks have trained.
        target: the epoch that `advance` trains to.
    """

    def __init__(
        self, stacks: Sequence[SweepStack], epoch: int, clock: Callable[[], float]
    ) -> None:
        self._stacks = stacks
        self._base = epoch
        self._clock = clock
        self.epoch = self.target = epoch

    def go_to(self, epoch: int) -> None:
        """Sets the epoch that `advance` trains to."""
        self.target = max(epoch, self.epoch)

    def advance(self, max_seconds: float) -> bool:
        """Trains networks for about so long, one call at least; whether all are there."""
        begun = self._clock()
        for one in self._stacks:
            target = self._find_target(one)
            while one.stack.count_behind(target):
                one.advance(target, self._clock)
                if self._clock() - begun >= max_seconds:
                    return self._arrive()
        return self._arrive()

    def finish(self, threads: int | None) -> None:
        """Trains all networks to the target, at the same time."""

        def finish_stack(one: SweepStack) -> None:
            target = self._find_target(one)
            while one.stack.count_behind(target):
                one.stack.advance(target)

        with ThreadPoolExecutor(threads or count_processors()) as pool:
            for done in [pool.submit(finish_stack, one) for one in self._stacks]:
                done.result()
        self.epoch = self.target

    def plan_epochs(self, most: int, painting: float) -> int:
        """Returns how many epochs to train before the next picture, by what was measured.

        Args:
            most: epochs, at least 1.
            painting: seconds that the last picture took.
        """
        each = sum(
            (one.seconds or 0.0) * (~one.stack.diverged).sum() * one.batches for one in self._stacks
        )
        room = min(max(_SHORTEST, _TIMES_PAINTING * painting), _LONGEST)
        return max(1, min(most, int(room / each) if each else 1))

    @property
    def progress(self) -> float:
        """Share of the updates up to the target that are done, 0 to 1."""
        if self.target == self.epoch or not self._stacks:
            return 1.0
        behind = sum(one.stack.count_behind(self._find_target(one)) for one in self._stacks)
        todo = sum(len(one.members) * one.batches for one in self._stacks)
        return max(0.0, 1.0 - behind / (todo * (self.target - self.epoch)))

    def _find_target(self, one: SweepStack) -> int:
        return (self.target - self._base) * one.batches

    def _arrive(self) -> bool:
        arrived = not any(one.stack.count_behind(self._find_target(one)) for one in self._stacks)
        if arrived:
            self.epoch = self.target
        return arrived
