"""Trials of networks for images: copies trained from the start for a part of an epoch.

They train side by side on whatever programs are compiled, equally many updates of the same batches.
Programs that are missing are compiled in the background meanwhile. Nothing of the run changes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from engine.base.errors import DivergedError, TrialError
from engine.frames.frames import FrameRequest
from engine.programs.tiers import Programs
from engine.runs.images.run import ImageRun
from engine.runs.trials import (
    MAX_CANDIDATES,
    Candidate,
    Outcome,
    TrialResult,
    change_copy,
    choose_best,
)
from engine.state.initial_state import restart
from engine.state.snapshots import Snapshot

#: Updates of each copy at most, and seconds that all copies train together at most.
MAX_BATCHES, MAX_SECONDS = 500, 3.0
#: A larger network has no copies.
MAX_PARAMETERS = 1_000_000
#: Updates of the first slice, and how many times as many the next one may have.
_FIRST, _FASTER = 2, 4
#: Seconds until programs are looked for again.
_WAIT = 0.02
_FLOW = FrameRequest(views=("gradient_flow",))


@dataclass(slots=True)
class _Pace:
    """How long a slice may take, seconds."""

    seconds: float = 0.01


class ImageTrial:
    """Trains copies of a network for images from the start, in slices.

    Args:
        programs: where compiled programs come from.
        start: a snapshot of the run; copies begin with weights drawn as their spec says.
        candidates: the changes, at most `MAX_CANDIDATES`.
        epochs: that each copy trains, as far as `MAX_BATCHES` and `MAX_SECONDS` allow.

    Raises:
        TrialError: such a change cannot be tried, or the network is too large.
        PatchError: a patch is not an object.
        SpecError: a changed spec breaks a rule.
        OriginError: an origin does not fit.
    """

    def __init__(
        self, programs: Programs, start: Snapshot, candidates: Sequence[Candidate], epochs: int
    ) -> None:
        if not 1 <= len(candidates) <= MAX_CANDIDATES:
            raise TrialError(f"a trial has 1 to {MAX_CANDIDATES} candidates")
        changed = [start, *(change_copy(start, candidate) for candidate in candidates)]
        if max(one.spec.n_parameters for one in changed) > MAX_PARAMETERS:
            raise TrialError(f"a copy has {MAX_PARAMETERS:,} parameters at most")
        snapshots = [restart(one.spec, one.data) for one in changed]
        batches = min(MAX_BATCHES, epochs * min(one.batches_per_epoch for one in snapshots))
        self._pace, self._share = _Pace(), 0.0
        self._result: TrialResult | None = None
        self._work = _compare(programs, snapshots, batches, self._pace)

    @property
    def done(self) -> bool:
        """Whether all copies are trained and measured."""
        return self._result is not None

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return self._share

    def advance(self, max_seconds: float) -> None:
        """Trains or measures for about so long."""
        self._pace.seconds = max_seconds
        try:
            self._share = next(self._work)
        except StopIteration as end:
            self._share, self._result = 1.0, self._result or end.value

    def result(self) -> TrialResult | None:
        """Returns the result; None before all copies are measured."""
        return self._result


def _compare(
    programs: Programs, snapshots: Sequence[Snapshot], batches: int, pace: _Pace
) -> Generator[float, None, TrialResult]:
    """Trains copies side by side and measures them; yields how much of the training is done."""
    yield from _wait_for_programs(programs, snapshots)
    runs: list[ImageRun | None] = [ImageRun(programs, snapshot) for snapshot in snapshots]
    done, spent, steps = 0, 0.0, _FIRST
    while done < batches and any(runs) and (spent < MAX_SECONDS or not done):
        here, longest = min(steps, batches - done), 1e-9
        for i, run in enumerate(runs):
            begun = time.perf_counter()
            try:
                for _ in run.advance(here) if run else ():
                    pass
            except DivergedError:
                runs[i] = None
            took = time.perf_counter() - begun
            longest, spent = max(longest, took), spent + took
            yield max(done / batches, min(1.0, spent / MAX_SECONDS))
        done += here
        steps = max(1, min(_FASTER * here, int(pace.seconds / longest * here)))
    outcomes = []
    for run in runs:
        outcomes.append((yield from _measure(run)))
    baseline, *others = outcomes
    epochs = done // snapshots[0].batches_per_epoch
    best = choose_best(baseline, others)
    return TrialResult(0, epochs, baseline, tuple(others), best, batches=done)


def _wait_for_programs(
    programs: Programs, snapshots: Sequence[Snapshot]
) -> Generator[float, None, None]:
    """Waits until all programs that copies need are compiled."""
    owner = object()
    owners = [(owner, i) for i in range(len(snapshots))]
    try:
        while not all(
            programs.images.is_ready(own, one.spec, one.data, _FLOW)
            for own, one in zip(owners, snapshots, strict=True)
        ):
            time.sleep(_WAIT)
            yield 0.0
    finally:
        for own in owners:
            programs.images.withdraw(own)


def _measure(run: ImageRun | None) -> Generator[float, None, Outcome]:
    """Returns the metrics of a copy and the gradient flow of its next update."""
    if run is None:
        return Outcome(None, math.inf)
    work = run.turn(0, _FLOW)
    while True:
        try:
            next(work)
        except StopIteration as end:
            metrics = run.metrics
            flow = end.value.arrays.get("gradient_flow")
            return Outcome(metrics, metrics["test_loss"], flow)
        yield 1.0
