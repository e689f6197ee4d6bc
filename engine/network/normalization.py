"""Batch normalization of pre-activations.

    y = gamma (z - mean) / sqrt(variance + epsilon) + beta

While training, mean and (biased) variance are those of the batch, and moving
averages follow them; otherwise the moving averages are used. A layer that is not trainable uses
them while training, too, and leaves them as they are, as in Keras.

References:
    Ioffe and Szegedy, "Batch Normalization", 2015, arXiv:1502.03167. Epsilon
    and momentum are the defaults of Keras, rounded as in the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax.numpy as jnp
from jax import Array, lax

from engine.network.layout import ParameterArrays
from engine.network.parameters import Averages

EPSILON = 1e-3
MOMENTUM = 0.9

#: (layer, pre-activations) -> normalized pre-activations; the batch lies along `axis`.
Normalize = Callable[[int, Array], Array]
#: Mean and variance [units] of a layer's batch.
BatchStatistics = dict[int, tuple[Array, Array]]


def normalize(
    z: Array, scale: Array, shift: Array, mean: Array, variance: Array, axis: int
) -> Array:
    """Normalizes one layer.

    Args:
        z: pre-activations [units, rows], or [rows, units].
        scale: [units], gamma.
        shift: [units], beta.
        mean: [units].
        variance: [units].
        axis: along which rows lie.
    """
    gain = scale * lax.rsqrt(variance + EPSILON)
    gain, mean, shift = (jnp.expand_dims(u, axis) for u in (gain, mean, shift))
    return gain * (z - mean) + shift


def batch_statistics(z: Array, weights: Array, axis: int) -> tuple[Array, Array]:
    """Mean and biased variance [units] of a batch.

    Args:
        z: pre-activations [units, rows], or [rows, units].
        weights: float32 [rows], share of each row in the batch; they add up to 1.
        axis: along which rows lie.
    """
    shares = jnp.expand_dims(weights, 1 - axis)
    mean = jnp.sum(z * shares, axis=axis)
    distances = z - jnp.expand_dims(mean, axis)
    return mean, jnp.sum(jnp.square(distances) * shares, axis=axis)


def by_moving_averages(params: ParameterArrays, axis: int = 1) -> Normalize:
    """Returns the normalization of a trained network.

    Args:
        params: the parameters.
        axis: 1 for values [units, rows], 0 for [rows, units].
    """

    def of_layer(layer: int, z: Array) -> Array:
        scale, shift = params.scales[layer], params.shifts[layer]
        return normalize(z, scale, shift, params.means[layer], params.variances[layer], axis)

    return of_layer


def by_batch(
    params: ParameterArrays,
    weights: Array,
    seen: BatchStatistics,
    axis: int,
    trainable: Sequence[bool],
) -> Normalize:
    """Returns the normalization of a network in training.

    Args:
        params: the parameters.
        weights: float32 [rows], share of each row in the batch; they add up to 1.
        seen: filled with mean and variance of every layer that is normalized by its batch.
        axis: 1 for values [units, rows], 0 for [rows, units].
        trainable: whether a hidden layer is; others are normalized by their moving averages.
    """
    by_averages = by_moving_averages(params, axis)

    def of_layer(layer: int, z: Array) -> Array:
        if not trainable[layer]:
            return by_averages(layer, z)
        seen[layer] = batch_statistics(z, weights, axis)
        return normalize(z, params.scales[layer], params.shifts[layer], *seen[layer], axis)

    return of_layer


def move_averages(
    params: ParameterArrays, seen: BatchStatistics, moves: Callable[[int], Array | bool]
) -> Averages:
    """Moves the averages towards a batch: momentum old + (1 - momentum) new.

    Args:
        params: the parameters.
        seen: mean and variance of the batch, by layer.
        moves: whether a layer's averages move: it is normalized and trainable.

    Returns:
        The moving means and the moving variances of every hidden layer.
    """

    def move(statistic: int, layer: int, average: Array) -> Array:
        if layer not in seen:
            return average
        moved = MOMENTUM * average + (1 - MOMENTUM) * seen[layer][statistic]
        return jnp.where(moves(layer), moved, average)

    means = tuple(move(0, layer, average) for layer, average in enumerate(params.means))
    variances = tuple(move(1, layer, average) for layer, average in enumerate(params.variances))
    return means, variances
