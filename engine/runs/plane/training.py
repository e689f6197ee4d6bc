"""Training on the plane: calls of programs, and the state that goes from one to the next."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.errors import DivergedError
from engine.base.slices import finish
from engine.data.datasets import Dataset
from engine.frames.frames import TILE_DEFAULT
from engine.frames.metrics import LabelStatistics, Metrics, make_metrics
from engine.network import Layout
from engine.programs.bindings import Binding
from engine.programs.calls import dispatch, is_finite, predict, prepare, try_updates
from engine.programs.divergence import find_last_finite
from engine.programs.tiers import Programs
from engine.programs.training import State
from engine.programs.turns import TurnResult
from engine.runs.base import RunBase
from engine.runs.early_stopping import BestEpoch, EarlyStop, EarlyStopping, Epoch
from engine.runs.plane.programs import PlanePrograms
from engine.runs.plane.state import PlaneState
from engine.state.snapshots import Snapshot


class PlaneTraining(RunBase[Dataset]):
    """State of one network on points of the plane, trained and measured call by call.

    Args:
        programs: where compiled programs come from.
        snapshot: where it begins.
    """

    def __init__(self, programs: Programs, snapshot: Snapshot) -> None:
        super().__init__()
        self._programs = PlanePrograms(programs, snapshot.spec, snapshot.data)
        #: Of the present state; None until they are measured.
        self._metrics: Metrics | None = None
        #: Outputs and losses of all points, as the last call returned them.
        self._predictions: Any = None
        #: The present state with what `PlaneState.exact` makes of it, once that was asked for.
        self._unpacked: tuple[PlaneState, State[Floats]] | None = None
        self._early_stopping = EarlyStopping()
        self._set_data(snapshot.data)

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        return np.array(self._state.params()[: self._n_weights])

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies (regression: RMSE and R^2) of the present state."""
        if self._metrics is None:
            self._call(self._bind(TILE_DEFAULT), 0)
        assert self._metrics is not None
        return self._metrics.copy()

    def load(self, snapshot: Snapshot) -> None:
        """Continues from a snapshot."""
        if snapshot.data is not self._data:
            self._set_data(snapshot.data)
        self._spec, self._counters = snapshot.spec, snapshot.counters
        self._ranges = snapshot.ranges
        self._programs.load(self._spec, self._data)
        known = self._unpacked
        if known is None or known[1] is not snapshot.state:
            self._state = PlaneState(snapshot.state)
        else:
            self._state = known[0]
        self._n_weights = Layout.of(self._spec).n_weights
        self._metrics = None
        self._early_stopping.follow(snapshot)

    def _set_data(self, data: Any) -> None:
        self._data: Dataset = data
        self._labels = LabelStatistics.of(data)

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

    def predict(self, x: Any) -> Floats:
        """Returns the outputs float32 [n, K] for points [n, 2], or rows of a table in its units."""
        return self.evaluate(self._data.read_rows(x))

    def evaluate(self, rows: Floats) -> Floats:
        """Returns the outputs float32 [n, K] for rows as the data are, see `Dataset.x`."""
        binding = self._bind(TILE_DEFAULT)
        return predict(binding, self._state.bound(binding), self._counters, self._ranges, rows)

    # Early stopping

    @property
    def best_epoch(self) -> BestEpoch | None:
        """The best epoch so far, where early stopping looks for one."""
        return self._early_stopping.best_epoch(self.snapshot())

    def follow_best(self, best: BestEpoch) -> None:
        """Goes on from the best epoch of a run that another process trained up to here."""
        self._early_stopping.resume(best, Epoch(self._counters, best.loss, self._state))

    def take_early_stop(self) -> EarlyStop | None:
        """Returns why the last training ended early, once; None if it did not."""
        return self._early_stopping.take_stop()

    # Inside

    def _exact(self) -> State[Floats]:
        if self._unpacked is None or self._unpacked[0] is not self._state:
            self._unpacked = self._state, self._state.exact()
        return self._unpacked[1]

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
        stops = self._spec.early_stopping.enabled and self._data.n_validation > 0
        watches = stops and not whole
        while True:
            epochs = 1 if watches else binding.epochs_per_call
            here = min(steps, epochs * binding.batches - self._counters.first)
            steps -= here
            last = steps == 0
            turn = self._call(
                binding, here, pictures=pictures and last, select=select if last else None
            )
            if watches and here and self._ends_early():
                return turn if last else self._call(binding, 0, pictures=pictures, select=select)
            if last:
                return turn

    def _ends_early(self) -> bool:
        """Takes the end of an epoch, if this is one; whether training ends with it."""
        assert self._metrics is not None
        if self._counters.first:
            return False
        epoch = Epoch(self._counters, self._metrics["validation_loss"], self._state)
        return self._early_stopping.observe(self._spec, epoch, self.snapshot)

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
            self._spec.task, self.step, self.epoch, turn.summary(), self._labels
        )
        if steps:
            self._record(self._metrics)
        return turn

    def _take(self, binding: Binding, state: Any, steps: int) -> None:
        self._counters = self._counters.after(steps, binding.batches)
        self._state, self._metrics = PlaneState(state, binding), None
