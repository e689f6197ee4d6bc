"""Race of one session: copies of its network, trained in the background, seen in its frames."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from app.history.spec_diff import list_changes
from app.protocol import messages
from app.sessions.copies.background import BackgroundRunner
from app.sessions.shared_state import Locked
from engine import Candidate, Frame, FrameRequest, Race, Snapshot, Spec, Trainer

logger = logging.getLogger(__name__)

#: What one race may train; it ends there.
MAX_SECONDS = 60.0


class RaceTask:
    """Race that is trained in the background.

    Args:
        race: the copies.
        spec: what they are changes of.
        command: what asked for it.
        on_look: called when there is something new to see; without a lock.

    Attributes:
        race: the copies.
        cancelled: nobody looks at it any more.
    """

    def __init__(
        self, race: Race, spec: Spec, command: messages.Race, on_look: Callable[[], None]
    ) -> None:
        self.race = race
        self.cancelled = False
        self._racers = [[*list_changes(spec, one)] for one in race.specs]
        self._command = command
        self._on_look = on_look
        self._spent = 0.0
        self._state = "waiting"

    def advance(self, seconds: float) -> bool:
        """Trains copies and looks at them for about so long; False at the end."""
        begun = time.monotonic()
        before, news, spent = self._state, False, 0.0
        try:
            # A copy's part of a round may be far shorter than a slice.
            while spent < seconds and not self.race.done:
                news |= self.race.advance(seconds - spent)
                spent = time.monotonic() - begun
            self._spent += spent
            over = self._spent > MAX_SECONDS
            self._state = "done" if self.race.done else "stopped" if over else "training"
        except Exception:
            logger.exception("a race failed")
            self._state = "failed"
            news = True
        if self.cancelled or self._state != "training":
            self.race.close()
        if news or self._state != before:
            self._on_look()
        return self._state == "training"

    def describe(self) -> str:
        """Returns the frame's metadata on it: what differs, and how it stands."""
        command = self._command
        told = {
            "racers": self._racers,
            "epochs": command.epochs,
            "restart": command.restart,
            "state": self._state,
            "share": round(self.race.share, 3),
        }
        return json.dumps(told, separators=(",", ":"))


class SessionRaces:
    """The race that a client looks at; called by the session's worker.

    Args:
        locked: what is shared with socket threads.
        background: trains copies.
        wake: has the session's frames looked at.
    """

    def __init__(
        self, locked: Locked, background: BackgroundRunner, wake: Callable[[], None]
    ) -> None:
        self._locked = locked
        self._background = background
        self._wake = wake
        self._task: RaceTask | None = None

    def start(self, trainer: Trainer, command: messages.Race) -> bool:
        """Starts a race in place of any other; none where it has no racers.

        Returns:
            False if the server is busy.

        Raises:
            EngineError: a change cannot be made, or cannot race.
        """
        task = None
        if command.racers:
            racers = [Candidate(one.patch, one.origin) for one in command.racers]
            race = trainer.begin_race(racers, command.epochs, restart=command.restart)
            task = RaceTask(race, trainer.spec, command, self._show)
            if not self._background.add(task):
                return False
        self.end()
        self._task = task
        self._show()
        return True

    def end(self) -> None:
        """Ends the race, if there is one."""
        if self._task is not None:
            self._task.cancelled = True
            self._task.race.close()
        self._task = None

    def snapshot(self, index: int) -> Snapshot | None:
        """Returns where a racer stands; None if there is no such racer."""
        if self._task is None or index >= len(self._task.race.specs):
            return None
        return self._task.race.snapshot(index)

    def show(self, request: FrameRequest, frame: Frame) -> Frame:
        """Adds the race to a frame that asks for it."""
        if self._task is None or "race" not in request.views:
            return frame
        metadata = {**frame.metadata, "race": self._task.describe()}
        return replace(frame, arrays={**frame.arrays, **self._task.race.arrays}, metadata=metadata)

    def _show(self) -> None:
        with self._locked as shared:
            if "race" not in shared.demand.views.names:
                return
            shared.demand.mark_due()
        self._wake()
