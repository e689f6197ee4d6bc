"""The trainer: a network that trains while it is changed.

It owns the state of one run, and moves it between programs: the general one
that serves any edit at once, and the tight one that is faster once compiled.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Floats
from engine.bindings import Binding, aim, bind, rebind
from engine.calls import find_last_finite, invoke, is_finite
from engine.checkpoints import (
    Checkpoint,
    decode_checkpoint,
    encode_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from engine.counters import Counters
from engine.datasets import Dataset, make_dataset
from engine.edits import NEW, Origin, match_layers, read_origin
from engine.errors import DivergedError
from engine.frames import (
    DEFAULT_VIEWS,
    TILE_DEFAULT,
    Frame,
    FrameRequest,
    describe_metrics,
    describe_range,
    tabulate_points,
)
from engine.metrics import Metrics, Variances, history_row, make_metrics
from engine.models import TightModel
from engine.network import Layout
from engine.snapshots import Snapshot, no_ranges, open_checkpoint
from engine.spec import Spec, patch_spec
from engine.states import draw_state, migrate_state, set_weight
from engine.tiers import Program, Programs, default_programs
from engine.training import State
from engine.turns import Turn
from engine.views import BOUNDARY

_FIRST_PACE = 1e-4  # seconds a step, before anything has been measured
_SLOWER = 1.1  # how fast the pace gives in to slow calls
_PACED = 10  # updates of a call that says something about the pace


class Trainer:
    """Trains one network and shows it.

    Args:
        spec: what to train; the default playground if None.
        programs: where compiled programs come from; shared ones if None.
    """

    def __init__(self, spec: Spec | None = None, programs: Programs | None = None) -> None:
        self._programs = programs or default_programs()
        self._spec = spec or Spec()
        self._data = make_dataset(self._spec.data)
        self._variances = Variances.of(self._data)
        self._bindings: dict[Any, Binding] = {}
        self._pace: dict[Any, float] = {}
        self._bound: Binding | None = None
        self._tight: TightModel | None = None
        self.reset()

    @property
    def spec(self) -> Spec:
        """What is trained."""
        return self._spec

    @property
    def step(self) -> int:
        """Updates done; edits keep it."""
        return self._counters.step

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self._counters.epoch

    @property
    def batches_per_epoch(self) -> int:
        """Updates of an epoch: ceil(n_train / batch_size)."""
        return -(-self._data.n_train // self._spec.batch_size)

    @property
    def data(self) -> Dataset:
        """The points that are trained and tested on."""
        return self._data

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies (regression: RMSE and R^2) of the present state."""
        if self._summary is None:
            self._call(self._bind(self._choose(TILE_DEFAULT), TILE_DEFAULT), 0)
        assert self._summary is not None
        return make_metrics(self._spec.task, self.step, self.epoch, self._summary, self._variances)

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return np.array(self._exact().params[: Layout.of(self._spec).n_weights])

    # Changing

    def reset(self) -> None:
        """Draws initial weights and returns to step 0; the same seed, the same weights."""
        self._counters = Counters()
        self._ranges = no_ranges(self._spec)
        self._history: list[list[float]] = []
        self._set_state(draw_state(self._spec))

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
        old, new = self._spec, patch_spec(self._spec, patch)
        if origin is None:
            origins = match_layers(old.layers, new.layers)
        else:
            origins = read_origin(origin, old.layers, new.layers)
        if new.data == old.data:
            # The same object again: thousands of points are kept once.
            new, data = new.model_copy(update={"data": old.data}), self._data
        else:
            data = make_dataset(new.data)
        if new.seed != old.seed:
            self._adopt(new, data)
            self.reset()
            return new
        self._migrate(new, origins)
        if data is not self._data or new.batch_size != old.batch_size:
            self._counters = self._counters.begin_epoch()
        self._adopt(new, data)
        return new

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
        self._set_state(set_weight(self._spec, self._exact(), layer, from_, to, value))

    # Training

    def train(self, *, epochs: int = 0, steps: int = 0) -> Metrics:
        """Trains on the tight program, compiling it first if need be.

        Args:
            epochs: each is ceil(n_train / batch_size) updates.
            steps: further updates.

        Returns:
            The metrics afterwards.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        tile = TILE_DEFAULT
        binding = self._bind(self._programs.tight(self._tight_model(tile)), tile)
        self._run(binding, epochs * self.batches_per_epoch + steps, pictures=False)
        return self.metrics

    def turn(
        self,
        epochs: int = 0,
        batches: int = 0,
        request: FrameRequest | None = None,
        max_seconds: float | None = None,
    ) -> Frame:
        """Trains a little, or not at all, and makes a frame; never waits for a tight program.

        Args:
            epochs: epochs to train.
            batches: further updates.
            request: what the frame holds.
            max_seconds: train less if it would take longer, by what was measured before.

        Returns:
            The frame.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        request = request or FrameRequest()
        program = self._choose(request.tile)
        binding = self._bind(program, request.tile)
        steps = epochs * self.batches_per_epoch + batches
        if max_seconds is not None:
            pace = self._pace.get(program.model, _FIRST_PACE)
            steps = min(steps, max(1, int(max_seconds / pace)))
        select = request.selected(self._spec)
        here = select if binding.places is not None else None
        turn = self._run(binding, steps, pictures=request.pictures, select=here)
        return self._show(request, binding, turn, select)

    def prefer_tight(self, tile: int = TILE_DEFAULT) -> bool:
        """Has the tight program compiled in the background; a later turn takes it up by itself.

        Args:
            tile: side of the units' tiles that will be asked for.

        Returns:
            Whether it is there or will be; False if too many others wait for theirs.
        """
        return self._programs.request_tight(id(self), self._tight_model(tile))

    def close(self) -> None:
        """Withdraws what was asked for in the background."""
        self._programs.withdraw(id(self))

    # Showing

    def frame(
        self,
        views: tuple[str, ...] = DEFAULT_VIEWS,
        select: tuple[int, int] | None = None,
        tile: int = TILE_DEFAULT,
    ) -> dict[str, NDArray[Any]]:
        """Shows the present state.

        Args:
            views: names out of `engine.VIEWS`.
            select: hidden layer and unit of the `selected` view.
            tile: side of the units' tiles, 8 to 64 pixels.

        Returns:
            Arrays by name, with the dtypes and shapes of the contract's stream.
        """
        request = FrameRequest(tuple(views), select, tile, points="points" in views)
        return self.turn(request=request).arrays

    def predict(self, x: Any) -> Floats:
        """Returns the network's outputs.

        Args:
            x: [n, 2], points of the plane.

        Returns:
            float32 [n, K], after the output activation.
        """
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

    # Keeping

    def encode(self) -> bytes:
        """Returns spec, weights, optimizer and counters as the bytes of a safetensors file."""
        return encode_checkpoint(self._checkpoint())

    def take_over(self, content: bytes) -> Spec:
        """Goes on as another trainer that was saved, all or nothing.

        Args:
            content: the bytes of its file.

        Returns:
            The new spec.

        Raises:
            CheckpointError: this is no saved trainer.
            DataError: its data cannot be made.
        """
        self.restore(open_checkpoint(decode_checkpoint(content)))
        return self._spec

    def snapshot(self) -> Snapshot:
        """Keeps this moment; costs microseconds, for nothing is copied that never changes."""
        return Snapshot(self._spec, self._data, self._exact(), self._counters, self._ranges)

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back, or on, to a moment that was kept."""
        self._adopt(snapshot.spec, snapshot.data)
        self._counters, self._ranges = snapshot.counters, snapshot.ranges
        self._history = []
        self._set_state(snapshot.state)

    def save(self, path: str | Path) -> None:
        """Saves spec, weights, optimizer and counters as safetensors.

        Raises:
            CheckpointError: the file cannot be written.
        """
        save_checkpoint(path, self._checkpoint())

    @classmethod
    def load(cls, path: str | Path, programs: Programs | None = None) -> Trainer:
        """Loads a saved trainer; it goes on bit for bit.

        Raises:
            CheckpointError: the file is no saved trainer.
        """
        snapshot = open_checkpoint(load_checkpoint(path))
        trainer = cls(snapshot.spec, programs)
        trainer.restore(snapshot)
        return trainer

    def _checkpoint(self) -> Checkpoint:
        vectors = (np.array(vector) for vector in self._exact())
        return Checkpoint(self._spec, *vectors, counters=self._counters)

    # Inside

    def _adopt(self, spec: Spec, data: Dataset) -> None:
        if data is not self._data:
            self._data, self._variances = data, Variances.of(data)
            self._bindings.clear()
        self._spec = spec
        self._summary = self._tight = None

    def _migrate(self, new: Spec, origins: tuple[Origin, ...]) -> None:
        state, unit_source, self._counters = migrate_state(
            self._exact(), self._spec, new, origins, self._counters
        )
        ranges = no_ranges(new)
        kept = unit_source != NEW
        ranges.units[kept] = self._ranges.units[unit_source[kept]]
        self._ranges = ranges._replace(boundary=self._ranges.boundary)
        self._set_state(state)

    def _set_state(self, exact: State[Any]) -> None:
        self._vectors, self._bound, self._summary = exact, None, None

    def _exact(self) -> State[Floats]:
        """The state in the layout of the network itself, on the host."""
        if self._bound is None:
            return self._vectors
        return State(*(self._bound.unpack(vector) for vector in self._vectors))

    def _tight_model(self, tile: int) -> TightModel:
        known = self._tight
        if known is None or known.tile != tile:
            known = TightModel.of(self._spec, self._data.n_train, self._data.n, tile)
            self._tight = known
        return known

    def _choose(self, tile: int) -> Program:
        model = self._tight_model(tile)
        tight = self._programs.ready_tight(model)
        if tight is not None:
            return tight
        if self._programs.serves_general:
            return self._programs.general(self._spec)
        return self._programs.tight(model)

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
    ) -> Turn:
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
    ) -> Turn:
        """Calls the program once and takes over what it gives back."""
        bound = self._bound is binding
        state = self._vectors if bound else binding.pack_state(self._exact())
        begun = time.perf_counter()
        turn = invoke(
            binding, state, self._counters, self._ranges, steps, pictures=pictures, select=select
        )
        if steps and not is_finite(turn):
            kept, good = find_last_finite(binding, state, self._counters, self._ranges, steps)
            self._take(binding, kept, good)
            raise DivergedError(self.step)
        if steps >= _PACED:
            self._measure_pace(binding, (time.perf_counter() - begun) / steps)
        self._take(binding, turn.state, steps)
        self._summary = np.asarray(turn.summary)
        if steps:
            self._history.append(history_row(self.metrics))
        return turn

    def _look(
        self, binding: Binding, state: State[Any], select: tuple[int, int] | None = None
    ) -> Turn:
        return invoke(binding, state, self._counters, self._ranges, 0, select=select)

    def _take(self, binding: Binding, state: State[Any], steps: int) -> None:
        self._counters = self._counters.after(steps, self.batches_per_epoch)
        self._vectors, self._bound, self._summary = state, binding, None

    def _measure_pace(self, binding: Binding, seconds: float) -> None:
        # The fastest call counts most: one that the system held up says little.
        before = self._pace.get(binding.model, _FIRST_PACE)
        if len(self._pace) > 8:
            self._pace.clear()
        self._pace[binding.model] = min(seconds, before * _SLOWER)

    def _show(
        self,
        request: FrameRequest,
        binding: Binding,
        turn: Turn,
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
        if request.points:
            n, k = self._data.n, self._spec.n_outputs
            outputs, losses = np.asarray(turn.outputs)[:k, :n], np.asarray(turn.losses)[:n]
            arrays["points"] = tabulate_points(self._spec, self._data, outputs, losses)
        if request.pictures:
            pixels = binding.crop(turn)
            self._ranges = pixels.ranges
            if "boundary" in request.views:
                arrays["boundary"] = pixels.boundary
                metadata["boundary_range"] = describe_range(pixels.ranges.boundary)
            if "units" in request.views:
                arrays["units"] = pixels.units
                metadata["units_range"] = describe_range(pixels.ranges.units)
        return Frame(arrays, metadata)

    def _show_selected(
        self, binding: Binding, turn: Turn, select: tuple[int, int]
    ) -> dict[str, NDArray[Any]]:
        if binding.places is None:
            # Only general programs pick units out; one look more, and only while one is pinned.
            general = self._bind(self._programs.general(self._spec), binding.tile)
            state = general.pack_state(self._exact())
            turn = self._look(general, state, select)
            binding = general
        values = np.asarray(turn.selected)
        first = binding.rows
        pixels = values[first : first + BOUNDARY * BOUNDARY]
        return {
            "selected": np.array(pixels).reshape(BOUNDARY, BOUNDARY),
            "selected_values": np.array(values[: self._data.n]),
        }
