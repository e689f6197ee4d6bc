"""Editable run: the run of a trainer, and every change of what it trains.

Each change makes a new snapshot that the run goes on from; another kind of data takes another run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from engine.base.arrays import Floats
from engine.base.slices import Slices, finish
from engine.edits.revisions import revise, with_weight
from engine.frames.logs import Log, LogEntry
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs
from engine.runs.early_stopping import BestEpoch, EarlyStop
from engine.runs.protocol import Run
from engine.runs.run_classes import Data, begin_run, can_continue, make_data
from engine.spec import Spec, patch_spec
from engine.state.initial_state import begin_restart, find_initial, keep_initial
from engine.state.payload import LinkPayload, apply_payload
from engine.state.snapshots import Snapshot


class EditableRun:
    """One run that is edited while it trains, with its log and its snapshot of step 0.

    Args:
        spec: what to train.
        programs: where compiled programs come from.
        payload: what it begins with instead of the initial weights of its seed.
        admit: asked before it becomes another network; raises `MemoryLimitError` to refuse it.

    Raises:
        DataError: its data cannot be made or found.
        PayloadError: the link payload is of another network.
        MemoryLimitError: there is no memory for the network.
    """

    def __init__(
        self,
        spec: Spec,
        programs: Programs,
        payload: LinkPayload | None,
        admit: Callable[[Spec], None] | None,
    ) -> None:
        self._programs = programs
        self._admit = admit or _admit_all
        self._admit(spec)
        data = make_data(spec, programs)
        self._log = Log()
        self._initial: Snapshot | None = None
        self._early_stop: EarlyStop | None = None
        self._patched: tuple[Spec, object, Spec] | None = None
        self._run: Run = begin_run(programs, finish(_begin(spec, data, payload)))

    @property
    def spec(self) -> Spec:
        """What is trained."""
        return self._run.spec

    @property
    def step(self) -> int:
        """Updates done; edits keep it."""
        return self._run.step

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self._run.epoch

    @property
    def batches_per_epoch(self) -> int:
        """Updates of an epoch: ceil(n_train / batch_size)."""
        return self._run.batches_per_epoch

    def updates_until(self, epoch: int) -> int:
        """Returns how many updates are left until so many epochs are done; 0 if they are."""
        return self._run.updates_until(epoch)

    @property
    def data(self) -> Any:
        """What is trained and tested on: a `Dataset` or an `ImageData`."""
        return self._run.data

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies (regression: RMSE and R^2) of the present state."""
        return self._run.metrics

    @property
    def measured(self) -> Metrics:
        """The last metrics: of the present state for points, maybe some steps old for images."""
        return self._run.measured

    @property
    def history(self) -> tuple[LogEntry, ...]:
        """Metrics after each training, oldest first, thinned once there are many."""
        return self._log.entries

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return self._run.weights

    def snapshot(self) -> Snapshot:
        """Returns a snapshot of this step in microseconds: its arrays are shared, not copied."""
        return self._run.snapshot()

    def shown_snapshot(self) -> Snapshot:
        """Returns a snapshot of this step with what the last frame showed of it."""
        return self._run.shown_snapshot()

    @property
    def initial(self) -> Snapshot:
        """Step 0 of this run, migrated to the present network."""
        return find_initial(self.saved_initial, self._run.snapshot())

    @property
    def saved_initial(self) -> Snapshot | None:
        """Snapshot of step 0 when training began; None before, and after a model was opened."""
        return self._initial

    @property
    def early_stop(self) -> EarlyStop | None:
        """Why the last training ended early; None if it did not."""
        return self._early_stop

    @property
    def best_epoch(self) -> BestEpoch | None:
        """The best epoch so far, where early stopping looks for one."""
        return self._run.best_epoch

    # Changing

    def reset(self) -> None:
        """Draws initial weights and returns to step 0; the same seed, the same weights."""
        finish(self.begin_reset())

    def begin_reset(self) -> Slices[None]:
        """Does what `reset` does in slices; between them nothing else may be changed."""
        self.restore((yield from begin_restart(self.spec, self.data)))

    def edit(self, patch: object, origin: object = None) -> Spec:
        """Applies a JSON Merge Patch on the spec, all or nothing, and keeps what was learned.

        Args:
            patch: the merge patch.
            origin: for each new hidden layer `[old layer or null, [old unit or null, ...]]`.

        Returns:
            The new spec.

        Raises:
            PatchError: the patch is not an object.
            SpecError: the new spec breaks a rule.
            OriginError: the origin does not fit.
            DataError: the new data cannot be made.
        """
        return finish(self.begin_edit(patch, origin))

    def begin_edit(self, patch: object, origin: object = None) -> Slices[Spec]:
        """Does what `edit` does in slices; between them nothing else may be changed."""
        before = self._run.snapshot()
        yield
        new, self._patched = self._patch(before.spec, patch), None
        after = yield from revise(before, new, origin, self._make_data)
        if after.spec.seed != before.spec.seed:
            self._run.forget_history()
        self._continue_from(after)
        return after.spec

    def must_wait(self, patches: Sequence[object]) -> bool:
        """Whether edits have to wait for images or programs, which are then requested.

        Edits of points of the plane never wait. Large networks for images are compiled
        exactly, so training goes on as it is until theirs is ready.

        Args:
            patches: merge patches, one after the other.

        Returns:
            Whether the network that they lead to is not ready yet.

        Raises:
            PatchError: a patch is not an object.
            SpecError: a new spec breaks a rule.
            DataError: the images could not be found.
        """
        spec = self.spec_after(patches)
        return spec.data.is_images and not self._programs.images.is_prepared(id(self), spec)

    def spec_after(self, patches: Sequence[object]) -> Spec:
        """Returns the spec that edits would lead to; nothing changes.

        Args:
            patches: merge patches, one after the other.

        Raises:
            PatchError: a patch is not an object.
            SpecError: a new spec breaks a rule.
        """
        spec = self.spec
        for patch in patches:
            spec = self._patch(spec, patch)
        return spec

    def _patch(self, spec: Spec, patch: object) -> Spec:
        """Returns a patched spec; the last one is known until an edit has made use of it."""
        known = self._patched
        if known is None or known[0] is not spec or known[1] is not patch:
            known = self._patched = spec, patch, patch_spec(spec, patch)
        return known[2]

    def set_weight(self, layer: int, from_: int | str, to: int, value: float) -> None:
        """Sets one weight or bias.

        Args:
            layer: 0 to the number of hidden layers; the last is the output layer.
            from_: feature or unit it comes from, or "bias".
            to: unit it goes to.
            value: -1e6 to 1e6.

        Raises:
            WeightError: there is no such weight, or it cannot take the value.
        """
        self._continue_from(with_weight(self._run.snapshot(), layer, from_, to, value))

    def restore_best(self) -> None:
        """Restores parameters and moments of the best epoch before training ended early.

        Steps and epochs count on from where it ended. Does nothing if it did not end early.
        """
        if self._early_stop is not None:
            self._continue_from(self._early_stop.best)

    # Replacing

    def restore(self, snapshot: Snapshot) -> None:
        """Restores a snapshot.

        Raises:
            MemoryLimitError: there is no memory for the network.
        """
        self._admit(snapshot.spec)
        self._run.forget_history()
        self._continue_from(snapshot)

    def replace(self, saved: Snapshot) -> Spec:
        """Replaces the run by a saved one, all or nothing.

        Args:
            saved: what `decode` made of its file.

        Returns:
            The new spec.

        Raises:
            MemoryLimitError: there is no memory for the network.
        """
        self._replace(saved)
        return self.spec

    def take_up(
        self, saved: Snapshot, initial: Snapshot | None, best: BestEpoch | None = None
    ) -> None:
        """Goes on from where another process stopped.

        Args:
            saved: where it stopped.
            initial: its `saved_initial`.
            best: its `best_epoch`, which early stopping goes on from.

        Raises:
            MemoryLimitError: there is no memory for the network.
        """
        self._replace(saved)
        self._initial = initial
        if best is not None:
            self._run.follow_best(best)

    def begin_replace(self, spec: Spec, payload: LinkPayload | None = None) -> Slices[None]:
        """Replaces the run by a new one for a spec and payload, all or nothing, in slices.

        Args:
            spec: what to train.
            payload: what it begins with instead of the initial weights of its seed.

        Raises:
            DataError: its data cannot be made or found.
            PayloadError: the link payload is of another network.
        """
        data = make_data(spec, self._programs)
        self._replace((yield from _begin(spec, data, payload)))

    def _make_data(self, spec: Spec) -> Data:
        return make_data(spec, self._programs)

    def _replace(self, snapshot: Snapshot) -> None:
        self._admit(snapshot.spec)
        self._log.clear()
        self._initial = None
        self.restore(snapshot)

    def _save_initial(self, steps: int) -> None:
        """Saves the weights of step 0 before they change."""
        if steps and self.step == 0:
            self._initial = keep_initial(self._run.snapshot())

    def _log_metrics(self, before: int) -> None:
        """Logs the metrics measured since a step, if there are any."""
        measured = self.measured
        if measured["step"] > before:
            self._log.record(LogEntry(measured, time.time()))

    def _continue_from(self, snapshot: Snapshot) -> None:
        self._admit(snapshot.spec)
        self._log.truncate(snapshot.counters.step)
        if can_continue(self._run, snapshot):
            self._run.load(snapshot)
            return
        self._run.close()
        self._run = begin_run(self._programs, snapshot)


def _admit_all(_: Spec) -> None:
    """Admits any network: there is no limit."""


def _begin(spec: Spec, data: Data, payload: LinkPayload | None) -> Slices[Snapshot]:
    return begin_restart(spec, data) if payload is None else apply_payload(payload, spec, data)
