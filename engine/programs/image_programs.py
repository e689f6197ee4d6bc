"""Image sets and compiled programs, shared by all runs on images."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.program_cache import ProgramCache
from engine.data.image_data import IN_SPACE, ImageData
from engine.data.image_store import ImageStore
from engine.frames.frames import FrameRequest
from engine.network import ParameterArrays
from engine.programs.images.compiled import (
    BatchedProgram,
    Projection,
    ViewKey,
    ViewPrograms,
    compile_nearest,
    compile_predictions,
    compile_projection,
    compile_unit_activations,
    compile_views,
)
from engine.programs.images.general import (
    GeneralViewKey,
    compile_general_training,
    compile_general_views,
)
from engine.programs.images.training_programs import (
    GradientProgram,
    PartsProgram,
    TrainingProgram,
    compile_gradient,
    compile_training,
)
from engine.programs.models import ExactModel, ExactNetwork, GeneralImageModel
from engine.spec import Spec

T = TypeVar("T")

#: What a program is known by, and what compiles it.
Entry = tuple[Hashable, Callable[[], Any]]

#: Images that are predicted in one call.
ROWS = 512


class ImagePrograms:
    """Image sets and compiled programs, each made once.

    Args:
        cache: of compiled programs.
        store: where image sets come from.

    Attributes:
        store: as above.
        prepares_larger: whether general programs of the next larger capacity are compiled, too.
    """

    def __init__(self, cache: ProgramCache, store: ImageStore) -> None:
        self._cache = cache
        self.store = store
        self.prepares_larger = False

    def exact_training(self, spec: Spec, data: ImageData) -> TrainingProgram:
        """Returns the exact training program of a network; compiles it if need be."""
        return self._cache.get(*_exact_training(spec, data))

    def training(self, spec: Spec, data: ImageData) -> TrainingProgram:
        """Returns the exact training program, or the general one if that alone is compiled."""
        return self._choose(_exact_training(spec, data), _general_training(spec, data))

    def views(self, spec: Spec, data: ImageData, *, by_general: bool = False) -> ViewPrograms:
        """Returns the exact view programs, or the general ones if those alone are compiled.

        Args:
            spec: of the network.
            data: its images.
            by_general: whether general ones are taken before exact ones.
        """
        exact, general = _exact_views(spec, data), _general_views(spec, data)
        if by_general and general is not None and (found := self._cache.peek(general[0])):
            return found
        return self._choose(exact, general)

    def _choose(self, exact: Entry, general: Entry | None) -> Any:
        """Returns a program that is compiled, the exact one first; compiles that if neither is."""
        found = self._cache.peek(exact[0])
        if found is None and general is not None:
            found = self._cache.peek(general[0])
        return self._cache.get(*exact) if found is None else found

    def request_exact(self, owner: Hashable, spec: Spec, data: ImageData) -> bool:
        """Has exact programs compiled in the background, then general ones for the next edits.

        Those are of the network's capacity, and of the next larger one if that is prepared.

        Args:
            owner: who asks; replaces what it asked for before.
            spec: of the network.
            data: its images.

        Returns:
            Whether they are there or will be; False if too many others wait for theirs.
        """
        wanted = [_exact_training(spec, data), _exact_views(spec, data)]
        own = GeneralImageModel.of(spec, data.n_train)
        larger = own.larger if own is not None and self.prepares_larger else None
        for model in (own, larger):
            if model is not None:
                wanted += [_train_generally(model), _view_generally(model, data)]
        return self._cache.request_all(owner, wanted)

    def is_prepared(self, owner: Hashable, spec: Spec) -> bool:
        """Whether data and programs of a spec are there; requests those that are missing.

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
        return self._has_programs(owner, spec, data)

    def has_exact(self, owner: Hashable, spec: Spec, data: ImageData) -> bool:
        """Whether the exact programs of a network are compiled; requests those that are missing.

        Args:
            owner: who asks; replaces what it asked for before.
            spec: what is to be trained.
            data: what it is trained on.
        """
        wanted = _exact_training(spec, data), _exact_views(spec, data)
        return all(self._cache.need(owner, *one) for one in wanted)

    def is_ready(self, owner: Hashable, spec: Spec, data: ImageData, request: FrameRequest) -> bool:
        """Whether the programs of a frame are compiled; requests those that are missing.

        Args:
            owner: who asks; replaces what it asked for before.
            spec: what is trained.
            data: what it is trained on.
            request: what the frame holds.
        """
        if not self._has_programs(owner, spec, data):
            return False
        if not request.patient:
            return True
        return all(self._cache.need(owner, *one) for one in _list_rare(spec, data, request))

    def _has_programs(self, owner: Hashable, spec: Spec, data: ImageData) -> bool:
        kinds = (_exact_training, _general_training), (_exact_views, _general_views)
        return all(self._has(owner, of(spec, data), or_of(spec, data)) for of, or_of in kinds)

    def _has(self, owner: Hashable, exact: Entry, general: Entry | None) -> bool:
        """Whether one of two programs is compiled; requests the exact one if not."""
        if general is not None and self._cache.peek(general[0]) is not None:
            return True
        return self._cache.need(owner, *exact)

    def gradient(self, spec: Spec, data: ImageData, *, wait: bool) -> GradientProgram | None:
        """Returns the program that computes the gradient of a batch."""
        program = self._cache.peek(_exact_training(spec, data)[0])
        if isinstance(program, PartsProgram):
            return program.gradient
        return self._find(*_gradient(spec, data), wait)

    def unit_activations(self, spec: Spec, data: ImageData, *, wait: bool) -> BatchedProgram | None:
        """Returns the program that computes a unit's activation for images."""
        return self._find(*_unit_activations(spec, data), wait)

    def projection(
        self, spec: Spec, data: ImageData, layer: int, *, wait: bool
    ) -> Projection | None:
        """Returns the program that projects a layer's activations."""
        return self._find(*_projection(spec, data, layer), wait)

    def nearest(self, data: ImageData, *, wait: bool) -> BatchedProgram | None:
        """Returns the program that compares train images with one."""
        return self._find(*_nearest(data), wait)

    def _find(self, key: Hashable, build: Callable[[], T], wait: bool) -> T | None:
        """Returns a program; without waiting, None while it is made in the background."""
        if wait:
            return self._cache.get(key, build)
        found = self._cache.peek(key)
        if found is None:
            self._cache.request(key, key, build)
        return found

    def predict(
        self, network: ExactNetwork, slopes: Floats, params: ParameterArrays, images: NDArray[Any]
    ) -> Floats:
        """Returns the outputs float32 [n, K] for images [n, pixels] of 0..255."""
        key = ("answers", network)
        run = self._cache.get(key, lambda: compile_predictions(network, ROWS))
        outputs = [np.zeros((0, network.widths[-1]), np.float32)]
        for start in range(0, len(images), ROWS):
            some = np.zeros((ROWS, images.shape[1]), np.float32)
            here = images[start : start + ROWS]
            some[: len(here)] = here
            outputs.append(np.asarray(run(slopes, params, some))[: len(here)])
        return np.concatenate(outputs)

    def withdraw(self, owner: Hashable) -> None:
        """Cancels an owner's request."""
        self.store.withdraw(owner)
        self._cache.withdraw(owner)

    def close(self) -> None:
        """Stops loading in the background."""
        self.store.close()


def _exact_training(spec: Spec, data: ImageData) -> Entry:
    model = ExactModel.of(spec, data.n_train)
    return model, lambda: compile_training(model)


def _general_training(spec: Spec, data: ImageData) -> Entry | None:
    model = GeneralImageModel.of(spec, data.n_train)
    return None if model is None else _train_generally(model)


def _train_generally(model: GeneralImageModel) -> Entry:
    return model, lambda: compile_general_training(model)


def _exact_views(spec: Spec, data: ImageData) -> Entry:
    key = _view_key(spec, data)
    return key, lambda: compile_views(key)


def _general_views(spec: Spec, data: ImageData) -> Entry | None:
    model = GeneralImageModel.of(spec, data.n_train)
    return None if model is None else _view_generally(model, data)


def _view_generally(model: GeneralImageModel, data: ImageData) -> Entry:
    key = GeneralViewKey(model, data.seen_images.shape[0], data.n_test)
    return key, lambda: compile_general_views(key)


def _view_key(spec: Spec, data: ImageData) -> ViewKey:
    network = ExactNetwork.of(spec)
    seen = data.seen_images.shape[0]
    return ViewKey(network, seen, data.n_test, min(IN_SPACE, data.n_test))


def _gradient(spec: Spec, data: ImageData) -> tuple[Hashable, Callable[[], GradientProgram]]:
    model = ExactModel.of(spec, data.n_train)
    return ("gradient", model), lambda: compile_gradient(model, model.rows)


def _unit_activations(spec: Spec, data: ImageData) -> tuple[Hashable, Callable[[], BatchedProgram]]:
    model = _view_key(spec, data)
    return ("exciting", model), lambda: compile_unit_activations(model)


def _projection(
    spec: Spec, data: ImageData, layer: int
) -> tuple[Hashable, Callable[[], Projection]]:
    model = _view_key(spec, data)
    return ("space", model, layer), lambda: compile_projection(model, layer)


def _nearest(data: ImageData) -> tuple[Hashable, Callable[[], BatchedProgram]]:
    shape = data.train_images.shape
    return ("nearest", shape), lambda: compile_nearest(*shape)


def _list_rare(
    spec: Spec, data: ImageData, request: FrameRequest
) -> Iterator[tuple[Hashable, Callable[[], Any]]]:
    """Lists the programs that only this frame's views need."""
    if "nearest" in request.views:
        yield _nearest(data)
    if "gradient_flow" in request.views:
        yield _gradient(spec, data)
    if "exciting" in request.views and request.selected(spec) is not None:
        yield _unit_activations(spec, data)
    if "space" in request.views:
        yield _projection(spec, data, request.space_layer(spec))
