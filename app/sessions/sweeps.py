"""Sweep of one session: a grid of networks, trained in the session's own turns."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from app.limits.memory_budget import MemoryBudget
from app.sessions.edited_sweep import EditedSweep
from app.sessions.shared_state import Locked, SharedState
from engine import (
    MAX_SWEEP_BYTES,
    EngineError,
    Frame,
    FrameRequest,
    MemoryLimitError,
    Slices,
    Snapshot,
    Sweep,
    Trainer,
    parse_sweep,
)

logger = logging.getLogger(__name__)

#: What the sweeps of all sessions may hold: eight of the largest.
SWEEP_BYTES = 8 * MAX_SWEEP_BYTES
#: Training of one turn, about; painting comes on top.
TRAINING_SECONDS = 0.03
#: While programs are compiled, or an epoch takes long, a frame comes so often.
NEWS_SECONDS = 0.2
#: Of which this much for the sharpness of cells while somebody looks at it; at rest more.
LOOK_SECONDS, RESTING_LOOK_SECONDS = 0.006, 0.03
#: How soon it is looked again whether programs are compiled.
WAIT_SECONDS = 0.05


class SessionSweep:
    """The sweep that stands in the place of a session's network; called by its worker.

    While there is one, the session's training control is that of the sweep, and the network rests.

    Args:
        locked: what is shared with socket threads.
        memory: of the sweeps of all sessions.
    """

    def __init__(self, locked: Locked, memory: MemoryBudget) -> None:
        self._locked = locked
        self._memory = memory
        self._n_bytes = 0
        self._sweep: Sweep | None = None
        self._request: Any = None
        self._prepared = self._failed = False
        self._looks = self._looked = False
        self._told_at = 0.0
        self._painted: tuple[Any, dict[str, NDArray[Any]]] | None = None
        self._edited: EditedSweep | None = None

    @property
    def active(self) -> bool:
        """Whether there is a sweep."""
        return self._sweep is not None

    def begin(self, trainer: Trainer, value: object) -> Slices[None]:
        """Begins a sweep of the present spec in place of any other; ends it where it is None.

        Args:
            trainer: the session's network.
            value: the request, as JSON values.

        Raises:
            EngineError: such a sweep cannot be; the former one goes on.
        """
        if value is None:
            self.end()
            return
        request = parse_sweep(value)
        sweep = trainer.make_sweep(request)
        yield from sweep.build()
        if self._memory.resize(self._n_bytes, sweep.n_bytes):
            text = "the sweeps of all sessions leave no room for one as large"
            raise MemoryLimitError(text, "axes")
        self._n_bytes = 0
        self._close()
        self._n_bytes = sweep.n_bytes
        self._sweep, self._request = sweep, request
        self._restart()
        with self._locked as shared:
            shared.control.drop_steps()
            shared.sweep = sweep.describe()
            self._announce(shared)

    def follow(self, trainer: Trainer, origin: object) -> Slices[None]:
        """Has the sweep go on with an edited spec, and with what its networks have learned.

        It trains and shows what there is until the programs of the new spec are compiled. Where
        there is no room for both, or nothing is there yet, it begins again.

        Args:
            trainer: the session's network, which has been edited.
            origin: of the edit.

        Raises:
            EngineError: the new spec has no such sweep; it has ended.
        """
        last = self._edited.sweep if self._edited is not None else self._sweep
        if self._sweep is None or last is None or last.spec == trainer.spec:
            return
        try:
            sweep = trainer.make_sweep(self._request)
            yield from sweep.build()
            both = self._sweep.n_bytes + sweep.n_bytes
            if not self._prepared or self._failed or self._memory.resize(self._n_bytes, both):
                yield from self.begin(trainer, self._request)
                return
        except EngineError:
            self.end()
            raise
        # Edits that wait for each other match their layers by position.
        chosen = origin if self._edited is None else None
        self._forget_edited()
        self._n_bytes = both
        self._edited = EditedSweep(sweep, sweep.continue_from(self._sweep, chosen))
        with self._locked as shared:
            shared.sweep = sweep.describe()
            shared.demand.mark_due()

    def end(self, *, pause: bool = True) -> None:
        """Ends the sweep, if there is one; the session's network is as it was.

        Args:
            pause: whether the network does not go on running in place of the sweep.
        """
        if self._sweep is None:
            return
        self._close()
        with self._locked as shared:
            if pause:
                shared.control.set_running(False)
            shared.control.drop_steps()
            shared.sweep = None
            self._announce(shared)

    def close(self) -> None:
        """Ends the sweep once nobody can come back."""
        self._close()

    def reset(self) -> None:
        """Returns all networks to step 0."""
        if self._sweep is not None:
            self._sweep.reset()
            self._restart()
            if self._edited is not None:
                self._edited.reset()
            with self._locked as shared:
                shared.control.drop_steps()
                shared.demand.mark_due()

    def snapshot(self, row: int, column: int) -> Snapshot | None:
        """Returns where a cell's first network stands; None if there is no such cell."""
        if self._sweep is None:
            return None
        try:
            return self._sweep.snapshot(row, column)
        except IndexError:
            return None

    def advance(self, until: float) -> bool:
        """Goes on for about so long with what the next frame is to show.

        Args:
            until: the end of the turn, monotonic seconds.

        Returns:
            Whether a frame is to be made; otherwise the session's next turn goes on.
        """
        try:
            news = self._advance(min(until, time.monotonic() + TRAINING_SECONDS))
        except Exception:
            logger.exception("a sweep failed")
            self._failed = news = True
            with self._locked as shared:
                shared.control.set_running(False)
                # Nothing runs any more, so no frame would say so.
                shared.demand.mark_due()
        self._look()
        now = time.monotonic()
        if news or now - self._told_at >= NEWS_SECONDS:
            self._told_at = now
            return True
        return False

    def find_next(self, now: float) -> float:
        """Returns when it is to be gone on with, monotonic seconds."""
        return now if self._prepared else now + WAIT_SECONDS

    def mark_shown(self) -> None:
        """Has the next frame follow while there is news, running or not."""
        waits = not self._prepared or self._edited is not None or (self._looks and not self._looked)
        if self._sweep is not None and waits and not self._failed:
            with self._locked as shared:
                shared.demand.mark_due()
                shared.retry_at = time.monotonic() + WAIT_SECONDS

    def show(self, request: FrameRequest, frame: Frame) -> Slices[Frame]:
        """Adds the sweep to a frame that asks for it, in slices; its other arrays stay."""
        sweep = self._sweep
        if sweep is None or "sweep" not in request.views:
            return frame
        arrays = yield from self._paint(sweep)
        self._looks = "sweep_sharpness" in request.views
        if self._looks:
            arrays = {**arrays, "sweep_sharpness": sweep.sharpness}
        metadata = {**frame.metadata, "sweep": self._describe(sweep)}
        return replace(frame, arrays={**frame.arrays, **arrays}, metadata=metadata)

    def _advance(self, until: float) -> bool:
        """Compiles, or trains; whether there is something new to show."""
        if self._edited is not None and self._edited.is_compiled():
            return self._take_over(self._edited, until)
        sweep = self._sweep
        if sweep is None or self._failed:
            return True
        if not self._prepared:
            before = sweep.ready
            self._prepared = sweep.prepare(max(0.0, until - time.monotonic()))
            if not self._prepared:
                return sweep.ready > before
        if sweep.target == sweep.epoch:
            with self._locked as shared:
                control = shared.control
                epochs = control.epochs_per_frame if control.running else control.steps[0]
            if epochs == 0:
                return True
            sweep.go_to(sweep.epoch + sweep.plan_epochs(epochs))
        elif not self._trains():
            return True
        begun = sweep.epoch
        arrived = sweep.advance(until - time.monotonic())
        if arrived:
            with self._locked as shared:
                shared.control.take_epochs(sweep.epoch - begun)
                shared.demand.mark_due()
                shared.revision += 1
                if sweep.all_diverged:
                    shared.control.set_running(False)
        return arrived

    def _take_over(self, edited: EditedSweep, until: float) -> bool:
        """Prepares the edited sweep for about so long; whether it is in its place now."""
        if not edited.prepare(until):
            return False
        if self._sweep is not None:
            self._sweep.close()
        self._edited, self._sweep = None, edited.sweep
        self._memory.resize(self._n_bytes, edited.sweep.n_bytes)
        self._n_bytes = edited.sweep.n_bytes
        self._painted = None
        return True

    def _forget_edited(self) -> None:
        if self._edited is not None:
            self._edited.close()
            self._edited = None

    def _look(self) -> None:
        """Measures the sharpness of cells for a moment, while somebody looks at it."""
        if self._looks and self._prepared and not self._failed and self._sweep is not None:
            seconds = LOOK_SECONDS if self._trains() else RESTING_LOOK_SECONDS
            self._looked = self._sweep.look(seconds)

    def _trains(self) -> bool:
        with self._locked as shared:
            return shared.control.running or shared.control.stepping

    def _restart(self) -> None:
        self._prepared = self._failed = False
        self._painted = None

    def _close(self) -> None:
        self._forget_edited()
        if self._sweep is not None:
            self._sweep.close()
        self._memory.resize(self._n_bytes, 0)
        self._n_bytes = 0
        self._sweep = self._request = self._painted = None

    def _announce(self, shared: SharedState) -> None:
        """Tells the client what there is; the lock is held."""
        shared.revision += 1
        shared.put({"type": "sweep", "sweep": shared.sweep})
        shared.demand.mark_due()

    def _paint(self, sweep: Sweep) -> Slices[dict[str, NDArray[Any]]]:
        """Returns the arrays; the same ones as long as nothing has changed."""
        state = sweep.epoch, sweep.n_measured
        if self._painted is None or self._painted[0] != state:
            self._painted = state, (yield from sweep.paint())
        return self._painted[1]

    def _describe(self, sweep: Sweep) -> str:
        """Returns the frame's metadata on the sweep."""
        state = "training" if self._trains() else "paused"
        if self._failed:
            state = "failed"
        elif not self._prepared:
            state = "compiling"
        told = {
            "epoch": sweep.epoch,
            "state": state,
            "ready": round(sweep.ready, 3),
            "progress": round(sweep.progress, 3),
            "waiting": self._edited is not None,
        }
        return json.dumps(told, separators=(",", ":"))
