"""Sweep: trains a grid of networks that differ in one or two values, and shows all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices, finish
from engine.programs.tiers import Programs, default_programs
from engine.spec import Spec
from engine.state.snapshots import Snapshot
from engine.sweeps.cells import measure_cells
from engine.sweeps.grid import Grid
from engine.sweeps.networks import NO_NETWORKS, Networks, begin_networks, continue_networks
from engine.sweeps.pictures import Pictures
from engine.sweeps.request import SweepRequest, parse_sweep
from engine.sweeps.sharpness import CellSharpness
from engine.sweeps.sweep_programs import SweepPrograms
from engine.sweeps.sweep_stacks import SweepStacks
from engine.sweeps.sweep_training import SweepTraining


class Sweep:
    """Trains a grid of networks, all of them by the same number of epochs.

    Each network is trained as a `Trainer` of its spec would train it, but none is ended early. A
    cell is one network, or several that differ in their seed. Networks that differ only in
    numbers, or in the units of their layers, share a program.

    Args:
        spec: what the networks are variants of, on points of the plane.
        axes: one or two, see `parse_sweep`, or a whole request.
        seeds: networks of each cell.
        programs: where compiled programs come from; shared ones if None.
        clock: seconds, as `time.perf_counter`.

    Raises:
        SweepError: such a sweep cannot be.
    """

    def __init__(
        self,
        spec: Spec,
        axes: Sequence[Mapping[str, Any]] | SweepRequest,
        *,
        seeds: int = 1,
        programs: Programs | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        request = (
            axes
            if isinstance(axes, SweepRequest)
            else parse_sweep({"axes": [dict(axis) for axis in axes], "seeds": seeds})
        )
        self.grid = Grid.of(spec, request)
        self._programs = SweepPrograms(programs or default_programs())
        self._clock = clock
        self._networks: Networks | None = None
        self._painting = 0.0
        self._begin(NO_NETWORKS, (), 0)

    # What it is

    @property
    def spec(self) -> Spec:
        """What the networks are variants of."""
        return self.grid.spec

    @property
    def specs(self) -> list[Spec]:
        """Spec of every network, cell by cell, and seed by seed in each."""
        return [snapshot.spec for snapshot in self._built().snapshots]

    @property
    def epoch(self) -> int:
        """Epochs that all networks have trained."""
        return self._training.epoch

    @property
    def n_bytes(self) -> int:
        """Memory that it takes, about."""
        return self._built().n_bytes

    @property
    def ready(self) -> float:
        """Share of its programs that are compiled."""
        return self._programs.ready

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        own = self._built()
        return {**self.grid.describe(), "programs": len(own.groups), "bytes": own.n_bytes}

    # Making it

    def build(self) -> Slices[None]:
        """Draws all networks, in slices; what needs them does it where it has not been done.

        Raises:
            SweepError: they take too much.
            DataError: their data cannot be made.
        """
        self._networks = yield from begin_networks(self.grid)
        self.reset()

    def continue_from(self, before: Sweep, origin: object = None) -> Slices[bool]:
        """Has the networks go on from where those of an earlier spec are, in slices.

        Each one keeps what it has learned as a `Trainer` does when its spec is edited. One that had
        diverged goes on from its last finite state.

        Args:
            before: a sweep with the same axes and seeds; it must not be trained meanwhile.
            origin: of the edit, see `Trainer.edit`; layers are matched by position in its place
                where an axis varies them.

        Returns:
            Whether they do; a seed that has changed begins again, as it does for one network.
        """
        own, old = self._built(), before.list_snapshots()
        starts = yield from continue_networks(self.grid, old, own.snapshots, origin)
        if starts is None:
            return False
        self._begin(own, starts, before.epoch)
        self._training.go_to(before.target)
        self._sharpness.continue_from(before._sharpness)
        return True

    def list_snapshots(self) -> list[Snapshot]:
        """Returns where every network stands, cell by cell and seed by seed."""
        return self._stacks.snapshots()

    def reset(self) -> None:
        """Returns to step 0 with the initial weights; programs stay."""
        built = self._built()
        self._begin(built, built.snapshots, 0)

    def request(self) -> bool:
        """Requests programs in the background; whether all are there."""
        self._built()
        self._programs.request()
        return self.ready == 1.0

    def prepare(self, max_seconds: float) -> bool:
        """Takes programs that are compiled in the background, and measures their networks.

        Args:
            max_seconds: that this may take; one stack at least is made, if its program is there.

        Returns:
            Whether all networks are there.

        Raises:
            EngineError: a program cannot be compiled.
        """
        begun = self._clock()
        self._built()
        self._programs.request()
        while self._stacks.make_next():
            if self._clock() - begun >= max_seconds:
                break
        return self._stacks.complete

    def compile(self) -> None:
        """Compiles all programs, on all processors, and makes all networks."""
        self._built()
        self._programs.compile()
        while self._stacks.make_next():
            pass

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._programs.withdraw()

    # Training

    def train(self, epochs: int = 1, *, threads: int | None = None) -> None:
        """Trains all networks; compiles their programs first.

        A network whose numbers become infinite or NaN keeps its last finite state, and the
        others go on.

        Args:
            epochs: epochs to train, at least 0.
            threads: that train at the same time; as many as there are processors if None.
        """
        if epochs < 0:
            raise ValueError(f"epochs must not be negative, got {epochs}")
        self.compile()
        self.go_to(max(self.target, self.epoch) + epochs)
        self._training.finish(threads)

    def go_to(self, epoch: int) -> None:
        """Sets the epoch that `advance` trains to."""
        self._training.go_to(epoch)

    def advance(self, max_seconds: float) -> bool:
        """Trains networks for about so long, one call at least.

        Returns:
            Whether all networks have come to the epoch of `go_to`.
        """
        return self._training.advance(max_seconds)

    @property
    def target(self) -> int:
        """The epoch that `advance` trains to."""
        return self._training.target

    def plan_epochs(self, most: int) -> int:
        """Returns how many epochs to train before the next picture, by what was measured.

        Training takes several times as long as painting does, and no picture waits for long
        unless a single epoch takes longer.

        Args:
            most: epochs, at least 1.
        """
        return self._training.plan_epochs(most, self._painting)

    @property
    def progress(self) -> float:
        """Share of the updates up to the epoch of `go_to` that are done, 0 to 1."""
        return self._training.progress

    # Showing

    @property
    def n_measured(self) -> int:
        """Networks whose program is there, so that they have numbers and pictures."""
        return self._stacks.n_measured

    @property
    def all_diverged(self) -> bool:
        """Whether no network is left that trains."""
        return self._stacks.all_diverged

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Bool [networks], which ones have diverged."""
        self._built()
        return self._stacks.diverged

    @property
    def cells(self) -> Floats:
        """Numbers of every cell, float32 [rows, columns, 6], see `measure_cells`."""
        built, stacks = self._built(), self._stacks
        return measure_cells(self.grid, built.snapshots, stacks.summary, stacks.diverged)

    def paint(self) -> Slices[dict[str, NDArray[Any]]]:
        """Paints every network's output over the plane, in slices.

        Returns:
            Arrays of the `sweep` view.
        """
        pictures = Pictures(self.grid, self.spec.n_outputs)
        spent = 0.0
        for one in self._stacks.made:
            if any(index % self.grid.seeds == 0 for index in one.members):
                begun = self._clock()
                pictures.add(one.members, one.pictures.paint(one.stack), one.stack.diverged)
                spent += self._clock() - begun
                yield
        self._painting = spent
        return {"sweep_cells": self.cells, **pictures.arrays()}

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays of the `sweep` view."""
        return finish(self.paint())

    @property
    def sharpness(self) -> Floats:
        """Sharpness of every cell's first network, float32 [rows, columns, 2].

        The largest eigenvalue of the Hessian of the mean train loss and the L2 penalty, and the
        most that the optimizer settles at (`find_limit`), as `look` measured them last; NaN where
        it has not, where the network has diverged, and where there is no such limit.
        """
        return self._sharpness.values

    def look(self, max_seconds: float) -> bool:
        """Measures the sharpness of cells, one after the other, for about so long.

        Returns:
            Whether all are of the present epoch.
        """
        begun = self._clock()
        while not self._sharpness.is_current(self.epoch):
            self._sharpness.advance(self.epoch, self._find_going)
            if self._clock() - begun >= max_seconds:
                break
        return self._sharpness.is_current(self.epoch)

    def _find_going(self, cell: int) -> Snapshot | None:
        """Returns a cell's first network; None where it has diverged."""
        index = cell * self.grid.seeds
        return None if self._stacks.has_diverged(index) else self._stacks.snapshot(index)

    def snapshot(self, row: int, column: int, seed: int = 0) -> Snapshot:
        """Returns where a network stands, to go on with in a `Trainer`.

        Args:
            row: of the cell; row 0 has the second axis' first value.
            column: of the cell.
            seed: which network of the cell.

        Raises:
            IndexError: there is no such cell.
        """
        cell = self.grid.find_cell(row, column)
        if cell is None or not 0 <= seed < self.grid.seeds:
            raise IndexError(f"there is no network {seed} at row {row}, column {column}")
        self._built()
        return self._stacks.snapshot(cell * self.grid.seeds + seed)

    # Inside

    def _built(self) -> Networks:
        if self._networks is None:
            finish(self.build())
        assert self._networks is not None
        return self._networks

    def _begin(self, networks: Networks, starts: tuple[Snapshot, ...], epoch: int) -> None:
        """Has the networks begin at snapshots, which are of an epoch; programs stay."""
        self._programs.use(networks.groups)
        self._stacks = SweepStacks(self._programs, networks, starts, epoch)
        self._training = SweepTraining(self._stacks.made, epoch, self._clock)
        self._sharpness = CellSharpness(self.grid)
