"""How the trials of a search are trained, measured and averaged: on points, or on images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from engine.base.slices import Slices
from engine.data.image_data import ImageData
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs
from engine.runs.images.run import ImageRun
from engine.runs.images.state import count_image_bytes
from engine.search.batches import StackedBatch, TrialBatch
from engine.search.ensemble import Ensemble, ImageEnsemble
from engine.search.image_batches import ImageBatch, train_again
from engine.search.kept_weights import MAX_BYTES
from engine.search.settings import SearchSettings
from engine.search.trials import SearchTrial
from engine.spec import Spec
from engine.stacked_trainer import StackedTrainer
from engine.state.snapshots import Snapshot


class TrialTraining(Protocol):
    """Training of the trials of one search."""

    #: Whether a network whose weights are not kept is trained again in a moment.
    repeats_quickly: bool

    @property
    def n_bytes(self) -> int:
        """Bytes of the memory for images that it takes, at most."""
        ...

    def begin(self, specs: Sequence[Spec]) -> TrialBatch:
        """Returns a batch of networks."""
        ...

    def train_again(self, spec: Spec, trial: SearchTrial) -> Snapshot:
        """Trains a network again as far as its trial went."""
        ...

    def open(self, ended: Snapshot) -> Snapshot:
        """Returns where a trial ended as a trainer goes on with it."""
        ...

    def begin_test(self, spec: Spec, trial: SearchTrial, ended: Snapshot) -> Slices[Metrics]:
        """Measures a network on all parts, the test part too, in slices."""
        ...

    def make_ensemble(self, members: Sequence[Snapshot]) -> Ensemble | ImageEnsemble:
        """Returns the mean of networks."""
        ...


def make_training(
    settings: SearchSettings, programs: Programs, threads: int | None
) -> TrialTraining:
    """Returns how the trials of a search are trained.

    Args:
        settings: of the search.
        programs: where compiled programs come from.
        threads: that train on points at the same time.
    """
    if settings.spec.data.is_images:
        return ImageTraining(settings, programs)
    return PointTraining(settings, programs, threads)


class PointTraining:
    """Trials on points and tables: stacked calls."""

    repeats_quickly = True
    n_bytes = 0

    def __init__(self, settings: SearchSettings, programs: Programs, threads: int | None) -> None:
        self._settings, self._programs, self._threads = settings, programs, threads

    def begin(self, specs: Sequence[Spec]) -> TrialBatch:
        """Returns a batch of networks."""
        ends, epochs = self._settings.list_ends(), self._settings.epochs
        return StackedBatch(self._programs, specs, epochs, self._threads, ends)

    def train_again(self, spec: Spec, trial: SearchTrial) -> Snapshot:
        """Trains a network again as far as its trial went."""
        return self._train(spec, trial).snapshot(0)

    def open(self, ended: Snapshot) -> Snapshot:
        """Returns where a trial ended, as it is."""
        return ended

    def begin_test(self, spec: Spec, trial: SearchTrial, ended: Snapshot) -> Slices[Metrics]:
        """Measures a network on all parts, the test part too."""
        yield from ()
        return self._train(spec, trial).metrics[0]

    def make_ensemble(self, members: Sequence[Snapshot]) -> Ensemble:
        """Returns the mean of networks."""
        return Ensemble(members, self._programs)

    def _train(self, spec: Spec, trial: SearchTrial) -> StackedTrainer:
        trainer = StackedTrainer([spec], self._programs, threads=1)
        trainer.train(int(trial.epoch))
        return trainer


class ImageTraining:
    """Trials on images: one or few at a time, on images of which some are set aside."""

    repeats_quickly = False

    def __init__(self, settings: SearchSettings, programs: Programs) -> None:
        self._settings, self._programs = settings, programs

    @property
    def n_bytes(self) -> int:
        """Bytes of the largest networks that are trained together, and of what is kept."""
        specs = [self._settings.spec, *self._settings.list_ends()]
        return self._settings.together * max(map(count_image_bytes, specs)) + MAX_BYTES

    @property
    def _data(self) -> ImageData:
        return self._programs.images.store.get_held_out(self._settings.spec.data.name)

    def begin(self, specs: Sequence[Spec]) -> TrialBatch:
        """Returns a batch of networks."""
        return ImageBatch(self._programs, specs, self._data, self._settings.epochs)

    def train_again(self, spec: Spec, trial: SearchTrial) -> Snapshot:
        """Trains a network again as far as its trial went."""
        # One that diverged has no metrics, and diverges again.
        last = self._settings.epochs * -(-self._data.n_train // spec.batch_size)
        return train_again(self._programs, spec, self._data, int(trial.metrics.get("step", last)))

    def open(self, ended: Snapshot) -> Snapshot:
        """Returns where a trial ended, at the beginning of an epoch of all train images."""
        whole = self._programs.images.store.get(ended.spec.data.name)
        return replace(ended, data=whole, counters=ended.counters.begin_epoch())

    def begin_test(self, spec: Spec, trial: SearchTrial, ended: Snapshot) -> Slices[Metrics]:
        """Measures a network on the test images, in slices; the rest is known."""
        measured = yield from ImageRun(self._programs, self.open(ended)).begin_measure()
        tested = {name: value for name, value in measured.items() if name.startswith("test_")}
        return {**trial.metrics, **tested}

    def make_ensemble(self, members: Sequence[Snapshot]) -> ImageEnsemble:
        """Returns the mean of networks."""
        return ImageEnsemble([self.open(one) for one in members], self._data, self._programs)
