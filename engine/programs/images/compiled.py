"""Compiled view programs of image networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array, lax

from engine.base.slices import Slices
from engine.network import ParameterArrays
from engine.programs.images import views
from engine.programs.images.compilation import (
    compile_for_images,
    float32s,
    int32s,
    parameter_shapes,
    uint8s,
)
from engine.programs.images.views import COMPONENTS, Explanation, KernelSums
from engine.programs.models import ExactNetwork


@dataclass(frozen=True)
class ViewKey:
    """Cache key of the view programs.

    Attributes:
        network: what is evaluated.
        n_train: train images that are measured.
        n_test: test images.
        n_space: test images shown in the hidden space.
    """

    network: ExactNetwork
    n_train: int
    n_test: int
    n_space: int


@dataclass(frozen=True)
class BatchedProgram:
    """Program that runs over a set of images, some rows at a time.

    Attributes:
        rows: images of one call.
        run: (first row, ...) -> an array, or several, of so many rows.
    """

    rows: int
    run: Callable[..., Any]

    def slices(self, n: int, *arguments: Any) -> Slices[Any]:
        """Runs over all images of a set, and yields after each call.

        Args:
            n: images in the set.
            *arguments: of the program, behind the first row.

        Returns:
            Its results for all images, on the host.
        """
        made: list[Any] = []
        for start in range(0, n, self.rows):
            # The last call may repeat some rows, so that each call has as many.
            first = min(start, n - self.rows)
            part = jax.device_get(self.run(np.int32(first), *arguments))
            made.append(jax.tree.map(lambda rows, skip=start - first: rows[skip:], part))
            yield
        return jax.tree.map(lambda *parts: np.concatenate(parts), *made)


@dataclass(frozen=True)
class ViewPrograms:
    """View programs of an image network.

    Attributes:
        model: what they were compiled for.
        evaluate_train: (slopes, params, images, labels) -> losses and predictions of train images.
        evaluate_test: the same, on the test images.
        sum_kernels: (params) -> sums over the kernels, for the penalty.
        look: (slopes, params, image) -> activations, probabilities and saliency of one image.
    """

    model: ViewKey
    evaluate_train: BatchedProgram
    evaluate_test: BatchedProgram
    sum_kernels: Callable[..., KernelSums]
    look: Callable[..., Explanation]


def _take_rows(images: Array, first: Array, rows: int) -> Array:
    return lax.dynamic_slice_in_dim(images, first, rows)


def compile_views(model: ViewKey) -> ViewPrograms:
    """Compiles the view programs that are always needed."""
    network = model.network
    parts, slopes = parameter_shapes(network), float32s(network.n_hidden)
    pixels = network.widths[0]

    def look(slopes: Array, params: ParameterArrays, image: Array) -> Explanation:
        return views.explain(network, slopes, params, image)

    def evaluating(n: int) -> BatchedProgram:
        rows = views.rows_per_call(network, n)

        def judge(
            first: Array, slopes: Array, params: ParameterArrays, images: Array, labels: Array
        ) -> views.ImageEvaluation:
            some, theirs = (_take_rows(one, first, rows) for one in (images, labels))
            return views.evaluate(network, slopes, params, some, theirs)

        return BatchedProgram(
            rows, compile_for_images(judge, int32s(), slopes, parts, uint8s(n, pixels), int32s(n))
        )

    train = evaluating(model.n_train)
    test = train if model.n_test == model.n_train else evaluating(model.n_test)
    sum_kernels = compile_for_images(views.sum_kernels, parts)
    return ViewPrograms(
        model, train, test, sum_kernels, compile_for_images(look, slopes, parts, uint8s(pixels))
    )


def compile_unit_activations(model: ViewKey) -> BatchedProgram:
    """Compiles (first row, slopes, params, images, unit) -> a unit's activation for test images."""
    network, n = model.network, model.n_test
    rows = views.rows_per_call(network, n)

    def excite(
        first: Array, slopes: Array, params: ParameterArrays, images: Array, unit: Array
    ) -> Array:
        some = _take_rows(images, first, rows)
        return views.unit_activations(network, slopes, params, some, unit)

    images = uint8s(n, network.widths[0])
    slopes, parts = float32s(network.n_hidden), parameter_shapes(network)
    return BatchedProgram(
        rows, compile_for_images(excite, int32s(), slopes, parts, images, int32s())
    )


@dataclass(frozen=True)
class Projection:
    """Programs that project a layer's activations.

    Attributes:
        follow: (first row, slopes, params, images) -> activations of the layer.
        project: (activations, basis, rounds) -> coordinates and basis.
    """

    follow: BatchedProgram
    project: Callable[..., tuple[Array, Array]]


def compile_projection(model: ViewKey, layer: int) -> Projection:
    """Compiles the projection of a layer."""
    network, n = model.network, model.n_space
    rows, width = views.rows_per_call(network, n), network.widths[layer]

    def follow(first: Array, slopes: Array, params: ParameterArrays, images: Array) -> Array:
        some = _take_rows(images, first, rows)
        return views.layer_activations(network, slopes, params, some, layer)

    images = uint8s(n, network.widths[0])
    slopes, parts = float32s(network.n_hidden), parameter_shapes(network)
    return Projection(
        BatchedProgram(rows, compile_for_images(follow, int32s(), slopes, parts, images)),
        compile_for_images(
            views.project, float32s(n, width), float32s(width, COMPONENTS), int32s()
        ),
    )


def compile_nearest(n: int, pixels: int) -> BatchedProgram:
    """Compiles (first row, images, image) -> the distances of images to one."""
    rows = min(n, views.COMPARED)

    def compare(first: Array, images: Array, image: Array) -> Array:
        return views.distances(_take_rows(images, first, rows), image)

    return BatchedProgram(
        rows, compile_for_images(compare, int32s(), uint8s(n, pixels), uint8s(pixels))
    )


def compile_predictions(network: ExactNetwork, rows: int) -> Callable[..., Array]:
    """Compiles (slopes, params, images) -> outputs [rows, K] for float32 images of 0..255."""

    def answer(slopes: Array, params: ParameterArrays, images: Array) -> Array:
        return views.predict(network, slopes, params, images)

    images = float32s(rows, network.widths[0])
    return compile_for_images(answer, float32s(network.n_hidden), parameter_shapes(network), images)
