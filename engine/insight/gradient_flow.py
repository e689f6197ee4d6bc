"""Gradient flow: how strongly each layer of a network learns in its next update.

Both numbers of training are of the very next batch. On the plane they are those of the general
program: a first moment that keeps nothing of before, m = g, is the gradient that the optimizer is
given, and the update is the difference that one real update makes. Nothing is compiled for it. Of
images a program of its own computes the gradient, and that which trains makes the update. No state
is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.slices import Slices
from engine.data.datasets import Dataset
from engine.functions.update_rule import Coefficients
from engine.insight.layer_values import Doubles, iterate_layers, select_features
from engine.network import Layout
from engine.programs.bindings import Binding
from engine.programs.calls import try_updates
from engine.programs.turns import Ranges
from engine.spec import Spec

#: Train points or images that activations are looked at for, at most.
POINTS = 256
#: An activation is flat where its slope is below this share of its largest one.
FLAT = 0.05
#: Bins of the histograms; gradients are counted by their power of ten, two bins each.
BINS = 24
SMALLEST, LARGEST = -10.0, 2.0

_KEEP_GRADIENT = Coefficients(add_m=1.0, floor=1.0)


class GradientFlow(NamedTuple):
    """The next update of a network, layer by layer, the output layer last: float32.

    Attributes:
        layers: [hidden layers + 1, 4]: norm of the gradient of the layer's kernel and bias, penalty
            included and not clipped; norm of the kernel's update over that of the kernel; share of
            units whose activation has slope 0 for every train point or image (the first 256); share
            of their values where the activation is flat: its slope is below 5 % of its largest one.
            The last two are 0 for the output layer.
        activations: [hidden layers, 27]: lowest and highest activation for those rows, share of
            saturated units (flat for every row, and not dead), then a histogram between the two as
            shares of all values.
        gradients: [hidden layers + 1, 25]: share of the kernel's gradients that are 0, then of
            those between 10^-10 and 10^2, two bins a power of ten; what is beyond is in the last
            bin of its side.
    """

    layers: Floats
    activations: Floats
    gradients: Floats

    @property
    def arrays(self) -> dict[str, Floats]:
        """The arrays of the `gradient_flow` view."""
        return {
            "gradient_flow": self.layers,
            "activation_histograms": self.activations,
            "gradient_histograms": self.gradients,
        }


def measure_gradient_flow(
    binding: Binding, data: Dataset, state: Any, counters: Counters, ranges: Ranges[Floats]
) -> Slices[GradientFlow | None]:
    """Measures the next update of a network, layer by layer.

    Args:
        binding: a general program with spec and data.
        data: the points.
        state: float32 [3, n], in the program's layout.
        counters: where training stands.
        ranges: of the last pictures.

    Returns:
        The flow; None where the update diverges.
    """
    spec = binding.spec
    kept, good = yield from try_updates(_keep_gradient(binding), state, counters, ranges, 1)
    yield
    moved, fine = yield from try_updates(binding, state, counters, ranges, 1)
    if not (good and fine):
        return None
    params = binding.unpack_state(state).params
    gradient, after = binding.unpack_state(kept).m, binding.unpack_state(moved).params
    inputs = select_features(spec, data.x[: min(data.n_train, POINTS)])
    return (yield from describe_flow(spec, params, gradient, after - params, inputs))


def describe_flow(
    spec: Spec, params: Floats, gradient: Floats, update: Floats, inputs: Doubles
) -> Slices[GradientFlow]:
    """Describes an update of a network, layer by layer.

    Args:
        spec: the network.
        params: before the update, float32 [n].
        gradient: of the update's batch, penalty included and not clipped, float32 [n].
        update: what it adds to the parameters, float32 [n].
        inputs: what activations are looked at for, [rows, inputs].
    """
    layout = Layout.of(spec)
    # A frozen layer keeps the moment that it has, and has no gradient.
    gradient = np.where(layout.spread(spec.trainable), gradient, 0)
    flow = np.zeros((layout.n_hidden + 1, 4), np.float32)
    activations = np.zeros((layout.n_hidden, 3 + BINS), np.float32)
    gradients = np.zeros((layout.n_hidden + 1, 1 + BINS), np.float32)
    for layer, (kernel, bias, *_) in enumerate(layout.layers):
        flow[layer, 0] = _norm(np.append(kernel.of(gradient), bias.of(gradient)))
        flow[layer, 1] = _norm(kernel.of(update)) / max(_norm(kernel.of(params)), 1e-12)
        gradients[layer] = count_gradients(kernel.of(gradient))
        yield
    for layer, (values, slopes) in enumerate(iterate_layers(spec, layout.split(params), inputs)):
        dead, flat = (slopes == 0).all(axis=0), (slopes < FLAT).all(axis=0)
        flow[layer, 2:] = dead.mean(), np.mean(slopes < FLAT)
        low, high, shares = count_activations(values)
        activations[layer] = low, high, (flat & ~dead).mean(), *shares
        yield
    return GradientFlow(flow, activations, gradients)


def count_activations(values: Doubles) -> tuple[float, float, Doubles]:
    """Returns the lowest and the highest value, and the shares of the values in bins between."""
    low, high = float(values.min()), float(values.max())
    counts, _ = np.histogram(values, BINS, (low, high))
    return low, high, counts / values.size


def count_gradients(values: Floats) -> Doubles:
    """Returns the share of zeros, then of the sizes in bins of half a power of ten, [1 + BINS]."""
    sizes = np.abs(values[values != 0].astype(np.float64))
    powers = np.clip(np.log10(sizes), SMALLEST, LARGEST)
    counts, _ = np.histogram(powers, BINS, (SMALLEST, LARGEST))
    return np.append(values.size - sizes.size, counts) / values.size


def _norm(values: Floats) -> float:
    return float(np.linalg.norm(values.astype(np.float64)))


def _keep_gradient(binding: Binding) -> Binding:
    """Returns a binding whose update leaves parameters alone and m as the gradient."""
    rates = np.array(binding.inputs.rates)
    n = len(Coefficients._fields)
    # Behind the coefficients stand the learning rate and the norm that gradients are clipped to.
    rates[: n + 2] = *_KEEP_GRADIENT, 0.0, np.inf
    return replace(binding, inputs=binding.inputs._replace(rates=rates))
