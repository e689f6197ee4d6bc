"""One hidden layer of a network within a capacity; what it is made of are arguments."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.network.layout import ParameterArrays
from engine.network.normalization import batch_statistics, normalize
from engine.network.padded_products import Form
from engine.network.switches import has_learned_slope, switched


class PaddedNetwork(NamedTuple):
    """Architecture of a network within a capacity.

    Attributes:
        depth: int32 scalar, hidden layers.
        activations: int32 [layers], indices in `activations.ACTIVATIONS`.
        slopes: float32 [layers], constant slopes for z < 0.
        mask: float32 [layers, units], 1 for units that are there.
        normalized: int32 [layers], whether a layer is normalized.
        trainable: int32 [layers], whether a layer is normalized by its batch in an update.
        outputs: int32 scalar, K.
    """

    depth: Array
    activations: Array
    slopes: Array
    mask: Array
    normalized: Array
    trainable: Array
    outputs: Array


class PaddedLayer(NamedTuple):
    """Parameters of a hidden layer, or of several along a leading axis.

    Attributes:
        normalization: scale, shift, moving mean and moving variance; None without it.
    """

    kernel: Array
    bias: Array
    slope: Array
    normalization: tuple[Array, Array, Array, Array] | None

    @classmethod
    def of(cls, params: ParameterArrays, part: int) -> PaddedLayer:
        """Returns the first layer (part 0), or all inner ones (part 1)."""
        normalization = None
        if params.scales:
            scales, shifts, means, variances = params[3:]
            normalization = scales[part], shifts[part], means[part], variances[part]
        kernel, bias = params.kernels[part], params.biases[part]
        return cls(kernel, bias, params.slopes[part], normalization)


class UpdateBatch(NamedTuple):
    """The batch of an update, as hidden layers take it.

    Attributes:
        weights: float32 [rows], share of each row in the batch.
        factors: float32 [layers, ...] of dropout, like activations.
    """

    weights: Array
    factors: Array


#: Mean and variance of a layer's batch, [units]; None if there is nothing to normalize.
Statistics = tuple[Array, Array] | None


def take_layer(layers: PaddedLayer, i: Array) -> PaddedLayer:
    """Returns the parameters of one of several layers."""
    return jax.tree.map(lambda values: values[i], layers)


def run_layer(
    form: Form,
    network: PaddedNetwork,
    batch: UpdateBatch | None,
    index: Array | int,
    layer: PaddedLayer,
    h: Array,
) -> tuple[Array, Statistics]:
    """Runs one hidden layer; returns the input of the next one, and the batch's statistics."""
    z, statistics = sum_inputs(form, network, batch, index, layer, h)
    slope = choose_slope(form, network, index, layer)
    a = switched(1 - form.axis, network.activations[index], z, slope)
    return a * make_factors(form, network, batch, index), statistics


def choose_slope(
    form: Form, network: PaddedNetwork, index: Array | int, layer: PaddedLayer
) -> Array:
    """Returns the slope for z < 0 of each unit, lying as a row of activations."""
    learned = has_learned_slope(network.activations[index])
    return jnp.expand_dims(jnp.where(learned, layer.slope, network.slopes[index]), form.axis)


def make_factors(
    form: Form, network: PaddedNetwork, batch: UpdateBatch | None, index: Array | int
) -> Array:
    """Returns what activations are multiplied by: 0 past the layer's width, and dropout."""
    mask = jnp.expand_dims(network.mask[index], form.axis)
    return mask if batch is None else mask * batch.factors[index]


def sum_inputs(
    form: Form,
    network: PaddedNetwork,
    batch: UpdateBatch | None,
    index: Array | int,
    layer: PaddedLayer,
    h: Array,
) -> tuple[Array, Statistics]:
    """Returns a hidden layer's weighted sums, normalized if it is, and the batch's statistics."""
    axis = form.axis
    product = form.multiply(layer.kernel, h)
    bias = jnp.expand_dims(layer.bias, axis)
    z, statistics = product + bias, None
    if layer.normalization is not None:
        centred = product + lax.stop_gradient(bias)
        if batch is not None:
            statistics = batch_statistics(centred, batch.weights, axis)
        scale, shift, *averages = layer.normalization
        mean, variance = averages
        if statistics is not None:
            by_batch = network.trainable[index] > 0
            mean, variance = (
                jnp.where(by_batch, now, average)
                for now, average in zip(statistics, averages, strict=True)
            )
        centred = normalize(centred, scale, shift, mean, variance, axis)
        z = jnp.where(network.normalized[index] > 0, centred, z)
    return z, statistics
