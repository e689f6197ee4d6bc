"""Training on images: calls of programs, and the state that goes from one to the next."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.errors import DivergedError
from engine.base.pace import Pace
from engine.base.slices import Slices, finish, timed
from engine.data.image_data import ImageData
from engine.network import ParameterArrays
from engine.programs.divergence import find_last_finite
from engine.programs.images.training_programs import Batches, TrainingProgram
from engine.programs.models import ExactModel, GeneralImageModel
from engine.programs.tiers import Programs
from engine.programs.training import State
from engine.runs.base import RunBase
from engine.runs.images.evaluation_schedule import EvaluationSchedule
from engine.runs.images.shuffled_rows import ShuffledRows
from engine.runs.images.state import ImageState
from engine.state.snapshots import Snapshot

#: Operations a second, before anything has been measured.
_RATE = 3e10
#: A program, and the batch size that it is called with.
Updates = tuple[ExactModel | GeneralImageModel, int]


class ImageTraining(RunBase[ImageData]):
    """State of one network on images, trained call by call; it begins once a snapshot is loaded.

    Args:
        programs: where compiled programs come from.
        data: the images.
    """

    def __init__(self, programs: Programs, data: ImageData) -> None:
        super().__init__()
        self._programs = programs
        self._data = data
        self._pace = Pace(_guess_seconds)
        self._rows = ShuffledRows()
        self._evaluation = EvaluationSchedule()

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return self._state.flat.params[: self._model.layout.n_weights]

    def load(self, snapshot: Snapshot) -> None:
        """Continues from a snapshot."""
        self._spec, self._data = snapshot.spec, snapshot.data
        self._counters, self._ranges = snapshot.counters, snapshot.ranges
        self._model = ExactModel.of(self._spec, self._data.n_train)
        self._state = ImageState(self._model.layout, snapshot.state)
        self._updates: Updates = self._model, self._spec.batch_size

    def _exact(self) -> State[Floats]:
        return self._state.flat

    def train(self, steps: int) -> None:
        """Trains, compiling the program first if need be.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        program = self._programs.images.exact_training(self._spec, self._data)
        finish(self._advance(program, steps))

    def begin_train(self, steps: int, call_seconds: float) -> Slices[None]:
        """Does what `train` does in slices, each call of about so many seconds.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        program = self._programs.images.exact_training(self._spec, self._data)
        updates: Updates = program.model, self._spec.batch_size
        while steps:
            some = self._pace.limit(updates, steps, call_seconds)
            yield from self._advance(program, some)
            yield
            steps -= some

    def advance(self, steps: int) -> Slices[None]:
        """Trains on the programs that are compiled, in slices, and measures nothing.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        program = self._programs.images.training(self._spec, self._data)
        yield from self._advance(program, steps)

    def _train(self, steps: int, max_seconds: float | None) -> Slices[int]:
        """Trains on the programs that are compiled, for about so long.

        Args:
            steps: updates at most.
            max_seconds: that they may take; None for no limit.

        Returns:
            How many updates it has done.
        """
        program = self._programs.images.training(self._spec, self._data)
        self._updates = program.model, self._spec.batch_size
        steps = self._pace.limit(self._updates, steps, max_seconds)
        yield from self._advance(program, steps)
        return steps

    @property
    def _epoch_seconds_left(self) -> float:
        """Seconds that the rest of the epoch takes, by what its updates took so far."""
        left = self.batches_per_epoch - self._counters.first
        return left * self._pace.seconds(self._updates)

    def _advance(self, program: TrainingProgram, steps: int) -> Slices[None]:
        """Trains in one call for each epoch that is begun, or more where updates are large."""
        while steps:
            here = program.limit(min(steps, self.batches_per_epoch - self._counters.first))
            spent: list[float] = []
            state, finite = yield from timed(self._call(program, here), spent.append)
            if not finite:
                yield
                yield from self._go_to_last_finite(program, here)
            self._pace.measure((program.model, self._spec.batch_size), spent[0] / here)
            self._evaluation.note_training(spent[0])
            self._take(state, here)
            steps -= here
            if steps:
                yield

    def _prepare(self, steps: int) -> tuple[Any, Batches]:
        """Returns position and batches of a call that does so many updates."""
        counters = self._counters
        numbers = [self._spec.seed, counters.step, counters.updates, counters.first, steps]
        position = np.array(numbers, np.int32)
        rows = self._rows.get(self._spec.seed, self.epoch, self._model)
        return position, Batches(self._data.train_images, self._data.train_labels, rows)

    def _call(
        self, program: TrainingProgram, steps: int
    ) -> Slices[tuple[State[ParameterArrays], bool]]:
        position, batches = self._prepare(steps)
        inputs = program.pack(self._spec)
        return (yield from program.slices(inputs, position, self._state.arrays, batches))

    def _go_to_last_finite(self, program: TrainingProgram, steps: int) -> Slices[None]:
        """Goes to the last finite state of a call.

        Raises:
            DivergedError: always, once that state is the present one.
        """
        search = find_last_finite(partial(self._call, program), self._state.arrays, steps)
        kept, good = yield from search
        self._take(kept, good)
        raise DivergedError(self.step)

    def _take(self, state: State[ParameterArrays], steps: int) -> None:
        self._counters = self._counters.after(steps, self.batches_per_epoch)
        self._state.update(state)


def _guess_seconds(updates: Updates) -> float:
    """Estimates the seconds of an update: forward pass, backward pass, gradients of the weights."""
    model, batch = updates
    return 6 * model.layout.n_weights * batch / _RATE
