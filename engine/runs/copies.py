"""Copies of a run: trained side by side under different specs, in rounds and slices.

All copies train on general programs, one after the other, so nothing is compiled for them. Copies
of a race are trained in stacked calls as soon as these are compiled. In each round every copy
trains up to the same epoch.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from engine.base.arrays import Floats
from engine.base.errors import DivergedError, TrialError
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs
from engine.runs.plane.run import PlaneRun
from engine.runs.stacked_copies import CopyStack, StackedCopies
from engine.state.initial_state import restart as draw_anew
from engine.state.snapshots import Snapshot

#: Updates of the first slice, and how many times as many the next one may have.
_FIRST, _FASTER = 4, 4


@dataclass(slots=True)
class Copy:
    """Copy of a run.

    Attributes:
        snapshot: where it stands.
        rounds: its metrics after each round.
        trained: updates so far.
        diverged: whether a number became infinite or NaN; then it trains no further.
        slice: updates of its next slice, at most.
        weights: all its parameters after each round, where they are kept.
    """

    snapshot: Snapshot
    rounds: list[Metrics] = field(default_factory=list)
    trained: int = 0
    diverged: bool = False
    slice: int = _FIRST
    weights: list[Floats] = field(default_factory=list)


def begin_snapshots(
    programs: Programs, snapshots: Sequence[Snapshot], *, restart: bool
) -> list[Snapshot]:
    """Returns where copies begin.

    Args:
        programs: where compiled programs come from.
        snapshots: of each copy, already changed.
        restart: whether they begin at step 0, with weights drawn as their spec says.

    Raises:
        TrialError: no program that is compiled has room for one of them.
    """
    if restart:
        snapshots = [draw_anew(snapshot.spec, snapshot.data) for snapshot in snapshots]
    if not all(programs.has_general(snapshot.spec) for snapshot in snapshots):
        raise TrialError("no program that is compiled has room for the network")
    return list(snapshots)


class Copies:
    """Copies that are trained together.

    Args:
        programs: where compiled programs come from.
        snapshots: where the copies begin.
        ends: the epoch that each round ends at, counted from the beginning of the copies.
        keep: whether copies keep their weights after each round.
        stacked: whether programs are compiled, in the background, that train many copies at once.
    """

    def __init__(
        self,
        programs: Programs,
        snapshots: Sequence[Snapshot],
        ends: Sequence[int],
        *,
        keep: bool = False,
        stacked: bool = False,
    ) -> None:
        self._keeps = keep
        self._programs = programs
        self._copies = [Copy(snapshot) for snapshot in snapshots]
        self._ends = ends
        self._stacks = StackedCopies(programs, snapshots, ends[-1]) if stacked else None
        self._round = 0
        self._run: PlaneRun | None = None
        self._loaded: Copy | None = None

    def __len__(self) -> int:
        return len(self._copies)

    def __getitem__(self, index: int) -> Copy:
        return self._copies[index]

    def __iter__(self) -> Iterator[Copy]:
        return iter(self._copies)

    @property
    def round(self) -> int:
        """How many rounds all copies have done."""
        return self._round

    @property
    def done(self) -> bool:
        """Whether all copies are trained."""
        return self._round == len(self._ends)

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        if self.done:
            return 1.0
        done = [1.0 if copy.diverged else self._share_of(copy) for copy in self._copies]
        return sum(done) / len(done)

    @property
    def between_rounds(self) -> bool:
        """Whether all copies that go on stand at the same epoch."""
        return all(
            copy.diverged or copy.trained == self._epoch * copy.snapshot.batches_per_epoch
            for copy in self._copies
        )

    @property
    def _epoch(self) -> int:
        """Where the last round ended."""
        return self._ends[self._round - 1] if self._round else 0

    def _share_of(self, copy: Copy) -> float:
        return copy.trained / (self._ends[-1] * copy.snapshot.batches_per_epoch)

    @property
    def stacked(self) -> frozenset[int]:
        """Numbers of the copies that are trained in stacked calls by now."""
        return self._stacks.members if self._stacks else frozenset()

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        if self._stacks:
            self._stacks.close()

    def advance(self, max_seconds: float) -> None:
        """Trains one copy, or those of one stacked call, for about so long.

        Args:
            max_seconds: that the slice may take; the first ones, which measure, take less.
        """
        if self.done:
            return
        if self._stacks and self.between_rounds:
            going = {i: copy.snapshot for i, copy in enumerate(self._copies) if not copy.diverged}
            self._stacks.take_up(going, self._epoch)
        index = self._next_copy()
        if index is not None:
            stack = self._stacks.find(index) if self._stacks else None
            if stack is not None:
                self._train_together(stack, max_seconds)
            else:
                self._train(self._copies[index], max_seconds)
        if self._next_copy() is None:
            self._round += 1
            if all(one.diverged for one in self._copies):
                self._round = len(self._ends)
            if self.done:
                self.close()

    def load(self, copy: Copy) -> PlaneRun:
        """Returns the run that all copies share, with the state of one of them."""
        if self._run is None:
            self._run = PlaneRun(self._programs, copy.snapshot)
        elif self._loaded is not copy:
            self._run.load(copy.snapshot)
        self._loaded = copy
        return self._run

    def _next_copy(self) -> int | None:
        waiting = (
            index
            for index, copy in enumerate(self._copies)
            if not copy.diverged and len(copy.rounds) == self._round
        )
        return next(waiting, None)

    def _train(self, copy: Copy, max_seconds: float) -> None:
        run = self.load(copy)
        rest = self._ends[self._round] * run.batches_per_epoch - copy.trained
        steps = min(rest, copy.slice)
        begun = time.perf_counter()
        try:
            run.train_general(steps)
        except DivergedError:
            copy.diverged = True
            return
        seconds = max(time.perf_counter() - begun, 1e-9)
        copy.slice = max(1, min(_FASTER * steps, int(max_seconds / seconds * steps)))
        copy.trained += steps
        copy.snapshot = run.snapshot()
        if steps == rest:
            self._end_round(copy, run.metrics)

    def _train_together(self, stack: CopyStack, max_seconds: float) -> None:
        """Trains all copies of a stack; where they stand is read at the end of the round."""
        arrived = stack.advance(self._ends[self._round], max_seconds)
        self._loaded = None
        copies = [self._copies[index] for index in stack.members]
        for copy, updates, diverged in zip(
            copies, stack.updates, stack.stack.diverged, strict=True
        ):
            copy.trained, copy.diverged = updates, bool(diverged)
        if not arrived:
            return
        measured = stack.stack.snapshots(), stack.stack.metrics()
        for copy, now, metrics in zip(copies, *measured, strict=True):
            # Ranges are those of the last look.
            copy.snapshot = replace(copy.snapshot, state=now.state, counters=now.counters)
            if not copy.diverged:
                self._end_round(copy, metrics)

    def _end_round(self, copy: Copy, metrics: Metrics) -> None:
        copy.rounds.append(metrics)
        if self._keeps:
            copy.weights.append(copy.snapshot.state.params)
