"""Stacks: networks of one exact program, with their state, that are trained in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from engine.base.arrays import Floats
from engine.base.devices import small_network_device
from engine.data.shuffles import order_rows
from engine.frames.metrics import Metrics, Variances, make_metrics
from engine.programs.bindings import lay_out_points, pack_inputs
from engine.programs.models import ExactModel
from engine.programs.stacked import (
    MAX_NETWORKS,
    SUMMARY,
    StackedArguments,
    StackedProgram,
    count_epochs,
)
from engine.programs.training import State
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
        self._counters = [snapshot.counters for snapshot in snapshots]
        self._diverged = np.zeros(len(snapshots), bool)
        self._summary = np.full((len(snapshots), SUMMARY), np.nan, np.float32)
        device = small_network_device()
        laid = [lay_out_points(model, s.spec, s.data, 0) for s in snapshots]
        rates = [pack_inputs(model, s.spec, s.data, 0).rates for s in snapshots]
        self._x = jax.device_put(_pad([arrays.x for arrays in laid]), device)
        self._y = jax.device_put(_pad([arrays.y for arrays in laid]), device)
        self._rates = jax.device_put(_pad(rates), device)
        vectors = zip(*(s.state for s in snapshots), strict=True)
        self._state: State[Any] = State(*(_pad(vector) for vector in vectors))

    @property
    def diverged(self) -> Any:
        """Bool [networks]: where a number became infinite or NaN; such a network stays."""
        return self._diverged

    def metrics(self) -> list[Metrics]:
        """Metrics of every network after its last updates; NaN before the first ones."""
        return [
            make_metrics(
                snapshot.spec.task, counters.step, counters.epoch, summary,
                Variances.of(snapshot.data),
            )
            for snapshot, counters, summary in zip(
                self._snapshots, self._counters, self._summary, strict=True
            )
        ]  # fmt: skip

    def snapshot(self, index: int) -> Snapshot:
        """Returns a network's snapshot, to go on with in a `Trainer`."""
        state = State(*(np.array(vector[index]) for vector in self._state))
        return replace(self._snapshots[index], state=state, counters=self._counters[index])

    def train(self, epochs: int) -> None:
        """Trains every network that has not diverged, in as many calls as it takes."""
        while epochs > 0:
            here = min(epochs, count_epochs(self._model))
            epochs -= here
            self._call(here)

    def _call(self, epochs: int) -> None:
        steps = epochs * self._model.batches
        n_train = self._model.n_train
        length = count_epochs(self._model) * n_train
        position = np.zeros((MAX_NETWORKS, 5), np.int32)
        order = np.zeros((MAX_NETWORKS, length), np.int32)
        # Networks that differ in their rates alone see the same batches.
        drawn: dict[tuple[int, int], int] = {}
        for i, (snapshot, counters) in enumerate(zip(self._snapshots, self._counters, strict=True)):
            if self._diverged[i]:
                continue
            seed = snapshot.spec.seed
            position[i] = seed, counters.step, counters.updates, 0, steps
            same = drawn.setdefault((seed, counters.epoch), i)
            order[i] = (
                order_rows(seed, counters.epoch, n_train, epochs, length)
                if same == i
                else order[same]
            )
        call: Any = (self._state, self._x, self._y, order, position, self._rates)
        result = self._program(StackedArguments(*call))
        self._take(result.state, np.asarray(result.summary)[: len(self._snapshots)], steps)

    def _take(self, state: State[Any], summary: Floats, steps: int) -> None:
        """Takes over what a call returned; a network that diverged keeps its state before it."""
        trained = ~self._diverged
        bad = trained & ~(np.isfinite(summary).all(axis=1) & (summary[:, -1] == 1))
        good = trained & ~bad
        if bad.any():
            rows = np.flatnonzero(bad)
            state = State(*(np.array(vector) for vector in state))
            for after, before in zip(state, self._state, strict=True):
                after[rows] = np.asarray(before)[rows]
        self._state = state
        self._diverged |= bad
        self._summary[good] = summary[good]
        for i in np.flatnonzero(good):
            self._counters[i] = self._counters[i].after(steps, self._model.batches)


def _pad(rows: Sequence[Any]) -> Floats:
    """Stacks arrays of one shape, with zeros for networks that are not there."""
    padded = np.zeros((MAX_NETWORKS, *rows[0].shape), np.float32)
    padded[: len(rows)] = rows
    return padded
