"""Stacks: networks of one exact program, with their state, that are trained in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.devices import small_network_device
from engine.data.shuffles import write_rows
from engine.frames.metrics import LabelStatistics, Metrics, make_metrics
from engine.programs.bindings import lay_out_points, pack_inputs
from engine.programs.models import ExactModel
from engine.programs.stacked import (
    CALL_NUMBERS,
    MAX_NETWORKS,
    StackedArguments,
    StackedProgram,
    count_epochs,
    count_order_rows,
)
from engine.programs.training import State
from engine.programs.turns import SUMMARY
from engine.state.snapshots import Snapshot


class Stack:
    """At most `MAX_NETWORKS` networks that one program serves, on points of the plane.

    Args:
        program: their stacked call.
        model: what it is compiled for.
        snapshots: where the networks begin.
    """

    def __init__(
        self, program: StackedProgram, model: ExactModel, snapshots: Sequence[Snapshot]
    ) -> None:
        self._program, self._model = program, model
        self._snapshots = list(snapshots)
        #: Epochs that each network has trained here.
        self._epochs = np.zeros(len(snapshots), int)
        self._labels = _find_statistics(snapshots)
        self._diverged = np.zeros(len(snapshots), bool)
        self._summary = np.full((len(snapshots), SUMMARY), np.nan, np.float32)
        device = small_network_device()
        laid = [lay_out_points(model, s.spec, s.data, 0) for s in snapshots]
        rates = [pack_inputs(model, s.spec, s.data, 0).rates for s in snapshots]
        self._x = jax.device_put(_pad([arrays.x for arrays in laid]), device)
        self._y = jax.device_put(_pad([arrays.y for arrays in laid]), device)
        self._rates = jax.device_put(_pad(rates), device)
        self._state: Any = _pad([np.stack(s.state) for s in snapshots])
        self._call = np.zeros((MAX_NETWORKS, CALL_NUMBERS), np.int32)
        self._order = np.zeros(MAX_NETWORKS * count_order_rows(model), np.int32)

    @property
    def diverged(self) -> Any:
        """Bool [networks]: where a number became infinite or NaN; such a network stays."""
        return self._diverged

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
        state = State(*np.array(self._state[index]))
        return replace(self._snapshots[index], state=state, counters=self._counters()[index])

    def train(self, epochs: int) -> None:
        """Trains every network that has not diverged, in as many calls as it takes."""
        while epochs > 0:
            here = min(epochs, count_epochs(self._model))
            epochs -= here
            self._train(here)

    def _counters(self) -> list[Counters]:
        """Where each network stands."""
        batches = self._model.batches
        steps = (self._epochs * batches).tolist()
        pairs = zip(self._snapshots, steps, strict=True)
        return [snapshot.counters.after(done, batches) for snapshot, done in pairs]

    def _train(self, epochs: int) -> None:
        """Trains in one call."""
        self._prepare(epochs)
        arguments: Any = (self._state, self._x, self._y, self._rates, self._call, self._order)
        result = self._program(StackedArguments(*arguments))
        self._take(result.state, np.asarray(result.summary)[: len(self._snapshots)], epochs)

    def _prepare(self, epochs: int) -> None:
        """Writes positions and shuffled rows; the call before has been waited for."""
        n_train, length = self._model.n_train, count_order_rows(self._model)
        batches = self._model.batches
        # Networks that differ in their rates alone see the same batches.
        drawn: dict[tuple[int, int], int] = {}
        going = zip(self._snapshots, self._epochs.tolist(), (~self._diverged).tolist(), strict=True)
        for i, (snapshot, done, goes_on) in enumerate(going):
            begun, seed = snapshot.counters, snapshot.spec.seed
            key = seed, begun.epoch + done
            start = drawn.get(key)
            if start is None:
                start = drawn[key] = len(drawn) * length
                write_rows(self._order[start:], *key, n_train, epochs)
            steps = done * batches
            todo = epochs * batches if goes_on else 0
            self._call[i] = seed, begun.step + steps, begun.updates + steps, 0, todo, start

    def _take(self, state: Any, summary: Floats, epochs: int) -> None:
        """Takes over what a call returned; a network that diverged keeps its state before it."""
        trained = ~self._diverged
        bad = trained & ~(np.isfinite(summary).all(axis=1) & (summary[:, -1] == 1))
        good = trained & ~bad
        if bad.any():
            rows = np.flatnonzero(bad)
            state = np.array(state)
            state[rows] = np.asarray(self._state)[rows]
        self._state = state
        self._diverged |= bad
        self._summary[good] = summary[good]
        self._epochs[good] += epochs


def _pad(rows: Sequence[Any]) -> Floats:
    """Stacks arrays of one shape, with zeros for networks that are not there."""
    padded = np.zeros((MAX_NETWORKS, *rows[0].shape), np.float32)
    padded[: len(rows)] = rows
    return padded


def _find_statistics(snapshots: Sequence[Snapshot]) -> list[LabelStatistics]:
    """Returns the labels' statistics for each network; data that several share is read once."""
    known: dict[int, LabelStatistics] = {}
    for snapshot in snapshots:
        if id(snapshot.data) not in known:
            known[id(snapshot.data)] = LabelStatistics.of(snapshot.data)
    return [known[id(snapshot.data)] for snapshot in snapshots]
