"""Second run of a trainer: shows snapshots while the first one is idle."""

from __future__ import annotations

from engine.base.slices import Slices
from engine.frames.frames import Frame, FrameRequest
from engine.programs.tiers import Programs
from engine.runs.protocol import Run
from engine.runs.run_classes import begin_run, can_continue
from engine.state.snapshots import Snapshot


class PastRun:
    """A run that shows any snapshot, made when it is first needed.

    Args:
        programs: where compiled programs come from.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._run: Run | None = None

    def show(self, snapshot: Snapshot, request: FrameRequest) -> Slices[Frame]:
        """Makes the frame of a snapshot in slices, the same as it was then."""
        if self._run is None or not can_continue(self._run, snapshot):
            self.forget()
            self._run = begin_run(self._programs, snapshot)
        return (yield from self._run.show(snapshot, request))

    def forget(self) -> None:
        """Frees its memory."""
        if self._run is not None:
            self._run.close()
            self._run = None
