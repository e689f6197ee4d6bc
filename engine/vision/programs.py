"""Compiled programs for images: one for training, and a few for what is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, ShapeDtypeStruct

from engine.devices import image_device
from engine.models import n_rates, unpack_rates
from engine.network import Parts
from engine.training import Place, State
from engine.vision import training, views
from engine.vision.model import Architecture, Training
from engine.vision.training import Batches
from engine.vision.views import COMPONENTS, Answer, Measured


def _floats(*shape: int) -> Any:
    return ShapeDtypeStruct(shape, jnp.float32)


def _ints(*shape: int) -> Any:
    return ShapeDtypeStruct(shape, jnp.int32)


def _bytes(*shape: int) -> Any:
    return ShapeDtypeStruct(shape, jnp.uint8)


def _parts(architecture: Architecture) -> Parts:
    """Shapes of the parameters, taken apart."""
    return jax.eval_shape(architecture.layout.split, _floats(architecture.layout.size))


def _compile(function: Callable[..., Any], *shapes: Any) -> Callable[..., Any]:
    with jax.default_matmul_precision("highest"), jax.default_device(image_device()):
        return jax.jit(function).lower(*shapes).compile()


@dataclass(frozen=True)
class TrainProgram:
    """Trains on images.

    Attributes:
        model: what it was compiled for.
        run: (rates, place, state, batches) -> the new state, and whether it is finite.
    """

    model: Training
    run: Callable[[Any, Any, State[Parts], Batches], tuple[State[Parts], Array]]


def compile_training(model: Training) -> TrainProgram:
    """Compiles the training of a network."""
    architecture = model.architecture
    parts = _parts(architecture)

    def run(
        flat: Array, place: Array, state: State[Any], batches: Batches
    ) -> tuple[State[Any], Array]:
        rates = unpack_rates(flat, architecture.n_hidden)
        return training.train(model, rates, Place(*(place[i] for i in range(5))), state, batches)

    batches = Batches(
        _bytes(model.n_train, architecture.widths[0]),
        _ints(model.n_train),
        _ints(model.batches * model.batch),
    )
    rates = _floats(n_rates(architecture.n_hidden))
    return TrainProgram(model, _compile(run, rates, _ints(5), State(parts, parts, parts), batches))


@dataclass(frozen=True)
class Viewing:
    """What the programs that look at a network are keyed by.

    Attributes:
        architecture: the network.
        n_train: train images that are measured.
        n_test: test images.
        n_space: test images shown in the hidden space.
    """

    architecture: Architecture
    n_train: int
    n_test: int
    n_space: int


@dataclass(frozen=True)
class ViewPrograms:
    """Looks at a network.

    Attributes:
        model: what they were compiled for.
        measure_train: (slopes, params, images, labels) -> how it does on train images.
        measure_test: the same, on the test images.
        look: (slopes, params, image) -> what it makes of one image.
    """

    model: Viewing
    measure_train: Callable[..., Measured]
    measure_test: Callable[..., Measured]
    look: Callable[..., Answer]


def compile_views(model: Viewing) -> ViewPrograms:
    """Compiles what is always needed to look at a network."""
    architecture = model.architecture
    parts, slopes = _parts(architecture), _floats(architecture.n_hidden)
    pixels = architecture.widths[0]

    def measure(slopes: Array, params: Parts, images: Array, labels: Array) -> Measured:
        return views.measure(architecture, slopes, params, images, labels)

    def look(slopes: Array, params: Parts, image: Array) -> Answer:
        return views.look(architecture, slopes, params, image)

    def measuring(rows: int) -> Callable[..., Measured]:
        return _compile(measure, slopes, parts, _bytes(rows, pixels), _ints(rows))

    train = measuring(model.n_train)
    test = train if model.n_test == model.n_train else measuring(model.n_test)
    return ViewPrograms(model, train, test, _compile(look, slopes, parts, _bytes(pixels)))


def compile_exciting(model: Viewing) -> Callable[..., tuple[Array, Array]]:
    """Compiles (slopes, params, images, unit) -> the test images that excite a unit most."""
    architecture = model.architecture

    def find(slopes: Array, params: Parts, images: Array, unit: Array) -> tuple[Array, Array]:
        return views.find_exciting(architecture, slopes, params, images, unit)

    images = _bytes(model.n_test, architecture.widths[0])
    parts = _parts(architecture)
    return _compile(find, _floats(architecture.n_hidden), parts, images, _ints())


def compile_projection(model: Viewing, layer: int) -> Callable[..., tuple[Array, Array]]:
    """Compiles (slopes, params, images, basis, rounds) -> coordinates and basis of a layer."""
    architecture = model.architecture

    def project(
        slopes: Array, params: Parts, images: Array, basis: Array, rounds: Array
    ) -> tuple[Array, Array]:
        return views.project(architecture, slopes, params, images, layer, basis, rounds)

    images = _bytes(model.n_space, architecture.widths[0])
    basis = _floats(architecture.widths[layer], COMPONENTS)
    slopes = _floats(architecture.n_hidden)
    return _compile(project, slopes, _parts(architecture), images, basis, _ints())


def compile_nearest(rows: int, pixels: int) -> Callable[..., tuple[Array, Array]]:
    """Compiles (images, image) -> the nearest images."""
    return _compile(views.find_nearest, _bytes(rows, pixels), _bytes(pixels))


def compile_answers(architecture: Architecture, rows: int) -> Callable[..., Array]:
    """Compiles (slopes, params, images) -> outputs [rows, K] for float32 images of 0..255."""

    def answer(slopes: Array, params: Parts, images: Array) -> Array:
        return views.answer(architecture, slopes, params, images)

    images = _floats(rows, architecture.widths[0])
    return _compile(answer, _floats(architecture.n_hidden), _parts(architecture), images)
