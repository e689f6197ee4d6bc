"""Edited sweep: takes the place of a session's present one once its programs are there."""

from __future__ import annotations

import time

from engine import Slices, Sweep


class EditedSweep:
    """A sweep with an edited spec, whose networks go on from those of the present one.

    Args:
        sweep: with the edited spec, built.
        moving: takes over what the networks have learned, see `Sweep.continue_from`.
    """

    def __init__(self, sweep: Sweep, moving: Slices[bool]) -> None:
        self.sweep = sweep
        self._moving: Slices[bool] | None = moving

    def is_compiled(self) -> bool:
        """Whether all its programs are there; requests those that are missing."""
        return self.sweep.request()

    def reset(self) -> None:
        """Has its networks begin at step 0, since those of the present sweep do so."""
        self._moving = None

    def prepare(self, until: float) -> bool:
        """Moves its networks to it and measures them, for about so long.

        Args:
            until: monotonic seconds.

        Returns:
            Whether it can take the place of the present one.
        """
        for _ in self._moving or ():
            if time.monotonic() >= until:
                return False
        self._moving = None
        return self.sweep.prepare(max(0.0, until - time.monotonic()))

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self.sweep.close()
