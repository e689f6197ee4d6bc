"""Stacks of a sweep, made one after the other as their programs are compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.runs.stacks import Stack
from engine.state.snapshots import Snapshot
from engine.sweeps.networks import Group, Networks
from engine.sweeps.pictures import StackPictures
from engine.sweeps.sweep_programs import SweepPrograms
from engine.sweeps.sweep_stack import SweepStack


class SweepStacks:
    """All networks of a sweep, those whose program is compiled in stacks.

    Networks are named by their number, cell by cell and seed by seed.

    Args:
        programs: of the sweep.
        networks: by program.
        starts: where each network begins.
        epoch: at which they begin.

    Attributes:
        made: the stacks so far.
    """

    def __init__(
        self,
        programs: SweepPrograms,
        networks: Networks,
        starts: tuple[Snapshot, ...],
        epoch: int,
    ) -> None:
        self._programs = programs
        self._starts = starts
        self._epoch = epoch
        self._waiting = [(group, members) for group in networks.groups for members in group.split()]
        self.made: list[SweepStack] = []

    @property
    def complete(self) -> bool:
        """Whether every network is in a stack."""
        return not self._waiting

    def make_next(self) -> bool:
        """Makes and measures the next stack whose program is there; False if there is none."""
        for place, (group, members) in enumerate(self._waiting):
            if self._programs.has(group):
                self._make(group, members)
                del self._waiting[place]
                return True
        return False

    def _make(self, group: Group, members: tuple[int, ...]) -> None:
        own = [self._starts[i] for i in members]
        stack = Stack(self._programs.training(group), group.stacked, own, self._epoch)
        stack.measure()
        pictures = StackPictures(self._programs.painting(group), own[0])
        self.made.append(SweepStack(stack, members, pictures, own[0].batches_per_epoch))

    def snapshots(self) -> list[Snapshot]:
        """Returns where every network stands."""
        found = list(self._starts)
        for one in self.made:
            for index, snapshot in zip(one.members, one.stack.snapshots(), strict=True):
                found[index] = snapshot
        return found

    def snapshot(self, index: int) -> Snapshot:
        """Returns where a network stands; the last finite state if it has diverged."""
        found = self._find(index)
        return self._starts[index] if found is None else found[0].stack.snapshot(found[1])

    def has_diverged(self, index: int) -> bool:
        """Whether a network has diverged."""
        found = self._find(index)
        return found is not None and bool(found[0].stack.diverged[found[1]])

    def _find(self, index: int) -> tuple[SweepStack, int] | None:
        """Returns the stack of a network and its place there; None while it has none."""
        for one in self.made:
            if index in one.members:
                return one, one.members.index(index)
        return None

    @property
    def n_measured(self) -> int:
        """Networks that are in a stack, so that they have numbers and pictures."""
        return sum(len(one.members) for one in self.made)

    @property
    def all_diverged(self) -> bool:
        """Whether there are stacks, but no network is left that trains."""
        return self.n_measured > 0 and all(one.stack.diverged.all() for one in self.made)

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Bool [networks], which ones have diverged."""
        found = np.zeros(len(self._starts), bool)
        for one in self.made:
            found[list(one.members)] = one.stack.diverged
        return found

    @property
    def summary(self) -> Floats:
        """Float32 [networks, 11], see `TurnResult`; NaN where nothing was measured."""
        found = np.full((len(self._starts), 11), np.nan, np.float32)
        for one in self.made:
            found[list(one.members)] = one.stack.summary
        return found
