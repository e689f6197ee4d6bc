"""Turns that make a frame: the plan of one, and what becomes of the frame."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from app.history.timeline import TimelinePoint
from app.protocol.messages import Until
from app.protocol.outbox import Outbox
from app.sessions.client.audience import Shown
from app.sessions.client.frame_pace import FRAME_SECONDS, FramePace
from app.sessions.shared_state import Locked
from app.sessions.statistics import SessionCounts
from engine import FrameRequest


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """Plan of one turn of a session: updates to train and frame to make.

    Attributes:
        swept: whether a sweep trains in place of the network.
        frame_seconds: within which the frame is to come, see `FramePace`.
    """

    outbox: Outbox
    request: FrameRequest
    epochs: int = 0
    batches: int = 0
    running: bool = False
    compile_exact: bool = False
    until: Until | str | None = None
    recalled: TimelinePoint | None = None
    swept: bool = False
    frame_seconds: float = FRAME_SECONDS

    @property
    def trains(self) -> bool:
        """Whether it is more than a frame."""
        return self.recalled is None and (self.running or self.epochs > 0 or self.batches > 0)


class FrameTurns:
    """Starts and ends the turns of a session that make a frame; called by its worker.

    Args:
        locked: what is shared with socket threads.

    Attributes:
        counts: frames and updates so far.
    """

    def __init__(self, locked: Locked) -> None:
        self.counts = SessionCounts()
        self._locked = locked
        self._pace = FramePace()

    def find_request(self, now: float) -> tuple[TimelinePoint | None, FrameRequest] | None:
        """Returns the point and the contents of a frame that is due by now; None if none is."""
        with self._locked as shared:
            if not shared.wants_frame() or shared.frame_at > now:
                return None
            return shared.recalled, shared.demand.peek(running=shared.control.running)

    def postpone(self, until: float) -> None:
        """Delays the next frame, whose programs are not compiled yet."""
        with self._locked as shared:
            shared.retry_at = until

    def start(self, now: float, *, swept: bool = False) -> TurnPlan | None:
        """Spends one credit for a frame that is due by now; None if none is.

        Args:
            now: monotonic seconds.
            swept: whether a sweep trains in place of the network.
        """
        with self._locked as shared:
            if not shared.wants_frame() or shared.frame_at > now or shared.outbox is None:
                return None
            running = shared.control.running
            request = shared.demand.spend_credit(now, running=running)
            compile_exact = running and not swept and shared.debounce.fire(now)
            rests = swept or shared.recalled is not None
            epochs, batches = (0, 0) if rests else shared.control.take_steps()
            until, recalled = shared.control.until, shared.recalled
            known = shared.outbox, request, epochs, batches, running, compile_exact, until, recalled
            return TurnPlan(*known, swept, self._pace.begin(now))

    def stop_debounce(self) -> None:
        """Stops the debounce until the next edit, as the exact program is compiled or requested."""
        with self._locked as shared:
            shared.debounce.stop()

    def drop_unchanged(self, turn: TurnPlan, arrays: dict[str, Any]) -> list[str]:
        """Removes arrays that the client has from a frame; returns their names."""
        with self._locked as shared:
            return shared.demand.drop_unchanged(arrays) if shared.outbox is turn.outbox else []

    @property
    def watched(self) -> bool:
        """Whether somebody watches."""
        with self._locked as shared:
            return shared.audience is not None

    def show(self, blob: bytes, *, whole: bool) -> None:
        """Shows a frame to who watches.

        Args:
            blob: the frame, with all of its arrays.
            whole: whether it holds the points, too.
        """
        with self._locked as shared:
            if shared.audience is not None:
                shared.audience.put(Shown(blob, whole))

    def describe_present(self) -> tuple[TimelinePoint | None, int, bool, FrameRequest]:
        """Returns the point that is shown, if any, its spec's id, whether it runs, a request."""
        with self._locked as shared:
            running, recalled = shared.control.running, shared.recalled
            spec_id = recalled.spec_id if recalled is not None else shared.spec_id
            request = replace(shared.demand.peek(running=running), points=True)
            return recalled, spec_id, running, request

    def finish(self, turn: TurnPlan, blob: bytes, rest_batches: int) -> None:
        """Leaves the frame for its client, if that is still the one.

        Args:
            turn: what was asked for.
            blob: the encoded frame.
            rest_batches: what is left of a step that took longer than a turn may.
        """
        with self._locked as shared:
            shared.control.add_batches(rest_batches)
            shared.revision += turn.trains
            there = shared.outbox is turn.outbox
        # Sent without the session's lock; who loses the session now has a closed outbox.
        if there:
            self.counts.frames += 1
            self.counts.frame_bytes += len(blob)
            turn.outbox.put_frame(blob)
        self._pace.end(time.monotonic())

    def fail(self, turn: TurnPlan) -> None:
        """Pauses after a turn that made no frame, and gives its credit back."""
        with self._locked as shared:
            shared.control.set_running(False)
            shared.revision += 1
            shared.demand.refund_credit(turn.request, credit=shared.outbox is turn.outbox)
