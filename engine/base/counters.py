"""Counters: steps and epochs of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace


def count_batches(rows: int, batch_size: int) -> int:
    """Returns the updates of an epoch, ceil(rows / batch_size): a last, smaller batch is used."""
    return -(-rows // batch_size)


@dataclass(frozen=True)
class Counters:
    """Steps and epochs of a run.

    Attributes:
        step: updates done.
        updates: updates since the optimizer's moments were zero.
        epoch: epochs begun and done.
        first: batches of the running epoch that are done.
        draws: edits that drew weights, so that each draws new ones.
    """

    step: int = 0
    updates: int = 0
    epoch: int = 0
    first: int = 0
    draws: int = 0

    def after(self, steps: int, batches: int) -> Counters:
        """Counts updates.

        Args:
            steps: updates done.
            batches: updates of an epoch.
        """
        epochs, first = divmod(self.first + steps, batches)
        return Counters(
            self.step + steps, self.updates + steps, self.epoch + epochs, first, self.draws
        )

    def begin_epoch(self) -> Counters:
        """Leaves a begun epoch for a new one."""
        return replace(self, epoch=self.epoch + (self.first > 0), first=0)
