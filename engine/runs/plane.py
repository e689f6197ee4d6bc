"""Runs on the plane: two-dimensional data, and pictures of every unit.

A run owns the state of one network in training, and moves it between
programs: the general one that serves any edit at once, and the exact one that
is faster once compiled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.errors import DivergedError
from engine.base.slices import Slices
from engine.data.datasets import Dataset, make_dataset
from engine.frames.frames import TILE_DEFAULT, Frame, FrameRequest, describe_metrics
from engine.frames.metrics import Metrics, Variances, history_row, make_metrics
from engine.frames.registry import Shown, make_views
from engine.network import Layout
from engine.programs.bindings import Binding, aim, bind, rebind
from engine.programs.calls import dispatch, find_last_finite, is_finite, prepare
from engine.programs.models import ExactModel
from engine.programs.tiers import Program, Programs
from engine.programs.training import State
from engine.programs.turns import Ranges, TurnResult
from engine.runs.base import RunBase
from engine.runs.plane_views import show_pictures, show_points, show_selected
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
        self._programs = programs
        self._bindings: dict[Any, Binding] = {}
        self._pace = TurnPace()
        self._history: list[list[float]] = []
        #: Of the last frame: its step, the ranges before it, and whether an exact program made it.
        self._seen: tuple[int, Ranges[Floats], bool] | None = None
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
        """Tells whether what a frame needs is there, see `Run.is_ready`."""
        if not programs.serves_general or programs.has_general(spec):
            return True
        exact = ExactModel.of(spec, data.n_train, data.n, request.tile)
        plain = request.selected(spec) is None and not seen
        if plain and programs.ready_exact(exact) is not None:
            return True
        return not programs.needs_general(owner, spec)

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return np.array(self._exact().params[: Layout.of(self._spec).n_weights])

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies (regression: RMSE and R^2) of the present state."""
        if self._summary is None:
            self._call(self._bind(self._choose(TILE_DEFAULT), TILE_DEFAULT), 0)
        assert self._summary is not None
        return make_metrics(self._spec.task, self.step, self.epoch, self._summary, self._variances)

    @property
    def measured(self) -> Metrics:
        """What was measured last: of points, always of the present state."""
        return self.metrics

    # Snapshots

    def snapshot(self) -> Snapshot:
        """Returns this step; costs microseconds, for nothing is copied that never changes."""
        return Snapshot(self._spec, self._data, self._exact(), self._counters, self._ranges)

    def shown_snapshot(self) -> Snapshot:
        """Returns this step as the last frame showed it, if one did."""
        step, ranges, exact = self._seen or (-1, self._ranges, None)
        if step != self.step:
            return self.snapshot()
        return replace(self.snapshot(), ranges=ranges, shown=exact)

    def show(self, snapshot: Snapshot, request: FrameRequest) -> Slices[Frame]:
        """Goes to a snapshot and shows it, by the kind of program that did then."""
        self.load(snapshot)
        general = snapshot.shown is False and self._programs.serves_general
        program = self._programs.general(self._spec) if general else self._choose(request.tile)
        return self._turn(program, 0, request)
        yield

    def load(self, snapshot: Snapshot) -> None:
        """Goes on from a snapshot."""
        if snapshot.data is not self._data:
            self._set_data(snapshot.data)
            self._bindings.clear()
        self._spec, self._counters = snapshot.spec, snapshot.counters
        self._ranges = snapshot.ranges
        self._vectors, self._bound = snapshot.state, None
        self._summary = self._tight = self._seen = None

    def release_memory(self) -> None:
        """Nothing to do: a network on the plane is small."""

    def forget_history(self) -> None:
        """Forgets the losses that no frame has shown yet."""
        self._history = []

    def _set_data(self, data: Any) -> None:
        self._data: Dataset = data
        self._variances = Variances.of(data)

    # Training

    def train(self, steps: int) -> None:
        """Trains on the exact program, compiling it first if need be.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        program = self._programs.exact(self._exact_model(TILE_DEFAULT))
        self._run(self._bind(program, TILE_DEFAULT), steps, pictures=False)

    def train_general(self, steps: int) -> None:
        """Trains on the general program, whatever else is there, as copies are that get compared.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        program = self._programs.general(self._spec)
        self._run(self._bind(program, TILE_DEFAULT), steps, pictures=False)

    def turn(
        self, steps: int, request: FrameRequest, max_seconds: float | None = None
    ) -> Slices[Frame]:
        """Trains a little, or not at all, and makes a frame; never waits for an exact program.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        program = self._choose(request.tile)
        if not steps or max_seconds is None:
            return self._turn(program, steps, request)
        updates = program.model, self._spec.batch_size
        pictures = program.model, request.tile, request.pictures, self._data.n
        steps = self._pace.limit(updates, pictures, steps, max_seconds)
        begun = time.perf_counter()
        if self._pace.is_timed((updates, pictures)):
            frame = self._turn(program, steps, request)
            seconds = time.perf_counter() - begun
            self._pace.note((updates, pictures), seconds, max_seconds)
            return frame
        self._run(self._bind(program, request.tile), steps, pictures=False)
        trained = time.perf_counter()
        frame = self._turn(program, 0, request)
        painted = time.perf_counter()
        self._pace.measure(updates, pictures, (trained - begun) / steps, painted - trained)
        return frame
        yield

    def _turn(self, program: Program, steps: int, request: FrameRequest) -> Frame:
        binding, before = self._bind(program, request.tile), self._ranges
        select = request.selected(self._spec) if "selected" in request.views else None
        here = None if binding.is_exact else select
        turn = self._run(binding, steps, pictures=request.pictures, select=here)
        self._seen = self.step, before, binding.is_exact
        return self._show(request, binding, turn, select)

    def prefer_exact(self, tile: int) -> bool:
        """Has the exact program compiled in the background; a later turn takes it up by itself.

        Returns:
            Whether it is there or will be; False if too many others wait for theirs.
        """
        return self._programs.request_exact(id(self), self._exact_model(tile))

    def close(self) -> None:
        """Withdraws what was asked for in the background."""
        self._programs.withdraw(id(self))

    def predict(self, x: Any) -> Floats:
        """Returns the outputs float32 [n, K] for points [n, 2]."""
        points = np.asarray(x, np.float32)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"x must be [n, 2], got {list(points.shape)}")
        tile = TILE_DEFAULT
        binding = self._bind(self._choose(tile), tile)
        state = binding.pack_state(self._exact())
        parts = [np.zeros((0, self._spec.n_outputs), np.float32)]
        for start in range(0, len(points), binding.rows):
            some = points[start : start + binding.rows]
            turn = self._look(aim(binding, some), state)
            parts.append(np.asarray(turn.outputs)[: self._spec.n_outputs, : len(some)].T)
        return np.ascontiguousarray(np.concatenate(parts))

    # Inside

    def _exact(self) -> State[Floats]:
        """The state in the layout of the network itself, on the host."""
        if self._bound is None:
            return self._vectors
        return State(*(self._bound.unpack(vector) for vector in self._vectors))

    def _exact_model(self, tile: int) -> ExactModel:
        known = self._tight
        if known is None or known.tile != tile:
            known = ExactModel.of(self._spec, self._data.n_train, self._data.n, tile)
            self._tight = known
        return known

    def _choose(self, tile: int) -> Program:
        model = self._exact_model(tile)
        exact = self._programs.ready_exact(model)
        if exact is not None:
            return exact
        if self._programs.serves_general:
            return self._programs.general(self._spec)
        return self._programs.exact(model)

    def _bind(self, program: Program, tile: int) -> Binding:
        known = self._bindings.get(program.model)
        if known is not None and known.tile == tile and known.spec is self._spec:
            return known
        if known is not None and known.tile == tile and known.serves(self._spec):
            binding = rebind(known, self._spec, self._data)
        else:
            binding = bind(program, self._spec, self._data, tile)
        if len(self._bindings) > 2:
            self._bindings.clear()
        self._bindings[program.model] = binding
        return binding

    def _run(
        self,
        binding: Binding,
        steps: int,
        *,
        pictures: bool,
        select: tuple[int, int] | None = None,
    ) -> TurnResult:
        """Trains in as many calls as it takes; the last one paints."""
        while True:
            room = binding.epochs_per_call * self.batches_per_epoch - self._counters.first
            here = min(steps, room)
            steps -= here
            last = steps == 0
            turn = self._call(
                binding, here, pictures=pictures and last, select=select if last else None
            )
            if last:
                return turn

    def _call(
        self,
        binding: Binding,
        steps: int,
        *,
        pictures: bool = False,
        select: tuple[int, int] | None = None,
    ) -> TurnResult:
        """Calls the program once and takes over its result."""
        state = self._vectors
        if self._bound is not binding:
            state = binding.pack_state(self._exact())
        prepared = prepare(
            binding, state, self._counters, self._ranges, steps, pictures=pictures, select=select
        )
        return self._finish_call(binding, state, steps, dispatch(prepared))

    def _finish_call(
        self, binding: Binding, state: State[Any], steps: int, turn: TurnResult
    ) -> TurnResult:
        """Takes over the result of a call.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        if steps and not is_finite(turn):
            kept, good = find_last_finite(binding, state, self._counters, self._ranges, steps)
            self._take(binding, kept, good)
            raise DivergedError(self.step)
        self._take(binding, turn.state, steps)
        self._summary = np.asarray(turn.summary)
        if steps:
            self._history.append(history_row(self.metrics))
        return turn

    def _look(
        self, binding: Binding, state: State[Any], select: tuple[int, int] | None = None
    ) -> TurnResult:
        return dispatch(prepare(binding, state, self._counters, self._ranges, 0, select=select))

    def _take(self, binding: Binding, state: State[Any], steps: int) -> None:
        self._counters = self._counters.after(steps, self.batches_per_epoch)
        self._vectors, self._bound, self._summary = state, binding, None

    def _show(
        self,
        request: FrameRequest,
        binding: Binding,
        turn: TurnResult,
        select: tuple[int, int] | None,
    ) -> Frame:
        arrays: dict[str, NDArray[Any]] = {}
        metadata = describe_metrics(self.metrics)
        metadata["parameters"] = str(self._spec.n_parameters)
        if select is not None:
            arrays |= self._show_selected(binding, turn, select)
            metadata["selected"] = json.dumps(select)
        if "weights" in request.views:
            arrays["weights"] = self.weights
        if "history" in request.views:
            arrays["history"] = np.array(self._history, np.float32).reshape(-1, 5)
        self._history = []
        arrays |= make_views(request.views, "plane", self._shown)
        if request.points:
            arrays["points"] = show_points(self._spec, self._data, turn)
        if request.pictures:
            pixels = binding.crop(turn)
            self._ranges = pixels.ranges
            pictures = show_pictures(request, pixels)
            arrays |= pictures.arrays
            metadata |= pictures.metadata
        return Frame(arrays, metadata)

    def _shown(self) -> Shown:
        params = Layout.of(self._spec).split(self._exact().params)
        return Shown(self._spec, self._data, params)

    def _show_selected(
        self, binding: Binding, turn: TurnResult, select: tuple[int, int]
    ) -> dict[str, NDArray[Any]]:
        if binding.is_exact:
            # Only general programs pick units out; one look more, and only while one is pinned.
            general = self._bind(self._programs.general(self._spec), binding.tile)
            state = general.pack_state(self._exact())
            turn = self._look(general, state, select)
            binding = general
        return show_selected(binding, self._data, turn)
