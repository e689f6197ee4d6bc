"""Compiled view programs of image networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array, lax

from engine.base.arrays import Floats
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
from engine.programs.images.views import COMPONENTS, Explanation, KernelSums, SlopedNetwork
from engine.programs.models import ExactNetwork
from engine.spec import Spec


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
        evaluate_train: (inputs, params, images, labels) -> losses and predictions of train images.
        evaluate_test: the same, on the test images.
        sum_kernels: (params) -> sums over the kernels, for the penalty.
        explain_image: (inputs, params, image) -> activations, probabilities, saliency of one image.
    """

    evaluate_train: BatchedProgram
    evaluate_test: BatchedProgram
    sum_kernels: Callable[..., KernelSums]
    explain_image: Callable[..., Explanation]

    @property
    def are_general(self) -> bool:
        """Whether they serve other networks, too."""
        return False

    def bind(self, spec: Spec, params: ParameterArrays) -> tuple[Any, ParameterArrays]:
        """Returns the inputs and parameters that every program takes for a network."""
        return slopes_of(spec), params

    def explain(self, spec: Spec, params: ParameterArrays, image: Any) -> Explanation:
        """Returns what the network makes of one image, uint8 [pixels], on the host."""
        return jax.device_get(self.explain_image(*self.bind(spec, params), image))


def slopes_of(spec: Spec) -> Floats:
    """Returns the constant slopes for z < 0 of the hidden layers, float32 [layers]."""
    return np.array([layer.negative_slope for layer in spec.layers], np.float32)


def take_rows(images: Array, first: Array, rows: int) -> Array:
    """Returns so many rows from a first one on."""
    return lax.dynamic_slice_in_dim(images, first, rows)


def compile_views(model: ViewKey) -> ViewPrograms:
    """Compiles the view programs that are always needed."""
    network = model.network
    parts, slopes = parameter_shapes(network), float32s(network.n_hidden)
    pixels = network.widths[0]

    def explain_image(slopes: Array, params: ParameterArrays, image: Array) -> Explanation:
        return views.explain(SlopedNetwork(network, slopes), params, image)

    def evaluating(n: int) -> BatchedProgram:
        rows = views.rows_per_call(network.layout, n)

        def evaluate(
            first: Array, slopes: Array, params: ParameterArrays, images: Array, labels: Array
        ) -> views.ImageEvaluation:
            some, theirs = (take_rows(one, first, rows) for one in (images, labels))
            return views.evaluate(SlopedNetwork(network, slopes), params, some, theirs)

        return BatchedProgram(
            rows,
            compile_for_images(evaluate, int32s(), slopes, parts, uint8s(n, pixels), int32s(n)),
        )

    train = evaluating(model.n_train)
    test = train if model.n_test == model.n_train else evaluating(model.n_test)
    sum_kernels = compile_for_images(views.sum_kernels, parts)
    explain_image_program = compile_for_images(explain_image, slopes, parts, uint8s(pixels))
    return ViewPrograms(train, test, sum_kernels, explain_image_program)


def compile_unit_activations(model: ViewKey) -> BatchedProgram:
    """Compiles (first row, slopes, params, images, unit) -> a unit's activation for test images."""
    network, n = model.network, model.n_test
    rows = views.rows_per_call(network.layout, n)

    def activate_unit(
        first: Array, slopes: Array, params: ParameterArrays, images: Array, unit: Array
    ) -> Array:
        some = take_rows(images, first, rows)
        return views.unit_activations(SlopedNetwork(network, slopes), params, some, unit)

    images = uint8s(n, network.widths[0])
    slopes, parts = float32s(network.n_hidden), parameter_shapes(network)
    return BatchedProgram(
        rows, compile_for_images(activate_unit, int32s(), slopes, parts, images, int32s())
    )


@dataclass(frozen=True)
class Projection:
    """Programs that project a layer's activations.

    Attributes:
        activate: (first row, slopes, params, images) -> activations of the layer.
        project: (activations, basis, rounds) -> coordinates and basis.
    """

    activate: BatchedProgram
    project: Callable[..., tuple[Array, Array]]


def compile_projection(model: ViewKey, layer: int) -> Projection:
    """Compiles the projection of a layer."""
    network, n = model.network, model.n_space
    rows, width = views.rows_per_call(network.layout, n), network.widths[layer]

    def activate(first: Array, slopes: Array, params: ParameterArrays, images: Array) -> Array:
        some = take_rows(images, first, rows)
        return views.layer_activations(SlopedNetwork(network, slopes), params, some, layer)

    images = uint8s(n, network.widths[0])
    slopes, parts = float32s(network.n_hidden), parameter_shapes(network)
    return Projection(
        BatchedProgram(rows, compile_for_images(activate, int32s(), slopes, parts, images)),
        compile_for_images(
            views.project, float32s(n, width), float32s(width, COMPONENTS), int32s()
        ),
    )


def compile_nearest(n: int, pixels: int) -> BatchedProgram:
    """Compiles (first row, images, image) -> the distances of images to one."""
    rows = min(n, views.COMPARED)

    def compare(first: Array, images: Array, image: Array) -> Array:
        return views.distances(take_rows(images, first, rows), image)

    return BatchedProgram(
        rows, compile_for_images(compare, int32s(), uint8s(n, pixels), uint8s(pixels))
    )


def compile_predictions(network: ExactNetwork, rows: int) -> Callable[..., Array]:
    """Compiles (slopes, params, images) -> outputs [rows, K] for float32 images of 0..255."""

    def predict(slopes: Array, params: ParameterArrays, images: Array) -> Array:
        return views.predict(SlopedNetwork(network, slopes), params, images)

    images = float32s(rows, network.widths[0])
    return compile_for_images(
        predict, float32s(network.n_hidden), parameter_shapes(network), images
    )
