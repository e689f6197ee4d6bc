"""Checks of goals on several seeds: trained in the background, and what a client is told of one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from app.sessions.client.announcements import ServerMessage
from engine import SeedCheck

logger = logging.getLogger(__name__)

#: What one check may train; seeds that have not reached the goal by then have not reached it.
MAX_SECONDS = 60.0
#: Progress is told in so many steps, and whenever a seed reaches the goal.
_STEPS = 20


class SeedCheckTask:
    """Check of a goal on seeds that is trained in the background.

    Args:
        check: the seeds.
        tell: takes the messages; called without a lock, perhaps after it was cancelled.

    Attributes:
        text: the goal.
        cancelled: nobody wants its result any more.
    """

    def __init__(
        self, check: SeedCheck, tell: Callable[[SeedCheckTask, ServerMessage], None]
    ) -> None:
        self.text = check.goal.text
        self.cancelled = False
        self._check = check
        self._tell = tell
        self._spent = 0.0
        self._told = (-1, -1)

    def advance(self, seconds: float) -> bool:
        """Trains for about so long; False once its result has been told."""
        begun = time.monotonic()
        try:
            self._check.advance(seconds)
        except Exception:
            logger.exception("a check on seeds failed")
            self._tell(self, make_stopped_message(self.text, "failed"))
            return False
        self._spent += time.monotonic() - begun
        over = self._check.done or self._spent > MAX_SECONDS
        reached = sum(one.epoch is not None for one in self._check.outcomes)
        state = int(self._check.share * _STEPS), reached
        if not self.cancelled and (over or state != self._told):
            self._told = state
            self._tell(self, self._describe(over=over))
        return not over

    def _describe(self, *, over: bool) -> ServerMessage:
        check = self._check
        seeds = [
            {"seed": one.seed, "epoch": one.epoch, "diverged": one.diverged}
            for one in check.outcomes
        ]
        told = {"goal": self.text, "epoch": check.epoch, "seeds": seeds}
        if over:
            return {"type": "checked", **told, "holds": check.holds}
        return {"type": "checking", **told, "share": round(check.share, 3)}


def make_stopped_message(text: str, reason: str) -> ServerMessage:
    """Returns a `checked` message for a check without a result."""
    return {"type": "checked", "goal": text, "stopped": reason}
