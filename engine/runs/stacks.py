"""Stacks: networks of one exact program, with their state, that are trained in one call."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.devices import small_network_device
from engine.data.shuffles import shuffle_rows
from engine.frames.metrics import LabelStatistics, Metrics, make_metrics
from engine.network import Layout
from engine.programs.bindings import lay_out_points, pack_inputs
from engine.programs.stacked import (
    CALL_NUMBERS,
    MAX_NETWORKS,
    STAY,
    StackedArguments,
    StackedModel,
    StackedProgram,
    count_epochs,
    count_order_rows,
)
from engine.programs.training import State, TrainingPosition
from engine.programs.turns import SUMMARY
from engine.state.snapshots import Snapshot

#: Where a call says how many updates a network does.
_STEPS = TrainingPosition._fields.index("steps")
#: Numbers of a call for a network that stays as it is.
_REST = tuple(STAY if i == _STEPS else 0 for i in range(CALL_NUMBERS))


class _Positions(NamedTuple):
    """Where networks stand, see `Counters`: int [networks] each."""

    step: NDArray[np.int_]
    updates: NDArray[np.int_]
    epoch: NDArray[np.int_]
    first: NDArray[np.int_]


class Stack:
    """At most `MAX_NETWORKS` networks that one program serves, on points of the plane.

    Args:
        program: their stacked call.
        stacked: what it is compiled for.
        snapshots: where the networks begin.
        epoch: that updates are counted from; where the networks begin if None.
    """

    def __init__(
        self,
        program: StackedProgram,
        stacked: StackedModel,
        snapshots: Sequence[Snapshot],
        epoch: int | None = None,
    ) -> None:
        self._program, self._model = program, stacked.model
        self._snapshots = list(snapshots)
        #: Updates of each network since that epoch, and those of them before it came here.
        self._steps = np.zeros(len(snapshots), int)
        if epoch is not None:
            places = [s.counters.epoch - epoch for s in snapshots]
            first = [s.counters.first for s in snapshots]
            self._steps += np.array(places) * self._model.batches + np.array(first)
        self._before = self._steps.copy()
        #: Columns: step, updates, epoch and first batch of each network when it came here.
        begun = [(c.step, c.updates, c.epoch, c.first) for c in (s.counters for s in snapshots)]
        self._begun = np.array(begun, int).T
        self._seeds = np.array([s.spec.seed for s in snapshots], int)
        self._labels = _find_statistics(snapshots)
        self._diverged = np.zeros(len(snapshots), bool)
        self._stopped = np.zeros(len(snapshots), bool)
        self._summary = np.full((len(snapshots), SUMMARY), np.nan, np.float32)
        model = self._model
        self._places = [_find_places(Layout.of(s.spec), model.layout) for s in snapshots]
        first = {id(s.data): s for s in snapshots}
        laid = [lay_out_points(model, s.spec, s.data, 0) for s in first.values()]
        rows = {data: row for row, data in enumerate(first)}
        self._rows = np.array([rows[id(s.data)] for s in snapshots])
        rates = [pack_inputs(model, s.spec, s.data, 0).rates for s in snapshots]
        states = [self._pack(s.state, at) for s, at in zip(snapshots, self._places, strict=True)]
        mask = np.zeros((MAX_NETWORKS, model.layout.size if model.padded else 0), bool)
        if model.padded:
            for row, places in zip(mask, self._places, strict=False):
                row[places] = True
        fixed = (
            _pad([arrays.x for arrays in laid], stacked.n_data),
            _pad([arrays.y for arrays in laid], stacked.n_data),
            _pad(rates, MAX_NETWORKS),
            mask,
        )
        self._x, self._y, self._rates, self._mask = jax.device_put(fixed, small_network_device())
        self._state: Any = _pad(states, MAX_NETWORKS)
        self._call = np.array([_REST] * MAX_NETWORKS, np.int32)
        self._order = np.zeros(stacked.n_seeds * count_order_rows(model), np.int32)

    def __len__(self) -> int:
        return len(self._snapshots)

    @property
    def batches(self) -> int:
        """Updates of an epoch."""
        return self._model.batches

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Bool [networks]: where a number became infinite or NaN; such a network stays."""
        return self._diverged

    @property
    def updates(self) -> NDArray[np.int_]:
        """Int [networks], updates of each network since it came here."""
        return self._steps - self._before

    @property
    def summary(self) -> Floats:
        """Float32 [networks, 11], see `TurnResult`, after the last updates; NaN before them."""
        return self._summary

    @property
    def state(self) -> Any:
        """Float32 [`MAX_NETWORKS`, 3, n], parameters and moments in the program's layout."""
        return self._state

    @property
    def rates(self) -> Any:
        """Float32 [`MAX_NETWORKS`, r], `Rates` of every network."""
        return self._rates

    def metrics(self) -> list[Metrics]:
        """Metrics of every network after its last updates; NaN before the first ones."""
        return [
            make_metrics(
                snapshot.spec.task, counters.step, counters.epoch, summary, labels
            )
            for snapshot, counters, summary, labels in zip(
                self._snapshots, self._counters(), self._summary, self._labels, strict=True
            )
        ]  # fmt: skip

    def snapshot(self, index: int) -> Snapshot:
        """Returns a network's snapshot, to go on with in a `Trainer`."""
        return self._make_snapshot(index, np.array(self._state[index]), self._counters()[index])

    def snapshots(self) -> list[Snapshot]:
        """Returns the snapshots of all networks."""
        states, counters = np.array(self._state), self._counters()
        return [self._make_snapshot(i, states[i], counters[i]) for i in range(len(self))]

    def _make_snapshot(self, index: int, packed: Floats, counters: Counters) -> Snapshot:
        state = State(*packed[:, self._places[index]])
        return replace(self._snapshots[index], state=state, counters=counters)

    def stop(self, index: int) -> None:
        """Trains a network no further; its state and its numbers stay."""
        self._stopped[index] = True

    def train(self, epochs: int) -> None:
        """Trains every network that goes on, in as many calls as it takes."""
        target = int(self._steps[self._going].max(initial=0)) + epochs * self._model.batches
        while self.count_behind(target):
            self.advance(target)

    def count_behind(self, target: int) -> int:
        """Returns how many updates all networks together are behind some number of them."""
        behind = target - self._steps[self._going]
        return int(behind[behind > 0].sum())

    def advance(self, target: int, most: int = sys.maxsize) -> int:
        """Makes one call, in which networks come nearer to some number of updates.

        Those that are in the earliest epoch come first, as far as the call has room for rows.

        Args:
            target: updates since the networks began here, or since the epoch given.
            most: updates of all networks together.

        Returns:
            Updates that were made.
        """
        positions, batches = self._positions(), self._model.batches
        behind = self._going & (self._steps < target)
        earliest = positions.epoch[behind].min(initial=np.iinfo(int).max)
        room = count_epochs(self._model) * batches - positions.first
        wanted = np.minimum(target - self._steps, room)
        wanted[~behind | (positions.epoch > earliest)] = 0
        # The first networks get what there is, as far as it goes.
        before = np.cumsum(wanted) - wanted
        granted = np.clip(most - before, 0, wanted)
        todo = np.where(granted > 0, granted, STAY)
        self._make_call(todo, positions)
        return int(granted.sum())

    def measure(self) -> None:
        """Evaluates every network that has not diverged as it is."""
        self._make_call(np.where(self._diverged, STAY, 0), self._positions())

    @property
    def _going(self) -> NDArray[np.bool_]:
        """Bool [networks]: which ones are trained."""
        return ~(self._diverged | self._stopped)

    def _counters(self) -> list[Counters]:
        """Where each network stands."""
        pairs = zip(self._snapshots, self.updates.tolist(), strict=True)
        return [snapshot.counters.after(done, self._model.batches) for snapshot, done in pairs]

    def _positions(self) -> _Positions:
        """The same as arrays."""
        step, updates, epoch, first = self._begun
        epochs, first = np.divmod(first + self.updates, self._model.batches)
        return _Positions(step + self.updates, updates + self.updates, epoch + epochs, first)

    def _make_call(self, todo: NDArray[np.int_], at: _Positions) -> None:
        """Trains each network for so many updates, from where it stands."""
        self._prepare(todo, at)
        fixed: Any = (self._x, self._y, self._rates, self._mask, self._call, self._order)
        result = self._program(StackedArguments(self._state, *fixed))
        self._take(result.state, np.asarray(result.summary)[: len(self)], todo)

    def _prepare(self, todo: NDArray[np.int_], at: _Positions) -> None:
        """Writes positions and shuffled rows; the call before has been waited for."""
        length, n = count_order_rows(self._model), self._model.n_train
        starts = np.zeros(len(self), int)
        epochs = -(-(at.first + todo) // self._model.batches)
        called = todo != STAY
        # Networks that differ in their rates alone see the same batches.
        for place, seed in enumerate(dict.fromkeys(self._seeds[called].tolist())):
            own = called & (self._seeds == seed)
            starts[own] = place * length
            first = int(at.epoch[own][0])
            for i in range(int(epochs[own].max())):
                begin = place * length + i * n
                self._order[begin : begin + n] = _draw_rows(seed, first + i, n)
        rows = np.stack(
            [self._seeds, at.step, at.updates, at.first, todo, self._rows, starts], axis=1
        )
        self._call[: len(rows)] = np.where(called[:, None], rows, _REST)

    def _take(self, state: Any, summary: Floats, todo: NDArray[np.int_]) -> None:
        """Takes over what a call returned; a network that diverged keeps its state before it."""
        called = todo > STAY
        bad = called & ~(np.isfinite(summary).all(axis=1) & (summary[:, -1] == 1))
        good = called & ~bad
        if bad.any():
            rows = np.flatnonzero(bad)
            state = np.array(state)
            state[rows] = np.asarray(self._state)[rows]
        self._state = state
        self._diverged |= bad
        self._summary[good] = summary[good]
        self._steps[good] += todo[good]

    def _pack(self, state: State[Floats], places: NDArray[np.int32]) -> Floats:
        packed = np.zeros((len(state), self._model.layout.size), np.float32)
        packed[:, places] = state
        return packed


@lru_cache(maxsize=64)
def _draw_rows(seed: int, epoch: int, n: int) -> NDArray[np.int32]:
    """Returns `shuffle_rows`, once for all stacks that are trained together."""
    return shuffle_rows(seed, epoch, n)


def _pad(rows: Sequence[Any], length: int) -> Floats:
    """Stacks arrays of one shape, with zeros for those that are not there."""
    padded = np.zeros((length, *rows[0].shape), np.float32)
    padded[: len(rows)] = rows
    return padded


@lru_cache(maxsize=256)
def _find_places(own: Layout, padded: Layout) -> NDArray[np.int32]:
    """Returns where the parameters of a network lie in a layout with room for more units."""
    places = np.zeros(own.size, np.int32)
    index = np.arange(padded.size, dtype=np.int32)
    for layer, (blocks, roomy) in enumerate(zip(own.layers, padded.layers, strict=True)):
        rows, _ = own.kernel_shape(layer)
        columns = own.place_sums(layer, padded.widths[layer + 1])
        for block, room in zip(blocks, roomy, strict=True):
            if block.is_kernel:
                there = index[room.span].reshape(padded.kernel_shape(layer))[:rows, columns]
                places[block.span] = there.ravel()
            else:
                places[block.span] = index[room.span][columns]
    return places


def _find_statistics(snapshots: Sequence[Snapshot]) -> list[LabelStatistics]:
    """Returns the labels' statistics for each network; data that several share is read once."""
    known: dict[int, LabelStatistics] = {}
    for snapshot in snapshots:
        if id(snapshot.data) not in known:
            known[id(snapshot.data)] = LabelStatistics.of(snapshot.data)
    return [known[id(snapshot.data)] for snapshot in snapshots]
