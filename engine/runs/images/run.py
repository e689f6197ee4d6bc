"""Runs on images: what they measure, and views of digits, units and the hidden space."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.slices import Slices, finish, timed
from engine.data.image_data import ImageData
from engine.frames.frames import Frame, FrameRequest, describe_metrics
from engine.frames.metrics import LabelStatistics, Metrics, make_metrics
from engine.programs.tiers import Programs
from engine.runs.images.insight import ImageInsight
from engine.runs.images.training import ImageTraining
from engine.runs.images.views import BoundNetwork, ImageViews
from engine.spec import Spec
from engine.state.snapshots import Snapshot

_NO_STATISTICS = LabelStatistics(0.0, 0.0)


class ImageRun(ImageTraining):
    """One network in training on images, shown by frames.

    Args:
        programs: where data and compiled programs come from.
        snapshot: where it begins.
    """

    def __init__(self, programs: Programs, snapshot: Snapshot) -> None:
        super().__init__(programs, snapshot.data)
        self._views = ImageViews(programs.images)
        self._insight = ImageInsight(programs.images, self._views)
        self._measured: Metrics | None = None
        self._kept: Metrics | None = None
        self.load(snapshot)

    @staticmethod
    def make_data(spec: Spec, programs: Programs) -> ImageData:
        """Finds the images that a spec asks for.

        Raises:
            DataError: they are not there, or damaged.
        """
        return programs.images.store.get(spec.data.name)

    @staticmethod
    def is_ready(
        programs: Programs,
        owner: Hashable,
        spec: Spec,
        data: ImageData,
        request: FrameRequest,
        *,
        seen: bool,
    ) -> bool:
        """Whether the data and programs of a frame are there; requests what is missing."""
        return programs.images.is_ready(owner, spec, data, request)

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies of the present state."""
        if self._measured is None or self._measured["step"] != self.step:
            finish(self._measure())
        assert self._measured is not None
        return {**self._measured, "epoch": self.epoch}

    @property
    def measured(self) -> Metrics:
        """The last metrics, maybe some steps old."""
        return self._measured or self._kept or self.metrics

    # Snapshots

    def shown_snapshot(self) -> Snapshot:
        """Returns a snapshot of this step with its last metrics and what the last frame showed."""
        return replace(self.snapshot(), shown=(self._measured or self._kept, self._views.seen))

    def show(self, snapshot: Snapshot, request: FrameRequest) -> Slices[Frame]:
        """Loads a snapshot and makes the same frame of it as then."""
        self.load(snapshot)
        if snapshot.shown is not None:
            self._measured, self._views.seen = snapshot.shown
        if self._measured is None:
            yield from self._measure()
        return (yield from self._show(request, as_seen=snapshot.shown is not None))

    def load(self, snapshot: Snapshot) -> None:
        """Continues from a snapshot."""
        self._kept = (self._measured or self._kept) if self._is_edit(snapshot) else None
        self._measured, self._kept_shown = None, False
        super().load(snapshot)

    def _is_edit(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is that of the present step, with what its losses mean unchanged."""
        if (self._measured or self._kept) is None or snapshot.data is not self._data:
            return False
        spec = snapshot.spec
        same = (spec.resolved_loss, spec.seed) == (self._spec.resolved_loss, self._spec.seed)
        return same and snapshot.step == self.step

    @property
    def _bound(self) -> BoundNetwork:
        return BoundNetwork(self._spec, self._data, self._state.arrays.params)

    def release_memory(self) -> None:
        """Keeps only the state, on the host; training continues bit for bit."""
        self._state.release_memory()
        self._rows.release_memory()
        self._views.release_memory()

    def begin_measure(self) -> Slices[Metrics]:
        """Does what `metrics` does in slices."""
        yield from self._measure()
        return self.metrics

    def turn(
        self,
        steps: int,
        request: FrameRequest,
        max_seconds: float | None = None,
        frame_seconds: float | None = None,
    ) -> Slices[Frame]:
        """Does some updates, or none, and makes a frame, whose pace is that of evaluations.

        Where general programs are compiled, they serve until exact ones are, too.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        if steps:
            steps = yield from self._train(steps, max_seconds)
            yield
        if steps and self._kept is not None and not self._kept_shown:
            # The first frame after an edit does not wait for new losses; those of before stay.
            self._kept_shown = True
        elif self._should_measure(resting=steps == 0):
            yield from self._measure()
        return (yield from self._show(request))

    def prefer_exact(self, tile: int) -> bool:
        """Has exact programs compiled in the background; later turns take them up by themselves.

        Returns:
            Whether they are there or will be; False if too many others wait for theirs.
        """
        return self._programs.images.request_exact(id(self), self._spec, self._data)

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._programs.images.withdraw(id(self))

    def predict(self, x: Any) -> Floats:
        """Returns outputs float32 [n, K] for images of 0..255: [n, pixels] or [n, rows, columns].

        Raises:
            ValueError: the shape is another one.
        """
        images = np.asarray(x)
        pixels = self._spec.widths[0]
        if images.ndim == 3:
            images = images.reshape(len(images), -1)
        if images.ndim != 2 or images.shape[1] != pixels:
            raise ValueError(f"x must be [n, {pixels}], got {list(np.shape(x))}")
        return self._views.predict(self._bound, images)

    def _should_measure(self, *, resting: bool) -> bool:
        """Whether losses are evaluated again before the next frame."""
        if self._measured is None:
            return True
        since = self.step - int(self._measured["step"])
        return self._evaluation.is_due(since, self.batches_per_epoch, resting=resting)

    def _measure(self) -> Slices[None]:
        summary = yield from timed(
            self._views.measure(self._bound), self._evaluation.note_evaluation
        )
        self._measured = make_metrics(
            self._spec.task, self.step, self.epoch, summary, _NO_STATISTICS
        )
        self._kept = None
        self._record(self._measured)

    # Showing

    def _show(self, request: FrameRequest, *, as_seen: bool = False) -> Slices[Frame]:
        measured = self._measured or self._kept
        assert measured is not None
        arrays = self._show_history(request)
        arrays |= yield from self._views.show(request, self._bound, as_seen=as_seen)
        update = self._prepare(1)
        arrays |= yield from self._insight.show(request, self._bound, self._state, update)
        now = {**measured, "step": self.step, "epoch": self.epoch}
        metadata = describe_metrics(now) | {
            "parameters": str(self._spec.n_parameters),
            "measured_step": str(measured["step"]),
            "batch": str(self._counters.first),
            "batches": str(self.batches_per_epoch),
            "seconds_left": f"{self._epoch_seconds_left:.1f}",
            "data_source": self._data.images.source,
        }
        return Frame(arrays, metadata)
