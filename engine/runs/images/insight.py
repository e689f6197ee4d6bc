"""Views that look into a run on images: its next update, and the network without some units."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np

from engine.base.arrays import Floats
from engine.base.devices import image_device
from engine.base.rate_limited_cache import RateLimitedCache
from engine.base.slices import Slices
from engine.frames.frames import FrameRequest
from engine.frames.metrics import LabelStatistics, make_metrics
from engine.insight.ablation import list_off, switch_off, tabulate_metrics
from engine.insight.gradient_flow import POINTS, GradientFlow, describe_flow
from engine.network import Layout
from engine.programs.image_programs import ImagePrograms
from engine.programs.images.training_programs import Batches
from engine.programs.models import pack_rates
from engine.runs.images.state import ImageState, join_parameters
from engine.runs.images.views import Arrays, BoundNetwork, ImageViews, pick_image
from engine.spec import Spec

#: Seconds from one look to the next, at least, while a run goes on.
APART = 0.125
_WHITE = 255.0

#: Position and batches of one update, as training programs take them.
Update = tuple[Any, Batches]


class ImageInsight:
    """What the views hold that are computed now and then while a network trains.

    Args:
        programs: where compiled programs come from.
        views: of the run.
    """

    def __init__(self, programs: ImagePrograms, views: ImageViews) -> None:
        self._programs = programs
        self._views = views
        self._flow: RateLimitedCache[GradientFlow | None] = RateLimitedCache(apart=APART)
        self._ablation: RateLimitedCache[Arrays] = RateLimitedCache(apart=APART)

    def show(
        self, request: FrameRequest, network: BoundNetwork, state: ImageState, update: Update
    ) -> Slices[Arrays]:
        """Returns the arrays of the views that a frame asks for.

        Args:
            request: what is asked for.
            network: what is shown.
            state: its parameters and moments.
            update: its next update.
        """
        arrays: Arrays = {}
        if "gradient_flow" in request.views:
            measure = partial(
                measure_image_flow, self._programs, network, state, update, wait=request.patient
            )
            flow = yield from self._flow.get((network.spec,), measure, now=request.patient)
            arrays |= {} if flow is None else flow.arrays
        if "ablation" in request.views:
            switch_off = partial(
                measure_image_ablation, self._views, network, state.flat.params, request
            )
            key = network.spec, request.ablation, request.digit
            arrays |= yield from self._ablation.get(key, switch_off, now=request.patient)
        return arrays


def measure_image_flow(
    programs: ImagePrograms,
    network: BoundNetwork,
    state: ImageState,
    update: Update,
    *,
    wait: bool,
) -> Slices[GradientFlow | None]:
    """Measures the next update of a network for images.

    Args:
        programs: where compiled programs come from.
        network: what is measured.
        state: its parameters and moments, which stay as they are.
        update: its next update.
        wait: whether to compile what is missing, and not in the background.

    Returns:
        The flow; None where the update diverges, or while its program is compiled.
    """
    spec, data = network.spec, network.data
    program = programs.gradient(spec, data, wait=wait)
    if program is None:
        return None
    rates = pack_rates(spec, 1.0, len(spec.layers))
    found = yield from program.slices(rates, update[0], state.arrays.params, update[1])
    training = programs.training(spec, data)
    moved, finite = yield from training.slices(
        training.pack(spec), update[0], state.arrays, update[1]
    )
    if not finite:
        return None
    layout, params = Layout.of(spec), state.flat.params
    gradient = join_parameters(layout, jax.device_get(found))
    _add_penalty(spec, layout, gradient, params)
    after = join_parameters(layout, jax.device_get(moved.params))
    yield
    images = data.images.train_images[: min(data.n_train, POINTS)]
    inputs = images.reshape(len(images), -1) / _WHITE
    return (yield from describe_flow(spec, params, gradient, after - params, inputs))


def _add_penalty(spec: Spec, layout: Layout, gradient: Floats, params: Floats) -> None:
    """Adds the gradient of the penalty, l1 sign(w) + 2 l2 w for each kernel."""
    penalty = spec.regularization
    if not (penalty.l1 or penalty.l2):
        return
    for layer in range(layout.n_hidden + 1):
        kernel, place = layout.kernel(params, layer), layout.kernel(gradient, layer)
        place += np.float32(penalty.l1) * np.sign(kernel) + np.float32(2 * penalty.l2) * kernel


def measure_image_ablation(
    views: ImageViews, network: BoundNetwork, params: Floats, request: FrameRequest
) -> Slices[Arrays]:
    """Evaluates a network for images with all of its units and links, and without some.

    Args:
        views: of the run.
        network: the whole network.
        params: its parameters, float32 [n].
        request: what is switched off, and the selected image.

    Returns:
        The arrays of the `ablation` view that images have.
    """
    spec, data = network.spec, network.data
    ablated = Layout.of(spec).split(switch_off(spec, params, request.ablation))
    without = BoundNetwork(spec, data, jax.device_put(ablated, image_device()))
    metrics = []
    for one in (network, without):
        summary, _ = yield from views.evaluate(one)
        metrics.append(make_metrics(spec.task, 0, 0, summary, LabelStatistics(0.0, 0.0)))
    image = pick_image(request.digit, data)
    return {
        "ablation": tabulate_metrics(*metrics),
        "ablation_off": list_off(request.ablation),
        "ablated_probabilities": views.answer(without, image),
    }
