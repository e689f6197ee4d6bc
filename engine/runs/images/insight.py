"""Views that look into a run on images: the gradient flow of its next update."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.data.image_data import ImageData
from engine.insight.gradient_flow import POINTS, GradientFlow, describe_flow
from engine.network import Layout
from engine.programs.image_programs import ImagePrograms
from engine.programs.images.training_programs import Batches
from engine.programs.models import pack_rates
from engine.runs.images.state import ImageState, join_parameters
from engine.spec import Spec

#: Seconds from one look to the next, at least, while a run goes on.
APART = 0.125
_WHITE = 255.0


def measure_image_flow(
    programs: ImagePrograms,
    spec: Spec,
    data: ImageData,
    state: ImageState,
    update: tuple[Any, Batches],
    *,
    wait: bool,
) -> Slices[GradientFlow | None]:
    """Measures the next update of a network for images.

    Args:
        programs: where compiled programs come from.
        spec: the network.
        data: its images.
        state: parameters and moments, which stay as they are.
        update: position and batches of one update, as training programs take them.
        wait: whether to compile what is missing, and not in the background.

    Returns:
        The flow; None where the update diverges, or while its program is compiled.
    """
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
