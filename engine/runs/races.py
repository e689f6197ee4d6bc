"""Races: copies of a run under different specs, trained side by side and shown meanwhile.

Up to `MAX_RACERS` copies begin at the same weights, or at step 0 with weights drawn as each spec
says, and do equally many epochs on the same data. Copies that differ only in their seed are an
ensemble: the race also measures the mean of all outputs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.errors import TrialError
from engine.base.slices import Slices, finish
from engine.data.datasets import Dataset
from engine.frames.frames import FrameRequest
from engine.frames.metrics import Metrics, history_row, score_outputs
from engine.programs.tiers import Programs
from engine.runs.copies import Copies, Copy, begin_snapshots
from engine.runs.race_paths import RacePaths, share_landscape
from engine.runs.trials import Candidate, change_copy
from engine.spec import Spec
from engine.state.snapshots import Snapshot

#: Copies of one race.
MAX_RACERS = 16
#: Epochs that each copy trains at most.
MAX_RACE_EPOCHS = 1000
#: Rounds of a race, and so places of its curves.
ROUNDS = 100
#: Every second pixel of a boundary is kept.
PIXELS = 50
#: Seconds from one look at all copies to the next, at least, and how many times what one took.
APART, REST = 0.2, 4.0
_LOOK = FrameRequest(views=("boundary",))


class Race:
    """Trains copies of one snapshot under different specs, and shows all of them.

    Any thread may read `arrays`; all else is for the one that trains.

    Args:
        programs: where compiled programs come from; those that train many copies in one call are
            compiled in the background, while copies train on general ones.
        start: what the copies begin at.
        racers: the changes that make each copy, 2 to `MAX_RACERS`; `{}` changes nothing.
        epochs: that each copy trains, 1 to `MAX_RACE_EPOCHS`.
        restart: whether they begin at step 0, with weights drawn as their spec says; only then
            their seeds may differ.
        clock: seconds, as `time.perf_counter`.

    Raises:
        TrialError: such a change cannot race, or the network is for images.
        PatchError: a patch is not an object.
        SpecError: a changed spec breaks a rule.
        OriginError: an origin does not fit.
    """

    def __init__(
        self,
        programs: Programs,
        start: Snapshot,
        racers: Sequence[Candidate],
        epochs: int,
        *,
        restart: bool = True,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if not 2 <= len(racers) <= MAX_RACERS:
            raise TrialError(f"a race has 2 to {MAX_RACERS} networks")
        if not 1 <= epochs <= MAX_RACE_EPOCHS:
            raise TrialError(f"a race has 1 to {MAX_RACE_EPOCHS} epochs")
        if start.spec.data.is_images:
            raise TrialError("networks for images are too large to train many at a time")
        changed = [change_copy(start, racer, seeds=restart) for racer in racers]
        snapshots = begin_snapshots(programs, changed, restart=restart)
        self._data: Dataset = start.data
        self._ends = _plan_rounds(epochs)
        shared = share_landscape(snapshots, len(self._ends))
        self._copies = Copies(programs, snapshots, self._ends, keep=shared, stacked=True)
        self._paths = RacePaths(programs, snapshots[0]) if shared else None
        self._drawing: Slices[dict[str, NDArray[Any]]] | None = None
        self._clock = clock
        self._next = 0.0
        self._begun: list[Metrics] = []
        self._shown_round = -1
        self._look_seconds = 0.0
        self._looks: list[tuple[Any, Floats]] = []
        self._outputs: list[Floats] = []
        self._arrays: dict[str, NDArray[Any]] = {}

    @property
    def specs(self) -> list[Spec]:
        """What races."""
        return [copy.snapshot.spec for copy in self._copies]

    @property
    def done(self) -> bool:
        """Whether all copies are trained, and seen."""
        return self._copies.done and self._shown_round == self._copies.round

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return self._copies.share

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the `race` view; others after each look, so who holds these keeps them."""
        return self._arrays

    @property
    def stacked(self) -> frozenset[int]:
        """Numbers of the copies that are trained in stacked calls by now."""
        return self._copies.stacked

    def close(self) -> None:
        """Cancels its requests for compilation; any thread may call it."""
        self._copies.close()

    def snapshot(self, index: int) -> Snapshot:
        """Returns where a copy stands, to go on with it."""
        return self._copies[index].snapshot

    def advance(self, max_seconds: float) -> bool:
        """Trains one copy for about so long, or looks at one.

        Args:
            max_seconds: that the slice may take.

        Returns:
            Whether there are new arrays.
        """
        if len(self._begun) < len(self._copies):
            self._begun.append(self._copies.load(self._copies[len(self._begun)]).metrics)
            return False
        looking = len(self._looks) > 0 or self._must_look()
        if not looking:
            self._copies.advance(max_seconds)
            return False
        if len(self._looks) < len(self._copies):
            self._look(self._copies[len(self._looks)])
            return False
        if self._paths is not None and self._drawing is None:
            self._drawing = self._paths.draw(self._copies)
        paths = self._draw(self._drawing, max_seconds) if self._drawing else {}
        if paths is None:
            return False
        self._drawing = None
        self._publish(paths)
        return True

    def _draw(
        self, drawing: Slices[dict[str, NDArray[Any]]], max_seconds: float
    ) -> dict[str, NDArray[Any]] | None:
        """Goes on drawing paths for so long; returns their arrays, None while there is more."""
        begun = self._clock()
        try:
            while True:
                next(drawing)
                if self._clock() - begun >= max_seconds:
                    return None
        except StopIteration as end:
            return end.value
        finally:
            self._look_seconds += self._clock() - begun

    def _must_look(self) -> bool:
        if self._shown_round == self._copies.round or not self._copies.between_rounds:
            return False
        return self._copies.done or self._clock() >= self._next

    def _look(self, copy: Copy) -> None:
        begun = self._clock()
        run = self._copies.load(copy)
        frame = finish(run.turn(0, _LOOK))
        ends = json.loads(frame.metadata["boundary_range"])
        self._looks.append((frame.arrays["boundary"][:, ::2, ::2], np.array(ends)))
        self._outputs.append(run.evaluate(self._data.x))
        copy.snapshot = run.shown_snapshot()
        self._look_seconds += self._clock() - begun

    def _publish(self, paths: dict[str, NDArray[Any]]) -> None:
        boundaries, ranges = zip(*self._looks, strict=True)
        self._arrays = {
            "race_curves": self._make_curves(),
            "race_boundaries": np.concatenate(boundaries),
            "race_ranges": np.array(ranges, np.float32),
            "race_ensemble": self._measure_ensemble(),
            **paths,
        }
        self._shown_round = self._copies.round
        self._looks, self._outputs = [], []
        self._next = self._clock() + max(APART, REST * self._look_seconds)
        self._look_seconds = 0.0

    def _make_curves(self) -> Floats:
        """Returns epoch, losses and metrics of each copy after each round; NaN once diverged."""
        curves = np.full((len(self._copies), self._copies.round + 1, 5), np.nan, np.float32)
        curves[:, :, 0] = [0, *self._ends[: self._copies.round]]
        for copy, begun, rows in zip(self._copies, self._begun, curves, strict=True):
            done = [begun, *copy.rounds[: self._copies.round]]
            rows[: len(done), 1:] = [history_row(one)[1:] for one in done]
        return curves

    def _measure_ensemble(self) -> Floats:
        """Returns how many copies have not diverged, and train and test metric of their mean."""
        members = [
            outputs
            for outputs, copy in zip(self._outputs, self._copies, strict=True)
            if not copy.diverged
        ]
        if not members:
            return np.array([0, np.nan, np.nan], np.float32)
        mean, spec = np.mean(members, axis=0), self._copies[0].snapshot.spec
        scores = [score_outputs(spec, mean, self._data, part) for part in ("train", "test")]
        return np.array([len(members), *scores], np.float32)


def _plan_rounds(epochs: int) -> list[int]:
    """Returns the epochs after which all copies are measured."""
    rounds = min(ROUNDS, epochs)
    return [-(-epochs * i // rounds) for i in range(1, rounds + 1)]
