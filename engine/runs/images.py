"""Runs on images: exact programs, and views of digits, units and the hidden space."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.devices import image_device
from engine.base.errors import DivergedError
from engine.base.pace import Pace
from engine.base.slices import Slices, finish, timed
from engine.data.image_data import ImageData
from engine.data.shuffles import order_rows
from engine.frames.frames import Frame, FrameRequest, describe_metrics
from engine.frames.metrics import Metrics, Variances, history_row, make_metrics
from engine.network import Layout, ParameterArrays
from engine.programs.images.training_programs import Batches, TrainingProgram
from engine.programs.models import ExactModel, pack_rates
from engine.programs.tiers import Programs
from engine.programs.training import State
from engine.runs.base import RunBase
from engine.runs.image_views import BoundNetwork, ImageViews
from engine.spec import Spec
from engine.state.snapshots import Snapshot

#: An epoch is measured at least and at most so often ...
LEAST, MOST = 3, 8
#: ... and in between as often as it takes no more than this share of the time.
SHARE = 0.2
#: Operations a second, before anything has been measured.
_RATE = 3e10
_NO_VARIANCES = Variances(0.0, 0.0)

#: Bytes of a float32, and vectors of a session: those of the run on the device, new ones while it
#: trains, the same on the host, two snapshots of its time line; when idle, one state and its start.
_FLOAT, _VECTORS, _PACKED_VECTORS = 4, 12, 4


def count_image_bytes(spec: Spec, *, packed: bool = False) -> int:
    """Returns how many bytes a session needs for its network for images; 0 for the plane.

    Args:
        spec: of the network.
        packed: whether nobody looks at it, and only its state is kept.
    """
    if not spec.data.is_images:
        return 0
    return _FLOAT * (_PACKED_VECTORS if packed else _VECTORS) * Layout.of(spec).size


class ImageRun(RunBase[ImageData]):
    """One network in training on images.

    Args:
        programs: where data and compiled programs come from.
        snapshot: where it begins.
    """

    def __init__(self, programs: Programs, snapshot: Snapshot) -> None:
        self._programs = programs
        self._pace = Pace(_guess_seconds)
        self._history: list[list[float]] = []
        self._order: tuple[Any, Array] | None = None
        self._measure_seconds = self._trained_seconds = 0.0
        self._views = ImageViews(programs.images)
        self._data = snapshot.data
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
        """Tells whether what a frame needs is there, and has it made if not."""
        return programs.images.is_ready(owner, spec, data, request)

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return self._exact().params[: self._layout.n_weights]

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies of the present state."""
        if self._measured is None or self._measured["step"] != self.step:
            finish(self._measure())
        assert self._measured is not None
        return {**self._measured, "epoch": self.epoch}

    @property
    def measured(self) -> Metrics:
        """What was measured last, maybe some steps ago."""
        return self.metrics if self._measured is None else self._measured

    # Snapshots

    def snapshot(self) -> Snapshot:
        """Returns this step."""
        return Snapshot(self._spec, self._data, self._exact(), self._counters, self._ranges)

    def shown_snapshot(self) -> Snapshot:
        """Returns this step with what was measured last and shown of it."""
        return replace(self.snapshot(), shown=(self._measured, self._views.seen))

    def show(self, snapshot: Snapshot, request: FrameRequest) -> Slices[Frame]:
        """Goes to a snapshot and shows it as it was shown."""
        self.load(snapshot)
        if snapshot.shown is not None:
            self._measured, self._views.seen = snapshot.shown
        if self._measured is None:
            yield from self._measure()
        return (yield from self._show(request))

    def load(self, snapshot: Snapshot) -> None:
        """Goes on from a snapshot."""
        self._spec, self._data = snapshot.spec, snapshot.data
        self._counters, self._ranges = snapshot.counters, snapshot.ranges
        self._layout = Layout.of(self._spec)
        self._model = ExactModel.of(self._spec, self._data.n_train)
        self._flat: State[Floats] | None = snapshot.state
        self._placed: State[ParameterArrays] | None = None
        self._rates = pack_rates(self._spec, 1.0, len(self._spec.layers))
        self._measured: Metrics | None = None

    def forget_history(self) -> None:
        """Forgets the losses that no frame has shown yet."""
        self._history = []

    def _exact(self) -> State[Floats]:
        """The state in the layout of the network itself, on the host."""
        if self._flat is None:
            host = jax.device_get(self._placed)
            self._flat = State(*(_join(self._layout, parts) for parts in host))
        return self._flat

    @property
    def _state(self) -> State[ParameterArrays]:
        """The state on the device, taken apart."""
        if self._placed is None:
            assert self._flat is not None
            parts = State(*(self._layout.split(vector) for vector in self._flat))
            placed: State[ParameterArrays] = jax.device_put(parts, image_device())
            self._placed = placed
            return placed
        return self._placed

    @property
    def _bound(self) -> BoundNetwork:
        return BoundNetwork.of(self._spec, self._data, self._state.params)

    def release_memory(self) -> None:
        """Keeps only the state, on the host; it goes on bit for bit."""
        self._flat, self._placed, self._order = self._exact(), None, None
        self._views.release_memory()

    # Training

    def train(self, steps: int) -> None:
        """Trains, compiling the program first if need be.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        finish(self._advance(self._program(), steps))

    def turn(
        self, steps: int, request: FrameRequest, max_seconds: float | None = None
    ) -> Slices[Frame]:
        """Trains a little, or not at all, and makes a frame.

        Raises:
            DivergedError: a number left the finite ones; the last finite state is kept.
        """
        program = self._program()
        if steps:
            steps = self._pace.limit(program.model, steps, max_seconds)
            yield from self._advance(program, steps)
            yield
        if self._should_measure(resting=steps == 0):
            yield from self._measure()
        return (yield from self._show(request))

    def prefer_exact(self, tile: int) -> bool:
        """Nothing to prefer: every program for images is exact."""
        return True

    def close(self) -> None:
        """Withdraws what was asked for in the background."""
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
        """Whether losses are measured anew: several times an epoch, and where training rests."""
        if self._measured is None:
            return True
        since = self.step - int(self._measured["step"])
        if since == 0 or since < self.batches_per_epoch / MOST:
            return resting and since > 0
        cheap = self._measure_seconds < SHARE * self._trained_seconds
        return resting or cheap or since >= self.batches_per_epoch / LEAST

    def _program(self) -> TrainingProgram:
        return self._programs.images.prepare(self._spec).training

    def _advance(self, program: TrainingProgram, steps: int) -> Slices[None]:
        """Trains in as many calls as there are epochs begun, or more where updates are large."""
        while steps:
            here = program.limit(min(steps, self.batches_per_epoch - self._counters.first))
            spent: list[float] = []
            state, finite = yield from timed(self._call(program, here), spent.append)
            if not finite:
                yield
                yield from self._go_to_last_finite(program, here)
            self._pace.measure(program.model, spent[0] / here)
            self._trained_seconds += spent[0]
            self._take(state, here)
            steps -= here
            if steps:
                yield

    def _call(
        self, program: TrainingProgram, steps: int
    ) -> Slices[tuple[State[ParameterArrays], bool]]:
        counters = self._counters
        place = [self._spec.seed, counters.step, counters.updates, counters.first, steps]
        batches = Batches(self._data.train_images, self._data.train_labels, self._shuffled(program))
        at = np.array(place, np.int32)
        return (yield from program.slices(self._rates, at, self._state, batches))

    def _shuffled(self, program: TrainingProgram) -> Array:
        """The shuffled rows of the running epoch, on the device."""
        model = program.model
        key = (self._spec.seed, self.epoch, model.n_train, model.batch)
        if self._order is None or self._order[0] != key:
            length = model.batches * model.batch
            rows = order_rows(self._spec.seed, self.epoch, model.n_train, 1, length)
            self._order = key, jax.device_put(rows, image_device())
        return self._order[1]

    def _go_to_last_finite(self, program: TrainingProgram, steps: int) -> Slices[None]:
        """Finds the last finite state by halving, and pauses after each try.

        Raises:
            DivergedError: always, once that state is the present one.
        """
        good, bad, kept = 0, steps, self._state
        while bad - good > 1:
            middle = (good + bad) // 2
            state, finite = yield from self._call(program, middle)
            if finite:
                good, kept = middle, state
            else:
                bad = middle
            yield
        self._take(kept, good)
        raise DivergedError(self.step)

    def _take(self, state: State[ParameterArrays], steps: int) -> None:
        self._counters = self._counters.after(steps, self.batches_per_epoch)
        self._placed, self._flat = state, None

    def _measure(self) -> Slices[None]:
        summary = yield from timed(self._views.measure(self._bound), self._note_measuring)
        self._measured = make_metrics(
            self._spec.task, self.step, self.epoch, summary, _NO_VARIANCES
        )
        self._history.append(history_row(self._measured))

    def _note_measuring(self, seconds: float) -> None:
        self._measure_seconds, self._trained_seconds = seconds, 0.0

    # Showing

    def _show(self, request: FrameRequest) -> Slices[Frame]:
        assert self._measured is not None
        arrays: dict[str, NDArray[Any]] = {}
        if "history" in request.views:
            arrays["history"] = np.array(self._history, np.float32).reshape(-1, 5)
        self._history = []
        arrays |= yield from self._views.show(request, self._bound)
        measured_at = self._measured["step"]
        now = {**self._measured, "step": self.step, "epoch": self.epoch}
        left = self.batches_per_epoch - self._counters.first
        metadata = describe_metrics(now) | {
            "parameters": str(self._spec.n_parameters),
            "measured_step": str(measured_at),
            "batch": str(self._counters.first),
            "batches": str(self.batches_per_epoch),
            "seconds_left": f"{left * self._pace.seconds(self._model):.1f}",
            "data_source": self._data.images.source,
        }
        return Frame(arrays, metadata)


def _guess_seconds(model: ExactModel) -> float:
    """What an update may take: forth, back, and the gradients of the weights."""
    return 6 * model.layout.n_weights * model.batch / _RATE


def _join(layout: Layout, parts: Any) -> Floats:
    """Puts a vector on the host together."""
    flat = np.empty(layout.size, np.float32)
    for layer, (kernel, bias) in enumerate(zip(parts.kernels, parts.biases, strict=True)):
        flat[layout.kernel_slice(layer)] = kernel.ravel()
        flat[layout.bias_slice(layer)] = bias
    units = (parts.slopes, parts.scales, parts.shifts, parts.means, parts.variances)
    for kind in layout.kinds:
        for layer, numbers in enumerate(units[kind]):
            flat[layout.unit_slice(kind, layer)] = numbers
    return flat
