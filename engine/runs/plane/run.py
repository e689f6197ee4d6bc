"""Runs on the plane: two-dimensional data, and pictures of every unit.

A run owns the state of one network in training, and moves it between
programs: the general one that serves any edit at once, and the exact one that
is faster once compiled. Training is in `training`, here is what frames hold.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.data.datasets import Dataset, make_dataset
from engine.frames.frames import Frame, FrameRequest, describe_metrics
from engine.frames.metrics import Metrics
from engine.programs.bindings import Binding
from engine.programs.tiers import Program, Programs
from engine.programs.turns import Ranges, TurnResult
from engine.runs.plane.insight import NEEDS_GENERAL, PlaneInsight, Present
from engine.runs.plane.loss_views import has_insight
from engine.runs.plane.programs import has_program
from engine.runs.plane.training import PlaneTraining
from engine.runs.plane.views import (
    add_pictures,
    show_network,
    show_points,
    show_selected,
)
from engine.runs.turn_pace import TurnPace
from engine.spec import Spec
from engine.state.snapshots import Snapshot


class PlaneRun(PlaneTraining):
    """One network in training on points of the plane.

    Args:
        programs: where compiled programs come from.
        snapshot: where it begins.
    """

    def __init__(self, programs: Programs, snapshot: Snapshot) -> None:
        super().__init__(programs, snapshot)
        self._pace = TurnPace()
        #: Of the last frame: its step, the ranges before it, and whether an exact program made it.
        self._seen: tuple[int, Ranges[Floats], bool] | None = None
        self._insight = PlaneInsight(programs)
        self.load(snapshot)

    @staticmethod
    def make_data(spec: Spec, programs: Programs) -> Dataset:
        """Makes the points that a spec asks for.

        Raises:
            DataError: they cannot be made.
        """
        return make_dataset(spec.data)

    @staticmethod
    def is_ready(
        programs: Programs,
        owner: Hashable,
        spec: Spec,
        data: Dataset,
        request: FrameRequest,
        *,
        seen: bool,
    ) -> bool:
        """Whether the programs of a frame are there, see `Run.is_ready`."""
        plain = not seen and NEEDS_GENERAL.isdisjoint(request.views)
        there = has_program(programs, owner, spec, data, request.tile, any_kind=plain)
        return there and has_insight(programs, owner, spec, request)

    @property
    def measured(self) -> Metrics:
        """The last metrics: for points always those of the present state."""
        return self.metrics

    # Snapshots

    def shown_snapshot(self) -> Snapshot:
        """Returns a snapshot of this step with what the last frame showed, if there was one."""
        step, ranges, exact = self._seen or (-1, self._ranges, None)
        if step != self.step:
            return self.snapshot()
        return replace(self.snapshot(), ranges=ranges, shown=exact)

    def show(self, snapshot: Snapshot, request: FrameRequest) -> Slices[Frame]:
        """Loads a snapshot and makes its frame, by the class of program that made it then."""
        self.load(snapshot)
        program = self._programs.choose_shown(request.tile, snapshot.shown)
        frame = self._turn(program, 0, request)
        yield from self._look_inside(frame, request)
        return frame

    def load(self, snapshot: Snapshot) -> None:
        """Continues from a snapshot."""
        super().load(snapshot)
        self._n_parameters = str(self._spec.n_parameters)
        self._insight.follow(self._spec, self._data, self._counters.step)
        self._seen = None

    def release_memory(self) -> None:
        """Nothing to do: a network on the plane is small."""

    def turn(
        self,
        steps: int,
        request: FrameRequest,
        max_seconds: float | None = None,
        frame_seconds: float | None = None,
    ) -> Slices[Frame]:
        """Does some updates, or none, and makes a frame; never waits for an exact program.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        frame = self._train_and_show(steps, request, max_seconds, frame_seconds)
        yield from self._look_inside(frame, request)
        return frame

    def _look_inside(self, frame: Frame, request: FrameRequest) -> Slices[None]:
        """Adds the views that look into the run to a frame."""
        frame.arrays.update((yield from self._insight.show(request, self.step, self._present)))

    def _present(self) -> Present:
        return Present(
            self._spec, self._data, self._state, self._counters, self._ranges, self.metrics,
            np.asarray(self._predictions)[: self._spec.n_outputs, : self._data.n], self._programs,
        )  # fmt: skip

    def _train_and_show(
        self,
        steps: int,
        request: FrameRequest,
        max_seconds: float | None,
        frame_seconds: float | None,
    ) -> Frame:
        program = self._programs.choose(request.tile)
        if not steps or max_seconds is None:
            return self._turn(program, steps, request)
        updates = program.model, self._spec.batch_size
        pictures = program.model, request.tile, request.pictures, self._data.n
        return self._pace.run(
            updates,
            pictures,
            steps,
            max_seconds,
            frame_seconds,
            train=lambda n: self._train(self._programs.bind(program, request.tile), n),
            turn=lambda n: self._turn(program, n, request),
        )

    def _turn(self, program: Program, steps: int, request: FrameRequest) -> Frame:
        binding, before = self._programs.bind(program, request.tile), self._ranges
        select = request.selected(self._spec) if "selected" in request.views else None
        turn = self._train(binding, steps, pictures=request.pictures, select=select)
        self._seen = self.step, before, binding.is_exact
        return self._show(request, binding, turn, select)

    def prefer_exact(self, tile: int) -> bool:
        """Requests compilation of the exact program in the background; later turns use it.

        Returns:
            Whether it is there or will be; False if too many others wait for theirs.
        """
        return self._programs.request_exact(tile)

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._programs.withdraw()
        self._insight.close()

    def _show(
        self,
        request: FrameRequest,
        binding: Binding,
        turn: TurnResult,
        select: tuple[int, int] | None,
    ) -> Frame:
        arrays: dict[str, NDArray[Any]] = {}
        metadata = describe_metrics(self._metrics or {})
        if stopping := self._early_stopping.describe():
            metadata |= describe_metrics(stopping)
        metadata["parameters"] = self._n_parameters
        if select is not None:
            arrays |= show_selected(binding, self._data, turn)
            metadata["selected"] = json.dumps(select)
        if "weights" in request.views:
            arrays["weights"] = self.weights
        arrays |= self._show_history(request)
        arrays |= show_network(request, self._spec, self._data, lambda: self._exact().params)
        if "columns" in request.views and self._data.columns is not None:
            arrays["columns"] = self._data.columns
        if request.points:
            arrays["points"] = show_points(self._spec, self._data, turn)
        frame = Frame(arrays, metadata)
        if request.pictures:
            pixels = binding.crop(turn)
            self._ranges = pixels.ranges
            add_pictures(frame, request, pixels)
        return frame
