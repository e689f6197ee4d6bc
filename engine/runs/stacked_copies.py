"""Stacked copies: those of equal program are trained in one call, once it is compiled.

Their program is compiled in the background; until it is there the copies train on general programs,
one after the other. Different optimizers share a program; it computes all terms of the update rule.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.base.errors import EngineError
from engine.programs.models import ExactModel
from engine.programs.models.sharing import share_models
from engine.programs.stacked import StackedModel
from engine.programs.tiers import Programs
from engine.runs.paced_stacks import PacedStack
from engine.runs.stacks import Stack
from engine.state.snapshots import Snapshot

logger = logging.getLogger(__name__)

#: Updates of all copies of a program together, from which on compiling it is worth it.
LEAST_UPDATES = 5_000


@dataclass(frozen=True)
class CopyGroup:
    """Copies that one stacked call trains.

    Attributes:
        model: what it is compiled for.
        members: numbers of the copies.
    """

    model: StackedModel
    members: tuple[int, ...]


def group_copies(snapshots: Sequence[Snapshot], epochs: int) -> list[CopyGroup]:
    """Groups copies by the program that trains them together.

    Args:
        snapshots: where they begin.
        epochs: that each of them trains.

    Returns:
        Groups of at least two that are worth compiling for.
    """
    models = [
        ExactModel.of(s.spec, s.data.n_train, s.data.n, n_validation=s.data.n_validation)
        for s in snapshots
    ]
    members: dict[ExactModel, list[int]] = {}
    for index, model in enumerate(share_models(models, mix_optimizers=True)):
        members.setdefault(model, []).append(index)
    groups: list[CopyGroup] = []
    for model, own in members.items():
        if len(own) > 1 and len(own) * epochs * model.batches >= LEAST_UPDATES:
            n_data = len({id(snapshots[i].data) for i in own})
            n_seeds = len({snapshots[i].spec.seed for i in own})
            stacked = StackedModel.with_room(model, n_data, n_seeds, len(own))
            groups.append(CopyGroup(stacked, tuple(own)))
    return groups


class StackedCopies:
    """The copies that are trained in stacked calls, and those that are to be.

    Args:
        programs: where compiled programs come from.
        snapshots: where all copies begin.
        epochs: that each of them trains.
    """

    def __init__(self, programs: Programs, snapshots: Sequence[Snapshot], epochs: int) -> None:
        self._programs = programs
        self._waiting = group_copies(snapshots, epochs)
        self._stacks: dict[int, CopyStack] = {}

    @property
    def members(self) -> frozenset[int]:
        """Numbers of the copies that are trained so."""
        return frozenset(self._stacks)

    def take_up(self, going: Mapping[int, Snapshot], epoch: int) -> None:
        """Takes those copies whose program is there, and requests the other programs.

        Args:
            going: where all copies stand that have not diverged.
            epoch: that all of them have done since they began.
        """
        if not self._waiting:
            return
        try:
            there = self._programs.request_stacked(id(self), [one.model for one in self._waiting])
        except EngineError as error:
            logger.warning("copies train one after the other: %s", error)
            self._waiting = []
            return
        for group in [one for one in self._waiting if one.model in there]:
            self._waiting.remove(group)
            members = tuple(i for i in group.members if i in going)
            if members:
                program, snapshots = there[group.model], [going[i] for i in members]
                own = CopyStack(members, Stack(program, group.model, snapshots), epoch)
                self._stacks |= dict.fromkeys(members, own)

    def find(self, index: int) -> CopyStack | None:
        """Returns the stack that trains a copy; None if it is trained alone."""
        return self._stacks.get(index)

    def close(self) -> None:
        """Cancels what it requested."""
        self._programs.withdraw(id(self))


class CopyStack(PacedStack):
    """Copies that a stacked call trains.

    Args:
        members: their numbers.
        stack: the copies.
        epoch: that they have done since they began.

    Attributes:
        members: their numbers.
    """

    def __init__(self, members: tuple[int, ...], stack: Stack, epoch: int) -> None:
        super().__init__(stack)
        self.members = members
        self._epoch = epoch

    @property
    def updates(self) -> list[int]:
        """Updates of each copy since it began."""
        before = self._epoch * self.stack.batches
        return [before + done for done in self.stack.updates.tolist()]

    def advance(self, epoch: int, max_seconds: float) -> bool:
        """Makes one call of about so long; whether all copies have done so many epochs."""
        target = (epoch - self._epoch) * self.stack.batches
        self.call(target, max_seconds, time.perf_counter)
        return not self.stack.count_behind(target)
