"""Search: trains trials in batches, and asks a method what to try next."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.base.errors import SearchError, SpecError
from engine.base.slices import Slices, finish
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs, default_programs
from engine.search.ensemble import Ensemble, ImageEnsemble
from engine.search.kept_weights import KeptWeights
from engine.search.proposals.background_call import BackgroundCall
from engine.search.proposals.methods import METHODS
from engine.search.proposals.objectives import OBJECTIVES
from engine.search.proposals.preferences import find_contenders
from engine.search.running_batch import RunningBatch
from engine.search.settings import SearchSettings
from engine.search.studies import SearchStudy
from engine.search.training import make_training
from engine.search.trials import SearchTrial, find_best
from engine.spec import Spec
from engine.state.snapshots import Snapshot


class Search:
    """Search over hyperparameters, in batches of networks that are trained together.

    The objectives are of validation points. Test points are looked at once, by `measure_test`,
    which ends the search: who chooses by them would measure the luck of the choice, too.

    Args:
        settings: what is searched; None goes on with the search of the file.
        file: of SQLite, where the study is kept; in memory if None.
        programs: where compiled programs come from; shared ones if None.
        threads: that train at the same time; as many as there are processors if None.

    Raises:
        SearchError: the file cannot be gone on with.
    """

    def __init__(
        self,
        settings: SearchSettings | None = None,
        file: str | Path | None = None,
        programs: Programs | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        self._study = SearchStudy(settings, Path(file) if file is not None else None)
        self._running: RunningBatch | None = None
        self._asking: BackgroundCall[RunningBatch | None] | None = None
        self._how = make_training(self.settings, programs or default_programs(), threads)
        self._kept = KeptWeights(OBJECTIVES[self.settings.objectives[0]])
        self._spent = 0.0
        self._tested = self._study.tested

    @property
    def settings(self) -> SearchSettings:
        """What is searched."""
        return self._study.settings

    @property
    def trials(self) -> tuple[SearchTrial, ...]:
        """All trials, by number."""
        running = self._running.trials if self._running is not None else {}
        return tuple(running.get(one.number, one) for one in self._study.trials)

    @property
    def best(self) -> tuple[SearchTrial, ...]:
        """The best trial, or the Pareto front of two objectives."""
        return find_best(self.trials, [OBJECTIVES[name] for name in self.settings.objectives])

    @property
    def duel(self) -> tuple[int, int] | None:
        """The two trials that a person is to compare; the one that was preferred last is first."""
        if not self.settings.is_judged or self._tested is not None:
            return None
        contenders = self._list_contenders()
        return (contenders[0], contenders[1]) if len(contenders) > 1 else None

    def prefer(self, number: int) -> None:
        """Says which of the two networks of the duel is better; the next one is trained then.

        Raises:
            SearchError: there is no duel, or that trial is not in it.
        """
        if self.duel is None or number not in self.duel:
            raise SearchError(f"trial {number} is not one of two that are compared")
        (other,) = (one for one in self.duel if one != number)
        self._study.prefer(number, other)

    @property
    def n_begun(self) -> int:
        """Trials that the method has proposed."""
        return sum(one.by == "method" for one in self._study.trials)

    @property
    def tested(self) -> Mapping[int, Metrics] | None:
        """All metrics of the best trials, once the test points have been looked at."""
        return self._tested

    @property
    def done(self) -> bool:
        """Whether nothing is left to train."""
        if self._tested is not None:
            return True
        # Asked at every slice: a batch in training says it without the study.
        rests = self._running is None and self._asking is None
        return rests and self._study.n_waiting == 0 and self._n_left() == 0

    @property
    def share(self) -> float:
        """How much of the budget of trials is done, 0 to 1."""
        if self.done:
            return 1.0
        done = sum(one.state != "training" for one in self.trials)
        begun = self._running.share if self._running is not None else 0.0
        return min(1.0, (done + begun) / self.settings.budget)

    @property
    def seconds(self) -> float:
        """Seconds of training so far, of which a budget counts."""
        return self._spent

    @property
    def n_bytes(self) -> int:
        """Bytes of the memory for images that it takes, at most."""
        return self._how.n_bytes

    def add(self, values: Mapping[str, object]) -> None:
        """Adds a trial by hand, which the next batch trains.

        Args:
            values: one for each dimension, by path.

        Raises:
            SearchError: the search is over, or a value does not fit.
        """
        if self._tested is not None:
            raise SearchError("the test points have been looked at; the search is over")
        values = self.settings.check_values(values)
        self.settings.make_spec(values)
        self._study.enqueue(values, "hand")

    def advance(self, max_seconds: float) -> bool:
        """Trains a batch for about so long; the first slice of one compiles what it needs.

        Args:
            max_seconds: that the slice may take.

        Returns:
            Whether trials have ended or were looked at.
        """
        if self.done:
            return False
        begun = time.perf_counter()
        if self._is_proposing(max_seconds):
            return False
        running = self._next_batch()
        looked = running is None or running.advance(max_seconds)
        if looked and running is not None and running.done:
            self._running = None
        self._spent += time.perf_counter() - begun
        return looked

    def run(self) -> tuple[SearchTrial, ...]:
        """Trains all trials that are left, and returns the best."""
        while not self.done:
            self.advance(1.0)
        return self.best

    def has_weights(self, number: int) -> bool:
        """Whether the network of a trial is there, or trained again in a moment."""
        return number in self._kept or self._how.repeats_quickly

    def snapshot(self, number: int) -> Snapshot:
        """Returns where a trial ended, to be opened; what is not kept is trained again.

        Raises:
            SearchError: there is no such trial, or it is still in training.
        """
        return self._how.open(self._find_ended(number))

    def make_ensemble(self, numbers: Sequence[int]) -> Ensemble | ImageEnsemble:
        """Returns the ensemble of some trials.

        Raises:
            SearchError: there are none, or one does not exist or is in training.
        """
        if not numbers:
            raise SearchError("an ensemble has one network at least")
        return self._how.make_ensemble([self._find_ended(number) for number in numbers])

    def measure_importances(self) -> dict[str, float]:
        """Returns how much each dimension matters, see `SearchStudy.measure_importances`."""
        return self._study.measure_importances()

    def pack(self) -> bytes:
        """Returns the study as a SQLite file, which Optuna and its dashboard read."""
        return self._study.pack()

    def measure_test(self) -> Mapping[int, Metrics]:
        """Returns all metrics of the best trials, those of the test points too; ends the search."""
        return finish(self.begin_test())

    def begin_test(self) -> Slices[Mapping[int, Metrics]]:
        """Does what `measure_test` does in slices."""
        if self._tested is not None:
            return self._tested
        found: dict[int, Metrics] = {}
        for trial in self.best:
            spec, ended = self._make_spec(trial), self._find_ended(trial.number)
            found[trial.number] = yield from self._how.begin_test(spec, trial, ended)
        self._tested = found
        self._study.keep_tested(found)
        return found

    def _n_left(self) -> int:
        """Trials that the method may still propose."""
        limit = self.settings.seconds
        if limit is not None and self._spent >= limit:
            return 0
        left = max(0, self.settings.budget - self.n_begun)
        if not self.settings.is_judged:
            return left
        # No more than two at a time: the next one learns from what is said of these.
        return min(left, max(0, 2 - len(self._list_contenders())))

    def _list_contenders(self) -> list[int]:
        complete = (one.number for one in self._study.trials if one.state == "complete")
        return find_contenders(self._study.preferences, complete)

    def _make_spec(self, trial: SearchTrial) -> Spec:
        return self.settings.make_spec(trial.values)

    def _find_ended(self, number: int) -> Snapshot:
        """Returns where a trial ended, on the data that it was trained on."""
        kept = self._kept.get(number)
        if kept is None:
            trial = self.find_trial(number)
            kept = self._how.train_again(self._make_spec(trial), trial)
            self._kept.keep(trial, kept)
        return kept

    def find_trial(self, number: int) -> SearchTrial:
        """Returns a trial that has ended.

        Raises:
            SearchError: there is none.
        """
        trial = next((one for one in self.trials if one.number == number), None)
        if trial is None or trial.state in ("training", "failed"):
            raise SearchError(f"there is no trial {number} that has ended")
        return trial

    def _ask_one(self) -> tuple[SearchTrial, Spec] | None:
        """Begins a trial; one whose values make no network has failed, and None is returned."""
        trial = self._study.ask()
        try:
            return trial, self._make_spec(trial)
        except SpecError:
            self._study.tell(replace(trial, state="failed"))
            return None

    def _is_proposing(self, max_seconds: float) -> bool:
        """Whether the method is still at work on the next trials, after so long at most."""
        if self._running is not None or not METHODS[self.settings.method].compares:
            return False
        self._asking = self._asking or BackgroundCall(self._ask)
        return not self._asking.wait(max_seconds)

    def _next_batch(self) -> RunningBatch | None:
        if self._running is not None:
            return self._running
        if self._asking is None:
            return self._ask()
        asking, self._asking = self._asking, None
        return asking.result()

    def _ask(self) -> RunningBatch | None:
        """Begins the next batch: what waits first, then what the method proposes.

        None where none of them can be trained.
        """
        begun, left, waiting = self.n_begun, self._n_left(), self._study.n_waiting
        size = min(self.settings.together, left + waiting)
        if METHODS[self.settings.method].enumerates:
            places = self.settings.list_places(begun)
            for values, _ in zip(places, range(size - waiting), strict=False):
                self._study.enqueue(values, "method")
        asked = [one for one in (self._ask_one() for _ in range(size)) if one is not None]
        if not asked:
            return None
        batch, trials = self._how.begin([spec for _, spec in asked]), [one for one, _ in asked]
        self._running = RunningBatch(batch, trials, self._study, self._kept)
        return self._running
