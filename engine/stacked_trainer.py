"""Stacked trainer: many networks on points of the plane, trained together."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.processors import count_processors
from engine.data.datasets import Dataset, make_dataset
from engine.frames.metrics import Metrics
from engine.network import Layout
from engine.programs.models import ExactModel
from engine.programs.models.sharing import share_models
from engine.programs.stacked import MAX_NETWORKS, StackedModel
from engine.programs.tiers import Programs, default_programs
from engine.runs.stacks import Stack
from engine.spec import Spec
from engine.spec.data import DataSpec
from engine.state.initial_state import restart
from engine.state.snapshots import Snapshot


class StackedTrainer:
    """Trains many networks, one call for up to 64 of a kind, on all processors.

    Each network is trained as a `Trainer` of its spec would train it, but none is ended early.
    Networks that differ only in numbers (rates, seeds, noise, initial weights) or units share a
    program; other choices (depth, activations, optimizer, batch size, rows of data) take one each.

    Args:
        specs: what to train, on points of the plane.
        programs: where compiled programs come from; shared ones if None.
        threads: that train at the same time; as many as there are processors if None.
        alike: specs of networks that are to share the same programs, before or after these.

    Raises:
        ValueError: a spec is of images.
        DataError: data cannot be made.
    """

    def __init__(
        self,
        specs: Sequence[Spec],
        programs: Programs | None = None,
        *,
        threads: int | None = None,
        alike: Sequence[Spec] = (),
    ) -> None:
        programs = programs or default_programs()
        if any(spec.data.is_images for spec in specs):
            raise ValueError("networks for images are not trained together: use a Trainer")
        self._specs = tuple(specs)
        data: dict[DataSpec, Dataset] = {}

        def make_model(spec: Spec) -> tuple[ExactModel, Dataset]:
            points = data.get(spec.data) or data.setdefault(spec.data, make_dataset(spec.data))
            counts = points.n_train, points.n
            return ExactModel.of(spec, *counts, n_validation=points.n_validation), points

        made = [make_model(spec) for spec in specs]
        snapshots = [restart(spec, points) for spec, (_, points) in zip(specs, made, strict=True)]
        shared = share_models([m for m, _ in made], [make_model(spec)[0] for spec in alike])
        groups: dict[ExactModel, list[int]] = {}
        for index, model in enumerate(shared):
            groups.setdefault(model, []).append(index)
        self._stacks: list[tuple[Stack, list[int]]] = []
        self._places: dict[int, tuple[Stack, int]] = {}
        threads = threads or count_processors()
        for model, members in groups.items():
            size = max(1, min(MAX_NETWORKS, -(-len(members) // threads)))
            counts = (
                len({id(snapshots[i].data) for i in members}),
                len({specs[i].seed for i in members}),
            )
            rooms = (min(n, MAX_NETWORKS) for n in counts)
            stacked = StackedModel.with_room(model, *rooms, n_networks=size)
            program = programs.stacked(stacked)
            for start in range(0, len(members), size):
                own = members[start : start + size]
                stack = Stack(program, stacked, [snapshots[i] for i in own])
                self._stacks.append((stack, own))
                self._places.update({i: (stack, place) for place, i in enumerate(own)})
        self._threads = threads

    def __len__(self) -> int:
        return len(self._specs)

    @property
    def specs(self) -> tuple[Spec, ...]:
        """What is trained."""
        return self._specs

    def train(self, epochs: int = 1) -> None:
        """Trains every network for some epochs.

        A network whose numbers become infinite or NaN keeps its state before the call that they
        came up in, and is not trained any more; the others go on.

        Args:
            epochs: epochs to train, at least 0.

        Raises:
            ValueError: `epochs` is negative.
        """
        if epochs < 0:
            raise ValueError(f"epochs must not be negative, got {epochs}")
        if self._threads == 1:
            for stack, _ in self._stacks:
                stack.train(epochs)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            for done in [pool.submit(stack.train, epochs) for stack, _ in self._stacks]:
                done.result()

    @property
    def metrics(self) -> list[Metrics]:
        """Metrics of every network, see `Trainer.metrics`; NaN before the first training."""
        found: dict[int, Metrics] = {}
        for stack, members in self._stacks:
            found.update(zip(members, stack.metrics(), strict=True))
        return [found[index] for index in range(len(self))]

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Bool [networks], which ones have diverged."""
        found = np.zeros(len(self), bool)
        for stack, members in self._stacks:
            found[members] = stack.diverged
        return found

    def stop(self, index: int) -> None:
        """Trains a network no further; its state and metrics stay."""
        stack, place = self._places[index]
        stack.stop(place)

    def weights(self, index: int) -> Floats:
        """Returns a network's weights, float32 [n], see `Trainer.weights`."""
        return self.snapshot(index).state.params[: Layout.of(self._specs[index]).n_weights]

    def snapshot(self, index: int) -> Snapshot:
        """Returns a network's snapshot, which `Trainer.restore` goes on from."""
        stack, place = self._places[index]
        return stack.snapshot(place)
