"""The trials that a search trains at present: how they stand, and which are given up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from engine.frames.metrics import Metrics
from engine.search.batches import TrialBatch
from engine.search.kept_weights import KeptWeights
from engine.search.proposals.objectives import OBJECTIVES
from engine.search.studies import SearchStudy
from engine.search.trials import SearchTrial


class RunningBatch:
    """Batch in training, with its trials as they stand.

    Args:
        batch: trains their networks.
        trials: one for each network, in its order.
        study: is told of each trial that ends.
        kept: keeps where each of them ended.
    """

    def __init__(
        self,
        batch: TrialBatch,
        trials: Sequence[SearchTrial],
        study: SearchStudy,
        kept: KeptWeights,
    ) -> None:
        self._batch, self._study, self._kept = batch, study, kept
        self._settings = study.settings
        self._places = {trial.number: place for place, trial in enumerate(trials)}
        self.trials = {trial.number: trial for trial in trials}

    @property
    def done(self) -> bool:
        """Whether no trial is left to train."""
        return self._batch.done or not self.trials

    @property
    def share(self) -> float:
        """How many trials the training so far amounts to."""
        return len(self.trials) * self._batch.share

    def advance(self, max_seconds: float) -> bool:
        """Trains for about so long; whether the trials were looked at."""
        looked = self._batch.advance(max_seconds)
        if looked:
            self._look()
        return looked

    def _look(self) -> None:
        """Looks at the trials, gives some up, and ends all after the last epoch."""
        batch, measured = self._batch, self._batch.measure()
        for number, before in list(self.trials.items()):
            metrics = measured[self._places[number]]
            trial = self.trials[number] = self._judge(before, metrics)
            pruned = (
                self._settings.pruning
                and not batch.done
                and trial.state != "diverged"
                and self._study.report(number, trial.objectives[0], batch.resource)
            )
            if trial.state != "training" or pruned:
                self._end(replace(trial, state="pruned") if pruned else trial)

    def _judge(self, trial: SearchTrial, metrics: Metrics | None) -> SearchTrial:
        """Returns a trial as it stands; without metrics it has diverged."""
        batch, place = self._batch, self._places[trial.number]
        if metrics is None:
            return replace(trial, state="diverged", epoch=batch.snapshot(place).counters.epoch)
        spec = batch.specs[place]
        read = (OBJECTIVES[name].read(spec, metrics) for name in self._settings.objectives)
        values = tuple(math.nan if value is None else value for value in read)
        state = "complete" if batch.done else "training"
        return replace(trial, state=state, epoch=batch.epoch, objectives=values, metrics=metrics)

    def _end(self, trial: SearchTrial) -> None:
        place = self._places[trial.number]
        self._kept.keep(trial, self._batch.snapshot(place))
        self._batch.stop(place)
        if self._settings.is_judged and trial.state == "complete":
            self._study.hold(trial)
        else:
            self._study.tell(trial)
        del self.trials[trial.number]
