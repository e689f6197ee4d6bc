"""The goal of one session: told with its frames, and checked on several seeds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from app.sessions.client.announcements import ServerMessage
from app.sessions.copies.background import BackgroundRunner
from app.sessions.copies.seed_checks import SeedCheckTask
from app.sessions.shared_state import Locked
from engine import Frame, Goal, Trainer, parse_goal


class SessionGoals:
    """The goal that a client looks at; called by the session's worker.

    Args:
        locked: what is shared with socket threads.
        runner: trains copies.
    """

    def __init__(self, locked: Locked, runner: BackgroundRunner) -> None:
        self._locked = locked
        self._runner = runner
        self._goal: Goal | None = None

    def set(self, text: str | None) -> None:
        """Has frames tell of a goal from now on, and its client read it parsed; None: of none."""
        self._goal = None if text is None else parse_goal(text)
        with self._locked as shared:
            shared.put({"type": "goal", "goal": self._goal and self._goal.describe()})
            shared.demand.mark_due()

    def show(self, trainer: Trainer, frame: Frame) -> Frame:
        """Adds to a frame of the present run whether it reaches the goal."""
        if self._goal is None:
            return frame
        metrics: dict[str, Any] = {**trainer.measured, "epoch": trainer.epoch, "step": trainer.step}
        verdict = self._goal.judge(trainer.spec, metrics)
        told = json.dumps({"text": self._goal.text, **verdict.describe()}, separators=(",", ":"))
        return replace(frame, metadata={**frame.metadata, "goal": told})

    def check(self, trainer: Trainer, text: str) -> bool:
        """Starts a check on seeds of the present spec, in place of any other.

        Returns:
            False if the server is busy.

        Raises:
            GoalError: the goal cannot be checked on seeds.
        """
        task = SeedCheckTask(trainer.begin_seed_check(parse_goal(text)), self._tell)
        with self._locked as shared:
            shared.end_check("replaced")
            if not self._runner.add(task):
                return False
            shared.check = task
            return True

    def _tell(self, task: SeedCheckTask, message: ServerMessage) -> None:
        with self._locked as shared:
            shared.tell_of_copies("check", task, message)
