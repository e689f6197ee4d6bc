"""Runs on the plane: two-dimensional data, and pictures of every unit.

A run owns the state of one network in training, and moves it between
programs: the general one that serves any edit at once, and the exact one that
is faster once compiled.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.errors import DivergedError
from engine.base.slices import Slices, finish
from engine.data.datasets import Dataset, make_dataset
from engine.frames.frames import TILE_DEFAULT, Frame, FrameRequest, describe_metrics
from engine.frames.metrics import Metrics, Variances, make_metrics
from engine.network import Layout
from engine.programs.bindings import Binding
from engine.programs.calls import dispatch, evaluate, is_finite, predict, prepare, try_updates
from engine.programs.divergence import find_last_finite
from engine.programs.tiers import Program, Programs
from engine.programs.training import State
from engine.programs.turns import Ranges, TurnResult
from engine.runs.base import RunBase
from engine.runs.early_stopping import EarlyStop, EarlyStopping, Epoch
from engine.runs.plane.insight import NEEDS_GENERAL, PlaneInsight, Present
from engine.runs.plane.loss_views import has_insight
from engine.runs.plane.programs import PlanePrograms, has_program
from engine.runs.plane.state import PlaneState
from engine.runs.plane.views import (
    show_network,
    show_pictures,
    show_points,
    show_selected,
)
from engine.runs.turn_pace import TurnPace
from engine.spec import Spec
from engine.state.snapshots import Snapshot


class PlaneRun(RunBase[Dataset]):
    """One network in training on points of the plane.

    Args:
        programs: where compiled programs come from.
        snapshot: where it begins.
    """

    def __init__(self, programs: Programs, snapshot: Snapshot) -> None:
        super().__init__()
        self._programs = PlanePrograms(programs, snapshot.spec, snapshot.data)
        self._pace = TurnPace()
        #: Of the present state; None until they are measured.
        self._metrics: Metrics | None = None
        #: Of the last frame: its step, the ranges before it, and whether an exact program made it.
        self._seen: tuple[int, Ranges[Floats], bool] | None = None
        #: Outputs and losses of all points, as the last call returned them.
        self._predictions: Any = None
        self._insight = PlaneInsight(programs)
        self._early_stopping = EarlyStopping()
        self._early_stop: EarlyStop | None = None
        self._set_data(snapshot.data)
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
        plain = not seen and request.selected(spec) is None
        plain = plain and NEEDS_GENERAL.isdisjoint(request.views)
        there = has_program(programs, owner, spec, data, request.tile, any_kind=plain)
        return there and has_insight(programs, owner, spec, request)

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return np.array(self._exact().params[: self._n_weights])

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies (regression: RMSE and R^2) of the present state."""
        if self._metrics is None:
            self._call(self._bind(TILE_DEFAULT), 0)
        assert self._metrics is not None
        return self._metrics.copy()

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
        if snapshot.data is not self._data:
            self._set_data(snapshot.data)
        self._spec, self._counters = snapshot.spec, snapshot.counters
        self._ranges = snapshot.ranges
        self._programs.load(self._spec, self._data)
        self._state = PlaneState(snapshot.state)
        self._n_weights = Layout.of(self._spec).n_weights
        self._n_parameters = str(self._spec.n_parameters)
        self._insight.follow(self._spec, self._data, self._counters.step)
        self._metrics = self._seen = self._early_stop = None
        self._early_stopping.follow(snapshot)

    def release_memory(self) -> None:
        """Nothing to do: a network on the plane is small."""

    def _set_data(self, data: Any) -> None:
        self._data: Dataset = data
        self._variances = Variances.of(data)

    # Training

    def train(self, steps: int) -> None:
        """Trains on the exact program, compiling it first if need be.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        program = self._programs.exact(TILE_DEFAULT)
        self._train(self._programs.bind(program, TILE_DEFAULT), steps)

    def train_general(self, steps: int) -> None:
        """Trains on the general program even if an exact one is there: copies are compared on it.

        All updates are done, whatever early stopping says.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        program = self._programs.general()
        self._train(self._programs.bind(program, TILE_DEFAULT), steps, whole=True)

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
        present = Present(
            self._spec, self._data, self._state, self._counters, self._ranges, self.metrics,
            np.asarray(self._predictions)[: self._spec.n_outputs, : self._data.n], self._programs,
        )  # fmt: skip
        frame.arrays.update((yield from self._insight.show(request, present)))

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
        here = None if binding.is_exact else select
        turn = self._train(binding, steps, pictures=request.pictures, select=here)
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

    def predict(self, x: Any) -> Floats:
        """Returns the outputs float32 [n, K] for points [n, 2]."""
        binding = self._bind(TILE_DEFAULT)
        return predict(binding, self._state.bound(binding), self._counters, self._ranges, x)

    # Inside

    def _exact(self) -> State[Floats]:
        return self._state.exact()

    def _bind(self, tile: int) -> Binding:
        return self._programs.bind(self._programs.choose(tile), tile)

    def _train(
        self,
        binding: Binding,
        steps: int,
        *,
        pictures: bool = False,
        select: tuple[int, int] | None = None,
        whole: bool = False,
    ) -> TurnResult:
        """Trains in as many calls as it takes; the last one paints.

        With early stopping each call ends with an epoch, unless the updates are to be done `whole`.
        """
        watches = self._stops_early and not whole
        while True:
            epochs = 1 if watches else binding.epochs_per_call
            here = min(steps, epochs * self.batches_per_epoch - self._counters.first)
            steps -= here
            last = steps == 0
            turn = self._call(
                binding, here, pictures=pictures and last, select=select if last else None
            )
            if watches and here and self._ends_early():
                return turn if last else self._call(binding, 0, pictures=pictures, select=select)
            if last:
                return turn

    @property
    def _stops_early(self) -> bool:
        return self._spec.early_stopping.enabled and self._data.n_validation > 0

    def _ends_early(self) -> bool:
        """Takes the end of an epoch, if this is one; whether training ends with it."""
        assert self._metrics is not None
        if self._counters.first:
            return False
        epoch = Epoch(self._counters, self._metrics["validation_loss"], self._state)
        if self._early_stopping.observe(self._spec, epoch):
            self._early_stop = self._early_stopping.stop(self.snapshot())
        return self._early_stop is not None

    def take_early_stop(self) -> EarlyStop | None:
        """Returns why the last training ended early, once; None if it did not."""
        stop, self._early_stop = self._early_stop, None
        return stop

    def _call(
        self,
        binding: Binding,
        steps: int,
        *,
        pictures: bool = False,
        select: tuple[int, int] | None = None,
    ) -> TurnResult:
        """Calls the program once and takes over its result."""
        state = self._state.bound(binding)
        prepared = prepare(
            binding, state, self._counters, self._ranges, steps, pictures=pictures, select=select
        )
        return self._finish_call(binding, state, steps, dispatch(prepared).fetch())

    def _finish_call(
        self, binding: Binding, state: Any, steps: int, turn: TurnResult
    ) -> TurnResult:
        """Takes over the result of a call.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        if steps and not is_finite(turn):
            train = partial(try_updates, binding, state, self._counters, self._ranges)
            kept, good = finish(find_last_finite(train, state, steps))
            self._take(binding, kept, good)
            raise DivergedError(self.step)
        self._take(binding, turn.state, steps)
        self._predictions = turn.predictions
        self._metrics = make_metrics(
            self._spec.task, self.step, self.epoch, turn.summary(), self._variances
        )
        if steps:
            self._record(self._metrics)
        return turn

    def _take(self, binding: Binding, state: Any, steps: int) -> None:
        self._counters = self._counters.after(steps, self.batches_per_epoch)
        self._state, self._metrics = PlaneState(state, binding), None

    def _show(
        self,
        request: FrameRequest,
        binding: Binding,
        turn: TurnResult,
        select: tuple[int, int] | None,
    ) -> Frame:
        arrays: dict[str, NDArray[Any]] = {}
        metadata = describe_metrics(self.metrics)
        stop = self._early_stop
        metadata |= describe_metrics((stop or self._early_stopping).describe())
        metadata["parameters"] = self._n_parameters
        if select is not None:
            arrays |= self._show_selected(binding, turn, select)
            metadata["selected"] = json.dumps(select)
        if "weights" in request.views:
            arrays["weights"] = self.weights
        arrays |= self._show_history(request)
        arrays |= show_network(request, self._spec, self._data, lambda: self._exact().params)
        if request.points:
            arrays["points"] = show_points(self._spec, self._data, turn)
        if request.pictures:
            pixels = binding.crop(turn)
            self._ranges = pixels.ranges
            pictures = show_pictures(request, pixels)
            arrays |= pictures.arrays
            metadata |= pictures.metadata
        return Frame(arrays, metadata)

    def _show_selected(
        self, binding: Binding, turn: TurnResult, select: tuple[int, int]
    ) -> dict[str, NDArray[Any]]:
        if binding.is_exact:
            # Only general programs pick units out; one look more, and only while one is pinned.
            binding = self._programs.bind(self._programs.general(), binding.tile)
            state = self._state.bound(binding)
            turn = evaluate(binding, state, self._counters, self._ranges, select)
        return show_selected(binding, self._data, turn)
