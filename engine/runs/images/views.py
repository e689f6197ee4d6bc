"""Views of a run on images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.devices import image_device
from engine.base.rate_limited_cache import RateLimitedCache
from engine.base.slices import Slices
from engine.data.image_data import ImageData
from engine.data.selected_image import Sample, SelectedImage
from engine.frames.frames import FrameRequest
from engine.frames.registry import Shown, make_views
from engine.network import ParameterArrays
from engine.programs.image_programs import ImagePrograms
from engine.programs.images.compiled import BatchedProgram, Projection, slopes_of
from engine.programs.images.views import COMPONENTS, SHOWN
from engine.programs.models import ExactNetwork
from engine.spec import Spec

Arrays = dict[str, NDArray[Any]]

#: Rounds of the projection when it begins, and in every frame after.
_FIRST_ROUNDS, _ROUNDS = 24, 2
#: Of the time that goes into each view that runs over all test images, while training.
_SHARE = 0.05


@dataclass(frozen=True)
class TestPredictions:
    """Predictions and confusion matrix of the test images.

    Attributes:
        predictions: uint8 [n_test], the most probable class.
        confusion: float32 [K, K], rows are labels, columns are predictions.
    """

    predictions: NDArray[np.uint8]
    confusion: Floats


@dataclass(frozen=True)
class BoundNetwork:
    """Spec, data and parameters of an image network: the arguments of its views.

    Attributes:
        spec: of the network.
        data: the images.
        params: its parameters, on the device.
    """

    spec: Spec
    data: ImageData
    params: ParameterArrays

    @property
    def arguments(self) -> tuple[Floats, ParameterArrays]:
        """First arguments of every exact program."""
        return slopes_of(self.spec), self.params


class ImageViews:
    """Computes the views of an image network.

    What runs over a whole image set does so in slices (`Slices`), so that other turns can run.

    Kept between frames are the predictions of the test images, the basis of the hidden space,
    and views that take long (`RateLimitedCache`): while training they may be some steps old,
    at rest they never are.

    Args:
        programs: where compiled programs come from.
    """

    def __init__(self, programs: ImagePrograms) -> None:
        self._programs = programs
        self._basis: tuple[Any, Array] | None = None
        self._tested: TestPredictions | None = None
        self._by_general = False
        self._nearest: tuple[Any, Floats] | None = None
        self._unit_activations: RateLimitedCache[Floats] = RateLimitedCache(share=_SHARE)
        self._space: RateLimitedCache[NDArray[Any]] = RateLimitedCache(share=_SHARE)

    def release_memory(self) -> None:
        """Drops caches that can be computed again."""
        self._nearest, self._unit_activations, self._space = (
            None,
            RateLimitedCache(share=_SHARE),
            RateLimitedCache(share=_SHARE),
        )

    @property
    def seen(self) -> tuple[Any, Any, bool]:
        """State that is carried from frame to frame."""
        return self._tested, self._basis, self._by_general

    @seen.setter
    def seen(self, kept: tuple[Any, Any, bool]) -> None:
        self._tested, self._basis, self._by_general = kept

    def measure(self, network: BoundNetwork) -> Slices[Floats]:
        """Evaluates the network that is shown, and keeps its predictions; see `evaluate`."""
        summary, self._tested = yield from self.evaluate(network)
        return summary

    def evaluate(self, network: BoundNetwork) -> Slices[tuple[Floats, TestPredictions]]:
        """Evaluates a network on the first train images and on all test images.

        Returns:
            float32 [7]: loss, accuracy and 0 of train, the same of test, and the penalty; and what
            it predicts.
        """
        spec, data = network.spec, network.data
        programs, labels = self._programs.views(spec, data), data.images
        train, test = programs.evaluate_train, programs.evaluate_test
        bound, n_seen = programs.bind(spec, network.params), len(data.seen_labels)
        seen = yield from train.slices(n_seen, *bound, data.seen_images, data.seen_labels)
        rest = yield from test.slices(data.n_test, *bound, data.test_images, data.test_labels)
        right = np.mean(seen.predictions == labels.train_labels[:n_seen])
        made = TestPredictions(
            rest.predictions, _confusion_matrix(labels.test_labels, rest, spec.n_outputs)
        )
        tested = np.trace(made.confusion) / data.n_test
        sums, rates = jax.device_get(programs.sum_kernels(bound[1])), spec.regularization
        penalty = rates.l1 * sums.absolute + rates.l2 * sums.squares
        means = (seen.losses.mean(), right, 0, rest.losses.mean(), tested, 0)
        return np.array([*means, penalty], np.float32), made

    def answer(self, network: BoundNetwork, image: NDArray[np.uint8]) -> Floats:
        """Returns the outputs for one image, by the programs that show the network."""
        programs = self._programs.views(network.spec, network.data)
        found = programs.explain(network.spec, network.params, image.ravel())
        return np.asarray(found.probabilities)

    def predict(self, network: BoundNetwork, images: NDArray[Any]) -> Floats:
        """Returns the outputs float32 [n, K] for images of 0..255."""
        return self._programs.predict(ExactNetwork.of(network.spec), *network.arguments, images)

    def show(
        self, request: FrameRequest, network: BoundNetwork, *, as_seen: bool = False
    ) -> Slices[Arrays]:
        """Returns the arrays that a request asks for.

        Args:
            request: what is asked for.
            network: what is shown.
            as_seen: whether by the kind of program that did before, see `seen`.
        """
        views = set(request.views)
        arrays: Arrays = make_views(
            request.views,
            "images",
            lambda: Shown(network.spec, network.data, jax.device_get(network.params)),
        )
        if self._tested is not None and "confusion" in views:
            arrays["confusion"] = self._tested.confusion
        if self._tested is not None and "predictions" in views:
            arrays["predictions"] = self._tested.predictions
        if views & {"digit", "saliency", "nearest"}:
            arrays |= yield from self._show_digit(request, network, as_seen)
        select = request.selected(network.spec)
        if select is not None:
            arrays |= yield from self._show_unit(request, select, network)
        if "space" in views:
            arrays |= yield from self._show_space(request, network)
        return arrays

    def _show_digit(
        self, request: FrameRequest, network: BoundNetwork, as_seen: bool
    ) -> Slices[Arrays]:
        data = network.data
        image = pick_image(request.digit, data)
        flat = image.ravel()
        by_general = as_seen and self._by_general
        programs = self._programs.views(network.spec, data, by_general=by_general)
        self._by_general = programs.are_general
        explanation = programs.explain(network.spec, network.params, flat)
        arrays: Arrays = {"image": image}
        if "digit" in request.views:
            arrays["activations"] = np.asarray(explanation.activations)
            arrays["probabilities"] = np.asarray(explanation.probabilities)
        if "saliency" in request.views:
            arrays["saliency"] = np.asarray(explanation.saliency).reshape(image.shape)
        if "nearest" in request.views:
            find = self._programs.nearest(data, wait=request.patient)
            if find is not None:
                arrays["nearest"] = yield from self._find_nearest(find, data, flat)
        return arrays

    def _find_nearest(
        self, compare: BatchedProgram, data: ImageData, image: NDArray[np.uint8]
    ) -> Slices[Floats]:
        """Finds the nearest train images; kept, since they do not depend on the network."""
        key = (data.images.name, image.tobytes())
        if self._nearest is None or self._nearest[0] != key:
            distances = yield from compare.slices(data.n_train, data.train_images, image)
            self._nearest = key, _tabulate_first(distances, np.argsort(distances, kind="stable"))
        return self._nearest[1]

    def _show_unit(
        self,
        request: FrameRequest,
        select: tuple[int, int],
        network: BoundNetwork,
    ) -> Slices[Arrays]:
        spec, data = network.spec, network.data
        layer, unit = select
        arrays: Arrays = {}
        if layer == 0 and "input_weights" in request.views:
            kernel = np.asarray(network.params.kernels[0])[:, unit]
            arrays["input_weights"] = kernel.reshape(data.shape)
        if "exciting" in request.views:
            unit_index = sum(one.units for one in spec.layers[:layer]) + unit
            find = self._programs.unit_activations(spec, data, wait=request.patient)
            if find is not None:
                arrays["exciting"] = yield from self._unit_activations.get(
                    (spec, select),
                    lambda: _find_maximally_activating(find, network, unit_index),
                    now=request.patient,
                )
        return arrays

    def _show_space(self, request: FrameRequest, network: BoundNetwork) -> Slices[Arrays]:
        spec, data = network.spec, network.data
        chosen = request.space_layer(spec)
        programs = self._programs.projection(spec, data, chosen, wait=request.patient)
        if programs is None:
            return {}
        coordinates = yield from self._space.get(
            (spec, chosen),
            lambda: self._project(programs, chosen, network),
            now=request.patient,
        )
        return {"space": coordinates}

    def _project(
        self, programs: Projection, layer: int, network: BoundNetwork
    ) -> Slices[NDArray[Any]]:
        width = network.spec.widths[layer]
        key = (network.data.images.name, layer, width)
        images = network.data.space_images
        seen = yield from programs.activate.slices(images.shape[0], *network.arguments, images)
        rounds = _ROUNDS
        if self._basis is None or self._basis[0] != key:
            self._basis = key, jax.device_put(_begin_basis(width), image_device())
            rounds = _FIRST_ROUNDS
        coordinates, basis = programs.project(seen, self._basis[1], np.int32(rounds))
        self._basis = key, basis
        return np.asarray(coordinates)


def _confusion_matrix(labels: NDArray[np.uint8], evaluated: Any, classes: int) -> Floats:
    """Returns the confusion matrix, float32 [K, K]."""
    pairs = labels.astype(np.int32) * classes + evaluated.predictions
    counts = np.bincount(pairs, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.float32)


def _find_maximally_activating(
    find: BatchedProgram, network: BoundNetwork, unit_index: int
) -> Slices[Floats]:
    """Returns a unit's maximally activating test images, the strongest first."""
    images = network.data.test_images
    values = yield from find.slices(len(images), *network.arguments, images, np.int32(unit_index))
    return _tabulate_first(values, np.argsort(-values, kind="stable"))


def _tabulate_first(values: Floats, order: NDArray[Any]) -> Floats:
    """Returns the first rows of an order and their values, float32 [n, 2]."""
    rows = order[:SHOWN]
    return np.stack([rows.astype(np.float32), values[rows]], axis=1)


def pick_image(digit: SelectedImage | None, data: ImageData) -> NDArray[np.uint8]:
    """Returns the selected image, uint8 [rows, columns]."""
    if digit is None or isinstance(digit, Sample):
        sample = digit or Sample()
        images = data.images.test_images if sample.part == "test" else data.images.train_images
        return images[sample.row % len(images)]
    return data.draw(digit)


def _begin_basis(width: int) -> Floats:
    """Returns the first orthonormal basis, float32 [width, 3]; always the same."""
    normal = np.random.default_rng(width).standard_normal((width, COMPONENTS))
    return np.linalg.qr(normal)[0].astype(np.float32)
