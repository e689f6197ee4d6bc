"""Trials: copies of a run, trained under different edits and compared.

All copies begin at the same snapshot and train equally many epochs on general programs, in slices,
so their losses can be compared; the run itself stays where it is. One copy, the baseline, goes on
without a change. Copies may also begin anew, from the initial weights of their seed.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.base.arrays import Floats
from engine.base.errors import TrialError
from engine.base.slices import finish
from engine.edits.revisions import revise
from engine.frames.frames import FrameRequest
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs
from engine.runs.copies import Copies, Copy, begin_snapshots
from engine.spec import Spec, patch_spec
from engine.state.snapshots import Snapshot

#: Changes that one trial compares with none.
MAX_CANDIDATES = 3
#: Epochs that each copy trains at most.
MAX_EPOCHS = 1000
#: Rounds of a trial; before the first of them there are shorter ones, for a slow network.
_ROUNDS = 20
#: Share of the rounds whose median test loss is compared, since a single one is noise.
_COMPARED = 0.25
#: A change helps if it takes the test loss down by this share, and by so much.
_LESS, _LEAST = 0.05, 0.002
#: Test accuracy that it may cost.
_COST = 0.02
_FLOW = FrameRequest(views=("gradient_flow",))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit to try: the arguments of `Trainer.edit`."""

    patch: object
    origin: object = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one copy.

    Attributes:
        metrics: at the end; None if its training diverged.
        level: median test loss of the last rounds; infinite if it diverged.
        flow: its gradient flow after the last update, float32 [hidden layers + 1, 4], if asked for.
    """

    metrics: Metrics | None
    level: float
    flow: Floats | None = None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Result of a trial.

    Attributes:
        step: where all copies began.
        epochs: that each of them trained.
        baseline: without a change.
        outcomes: one for each candidate.
        best: number of the candidate that helps most; None if none helps.
        batches: updates of each of them, where they end within an epoch.
    """

    step: int
    epochs: int
    baseline: Outcome
    outcomes: tuple[Outcome, ...]
    best: int | None
    batches: int | None = None


class Trial:
    """Trains copies of one snapshot under different edits, in slices.

    Args:
        programs: where compiled programs come from; none is compiled for a trial.
        start: the snapshot that all copies begin at.
        candidates: the changes, at most `MAX_CANDIDATES`.
        epochs: that each copy trains, 1 to `MAX_EPOCHS`.
        restart: whether they begin at step 0, with weights drawn as their spec says.
        flow: whether the gradient flow of each copy is measured in the end.

    Raises:
        TrialError: such a change cannot be tried, or the network is for images.
        PatchError: a patch is not an object.
        SpecError: a changed spec breaks a rule.
        OriginError: an origin does not fit.
    """

    def __init__(
        self,
        programs: Programs,
        start: Snapshot,
        candidates: Sequence[Candidate],
        epochs: int,
        *,
        restart: bool = False,
        flow: bool = False,
    ) -> None:
        if not 1 <= len(candidates) <= MAX_CANDIDATES:
            raise TrialError(f"a trial has 1 to {MAX_CANDIDATES} candidates")
        if not 1 <= epochs <= MAX_EPOCHS:
            raise TrialError(f"a trial has 1 to {MAX_EPOCHS} epochs")
        if start.spec.data.is_images:
            raise TrialError("a copy of a network for images would take as long as the run itself")
        self._with_flow = flow
        changed = [start, *(change_copy(start, candidate) for candidate in candidates)]
        snapshots = begin_snapshots(programs, changed, restart=restart)
        self._start = snapshots[0]
        self._ends = plan_rounds(epochs)
        self._copies = Copies(programs, snapshots, self._ends)

    @property
    def done(self) -> bool:
        """Whether all copies are trained."""
        return self._copies.done

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return self._copies.share

    def advance(self, max_seconds: float) -> None:
        """Trains one copy for about so long, see `Copies.advance`."""
        self._copies.advance(max_seconds)

    def result(self) -> TrialResult | None:
        """Returns the result of the last round that all copies have done; None before the first."""
        rounds = self._copies.round
        if rounds == 0:
            return None
        baseline, *outcomes = (self._measure(copy, rounds) for copy in self._copies)
        return TrialResult(
            self._start.counters.step,
            self._ends[rounds - 1],
            baseline,
            tuple(outcomes),
            choose_best(baseline, outcomes),
        )

    def _measure(self, copy: Copy, rounds: int) -> Outcome:
        outcome = _measure(copy, rounds)
        if not self._with_flow or outcome.metrics is None:
            return outcome
        frame = finish(self._copies.load(copy).turn(0, _FLOW))
        return replace(outcome, flow=frame.arrays.get("gradient_flow"))


def plan_rounds(epochs: int) -> list[int]:
    """Returns the epochs after which all copies are measured; a trial that is cut short ends there.

    Args:
        epochs: that each copy trains in the end.
    """
    length = -(-epochs // _ROUNDS)
    short = [1 << i for i in range(length.bit_length()) if 1 << i < length]
    return [*short, *range(length, epochs, length), epochs]


def choose_best(baseline: Outcome, outcomes: Sequence[Outcome]) -> int | None:
    """Returns the number of the outcome with the lowest test loss; None if none helps.

    A change helps if its test loss is clearly below that without it, at the end and in the
    median of the last rounds, and test accuracy is not lower for it.
    """
    helpful = [i for i, outcome in enumerate(outcomes) if _helps(outcome, baseline)]
    return min(helpful, key=lambda i: outcomes[i].level, default=None)


def _helps(outcome: Outcome, baseline: Outcome) -> bool:
    after, before = outcome.metrics, baseline.metrics
    if after is None or before is None:
        return after is not None
    losses = (outcome.level, baseline.level), (after["test_loss"], before["test_loss"])
    if any(new > old * (1 - _LESS) or new > old - _LEAST for new, old in losses):
        return False
    return after.get("test_accuracy", 0.0) >= before.get("test_accuracy", 0.0) - _COST


def _measure(copy: Copy, rounds: int) -> Outcome:
    if len(copy.rounds) < rounds:
        return Outcome(None, math.inf)
    done = copy.rounds[:rounds]
    compared = done[-math.ceil(_COMPARED * rounds) :]
    return Outcome(done[-1], statistics.median(one["test_loss"] for one in compared))


def change_copy(start: Snapshot, candidate: Candidate, *, seeds: bool = False) -> Snapshot:
    """Returns the snapshot after a candidate's edit.

    Args:
        start: before it.
        candidate: the edit.
        seeds: whether it may change the seed.

    Raises:
        TrialError: losses after it could not be compared with those before.
    """
    old, new = start.spec, patch_spec(start.spec, candidate.patch)
    after = finish(revise(start, new, candidate.origin, _refuse_data))
    if new.seed != old.seed and not seeds:
        raise TrialError("a trial goes on from the present weights, so the seed stays", "seed")
    if new.resolved_loss != old.resolved_loss:
        raise TrialError("losses of two kinds cannot be compared", "loss")
    return after


def _refuse_data(spec: Spec) -> Any:
    raise TrialError("losses on other data cannot be compared", "data")
