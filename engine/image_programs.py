"""Everything that runs on images share: their sets, and programs compiled for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Floats
from engine.image_store import ImageStore
from engine.network import Parts
from engine.programs import ProgramCache
from engine.spec import Spec
from engine.vision.data import IN_SPACE, ImageData
from engine.vision.model import Architecture, Training
from engine.vision.programs import (
    TrainProgram,
    Viewing,
    ViewPrograms,
    compile_answers,
    compile_exciting,
    compile_nearest,
    compile_projection,
    compile_training,
    compile_views,
)

Look = Callable[..., Any]

#: Images that are answered together.
ROWS = 512


@dataclass(frozen=True)
class Prepared:
    """What a spec of images runs on."""

    data: ImageData
    training: TrainProgram
    views: ViewPrograms


class ImagePrograms:
    """Image sets and compiled programs, each made once.

    Args:
        cache: of compiled programs.
        store: where image sets come from.
    """

    def __init__(self, cache: ProgramCache, store: ImageStore) -> None:
        self._cache = cache
        self.store = store

    def prepare(self, spec: Spec) -> Prepared:
        """Returns what a spec runs on; loads and compiles what is missing.

        Raises:
            DataError: its images cannot be found or are damaged.
        """
        data = self.store.get(spec.data.name)
        training = Training.of(spec, data.n_train)
        return Prepared(
            data,
            self._cache.get(training, lambda: compile_training(training)),
            self.views(spec, data),
        )

    def views(self, spec: Spec, data: ImageData) -> ViewPrograms:
        """Returns the programs that look at a network."""
        model = _viewing(spec, data)
        return self._cache.get(model, lambda: compile_views(model))

    def is_prepared(self, owner: Hashable, spec: Spec) -> bool:
        """Tells whether what a spec runs on is there, and has it made in the background if not.

        Args:
            owner: who asks; replaces what it asked for before.
            spec: what is to be trained.

        Raises:
            DataError: its images could not be had.
        """
        name = spec.data.name
        data = self.store.peek(name)
        if data is None:
            self.store.request(owner, name)
            return False
        training, viewing = Training.of(spec, data.n_train), _viewing(spec, data)
        if self._cache.peek(training) is None:
            self._cache.request(owner, training, lambda: compile_training(training))
            return False
        if self._cache.peek(viewing) is None:
            self._cache.request(owner, viewing, lambda: compile_views(viewing))
            return False
        return True

    def exciting(self, spec: Spec, data: ImageData, *, wait: bool) -> Look | None:
        """Returns the program that finds the images that excite a unit most."""
        model = _viewing(spec, data)
        return self._find(("exciting", model), lambda: compile_exciting(model), wait)

    def projection(self, spec: Spec, data: ImageData, layer: int, *, wait: bool) -> Look | None:
        """Returns the program that projects a layer's activations."""
        model = _viewing(spec, data)
        return self._find(("space", model, layer), lambda: compile_projection(model, layer), wait)

    def nearest(self, data: ImageData, *, wait: bool) -> Look | None:
        """Returns the program that finds the nearest train images."""
        shape = data.train_images.shape
        return self._find(("nearest", shape), lambda: compile_nearest(*shape), wait)

    def _find(self, key: Hashable, build: Callable[[], Look], wait: bool) -> Look | None:
        """Returns a program; without waiting, None while it is made in the background."""
        if wait:
            return self._cache.get(key, build)
        found = self._cache.peek(key)
        if found is None:
            self._cache.request(key, key, build)
        return found

    def predict(
        self, architecture: Architecture, slopes: Floats, params: Parts, images: NDArray[Any]
    ) -> Floats:
        """Returns the outputs float32 [n, K] for images [n, pixels] of 0..255."""
        key = ("answers", architecture)
        run = self._cache.get(key, lambda: compile_answers(architecture, ROWS))
        outputs = [np.zeros((0, architecture.widths[-1]), np.float32)]
        for start in range(0, len(images), ROWS):
            some = np.zeros((ROWS, images.shape[1]), np.float32)
            here = images[start : start + ROWS]
            some[: len(here)] = here
            outputs.append(np.asarray(run(slopes, params, some))[: len(here)])
        return np.concatenate(outputs)

    def withdraw(self, owner: Hashable) -> None:
        """Forgets an owner's request."""
        self.store.withdraw(owner)
        self._cache.withdraw(owner)

    def close(self) -> None:
        """Stops loading in the background."""
        self.store.close()


def _viewing(spec: Spec, data: ImageData) -> Viewing:
    architecture = Training.of(spec, data.n_train).architecture
    seen = data.seen_images.shape[0]
    return Viewing(architecture, seen, data.n_test, min(IN_SPACE, data.n_test))
