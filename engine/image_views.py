"""What frames of a run on images hold."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.arrays import Floats
from engine.devices import image_device
from engine.digits import Digit, Sample
from engine.frames import FrameRequest
from engine.image_programs import ImagePrograms, Look
from engine.network import Parts
from engine.occasional import Occasional
from engine.spec import Spec
from engine.vision.data import ImageData
from engine.vision.drawing import prepare_drawing, reduce_drawing
from engine.vision.model import Architecture
from engine.vision.views import COMPONENTS, Measured

Arrays = dict[str, NDArray[Any]]

#: Rounds of the projection when it begins, and in every frame after.
_FIRST_ROUNDS, _ROUNDS = 24, 2


class ImageViews:
    """Looks at a network for images.

    It keeps what goes on from frame to frame: the answers to the test images, the basis of
    the hidden space, and what takes long (`Occasional`): in frames of a run that goes on it may
    be some steps old, at rest it never is.

    Args:
        programs: where compiled programs come from.
    """

    def __init__(self, programs: ImagePrograms) -> None:
        self._programs = programs
        self._basis: tuple[Any, Array] | None = None
        self._tested: Measured | None = None
        self._nearest: tuple[Any, Floats] | None = None
        self._exciting: Occasional[Floats] = Occasional()
        self._space: Occasional[NDArray[Any]] = Occasional()

    @property
    def seen(self) -> tuple[Any, Any]:
        """What goes on from frame to frame."""
        return self._tested, self._basis

    @seen.setter
    def seen(self, kept: tuple[Any, Any]) -> None:
        self._tested, self._basis = kept

    def measure(self, spec: Spec, data: ImageData, slopes: Floats, params: Parts) -> Floats:
        """Measures a network on the first train images and on all test images.

        Returns:
            float32 [7]: loss, accuracy and 0 of train, the same of test, and the penalty.
        """
        programs = self._programs.views(spec, data)
        train = programs.measure_train(slopes, params, data.seen_images, data.seen_labels)
        test = programs.measure_test(slopes, params, data.test_images, data.test_labels)
        train, self._tested = jax.device_get((train, test))
        assert self._tested is not None
        rates = spec.regularization
        penalty = rates.l1 * train.absolute + rates.l2 * train.squares
        means = (train.loss, train.accuracy, 0, self._tested.loss, self._tested.accuracy, 0)
        return np.array([*means, penalty], np.float32)

    def predict(self, spec: Spec, slopes: Floats, params: Parts, images: NDArray[Any]) -> Floats:
        """Returns the outputs float32 [n, K] for images of 0..255."""
        return self._programs.predict(Architecture.of(spec), slopes, params, images)

    def show(
        self, request: FrameRequest, spec: Spec, data: ImageData, slopes: Floats, params: Parts
    ) -> Arrays:
        """Returns the arrays that a request asks for."""
        views = set(request.views)
        arrays: Arrays = {}
        if self._tested is not None and "confusion" in views:
            arrays["confusion"] = np.asarray(self._tested.confusion, np.float32)
        if self._tested is not None and "predictions" in views:
            arrays["predictions"] = np.asarray(self._tested.predictions)
        if views & {"digit", "saliency", "nearest"}:
            arrays |= self._show_digit(request, spec, data, slopes, params)
        select = request.selected(spec)
        if select is not None:
            arrays |= self._show_unit(request, select, spec, data, slopes, params)
        if "space" in views:
            arrays |= self._show_space(request, spec, data, slopes, params)
        return arrays

    def _show_digit(
        self, request: FrameRequest, spec: Spec, data: ImageData, slopes: Floats, params: Parts
    ) -> Arrays:
        image = pick_image(request.digit, data)
        flat = image.ravel()
        answer = self._programs.views(spec, data).look(slopes, params, flat)
        arrays: Arrays = {"image": image}
        if "digit" in request.views:
            arrays["activations"] = np.asarray(answer.activations)
            arrays["probabilities"] = np.asarray(answer.probabilities)
        if "saliency" in request.views:
            arrays["saliency"] = np.asarray(answer.saliency).reshape(image.shape)
        if "nearest" in request.views:
            find = self._programs.nearest(data, wait=request.patient)
            if find is not None:
                arrays["nearest"] = self._find_nearest(find, data, flat)
        return arrays

    def _find_nearest(self, find: Look, data: ImageData, image: NDArray[np.uint8]) -> Floats:
        """Nothing that is learned changes them: the same image has the same nearest ones."""
        key = (data.images.name, image.tobytes())
        if self._nearest is None or self._nearest[0] != key:
            self._nearest = key, _tabulate(*find(data.train_images, image))
        return self._nearest[1]

    def _show_unit(
        self,
        request: FrameRequest,
        select: tuple[int, int],
        spec: Spec,
        data: ImageData,
        slopes: Floats,
        params: Parts,
    ) -> Arrays:
        layer, unit = select
        arrays: Arrays = {}
        if layer == 0 and "input_weights" in request.views:
            kernel = np.asarray(params.kernels[0][:, unit])
            arrays["input_weights"] = kernel.reshape(data.side, data.side)
        if "exciting" in request.views:
            place = sum(one.units for one in spec.layers[:layer]) + unit
            find = self._programs.exciting(spec, data, wait=request.patient)
            if find is not None:
                arrays["exciting"] = self._exciting.get(
                    (spec, select),
                    lambda: _tabulate(*find(slopes, params, data.test_images, np.int32(place))),
                    now=request.patient,
                )
        return arrays

    def _show_space(
        self, request: FrameRequest, spec: Spec, data: ImageData, slopes: Floats, params: Parts
    ) -> Arrays:
        last = len(spec.layers)
        chosen = last if request.space is None else min(request.space, last + 1)
        project = self._programs.projection(spec, data, chosen, wait=request.patient)
        if project is None:
            return {}
        places = self._space.get(
            (spec, chosen),
            lambda: self._project(project, spec.widths[chosen], chosen, data, slopes, params),
            now=request.patient,
        )
        return {"space": places}

    def _project(
        self, project: Look, width: int, layer: int, data: ImageData, slopes: Floats, params: Parts
    ) -> NDArray[Any]:
        key = (data.images.name, layer, width)
        rounds = _ROUNDS
        if self._basis is None or self._basis[0] != key:
            self._basis = key, jax.device_put(_begin_basis(width), image_device())
            rounds = _FIRST_ROUNDS
        places, basis = project(slopes, params, data.space_images, self._basis[1], np.int32(rounds))
        self._basis = key, basis
        return np.asarray(places)


def _tabulate(rows: Any, values: Any) -> Floats:
    """Rows of a set beside what was measured of each, float32 [n, 2]."""
    return np.stack([np.asarray(rows, np.float32), np.asarray(values)], axis=1)


def pick_image(digit: Digit | None, data: ImageData) -> NDArray[np.uint8]:
    """Returns the image that is looked at, uint8 [side, side]."""
    if digit is None or isinstance(digit, Sample):
        sample = digit or Sample()
        images = data.images.test_images if sample.part == "test" else data.images.train_images
        return images[sample.row % len(images)]
    make = prepare_drawing if digit.prepared else reduce_drawing
    return make(digit.ink, data.side)


def _begin_basis(width: int) -> Floats:
    """Orthonormal columns to begin with, float32 [width, 3]; always the same."""
    normal = np.random.default_rng(width).standard_normal((width, COMPONENTS))
    return np.linalg.qr(normal)[0].astype(np.float32)
