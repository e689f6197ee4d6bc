"""The forward pass, of an exact network and of any network within a capacity.

Values run through the network as columns, [units, rows]: on a CPU that is a
third faster than rows for pictures, where rows are thousands of pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import Array

from engine.activations import PRELU, Activation, switched
from engine.network.layout import Parts

#: (layer, activations [units, rows]) -> activations after dropout.
Drop = Callable[[int, Array], Array]


def run_layers(
    activations: tuple[Activation, ...],
    slopes: Array,
    learned: tuple[bool, ...],
    params: Parts,
    x: Array,
    drop: Drop | None = None,
) -> tuple[Array, list[Array]]:
    """Runs an exact network.

    h_0 = x;  h_l = f_l(W_l^T h_(l-1) + b_l);  logits = W^T h + b.

    Args:
        activations: f_l of every hidden layer.
        slopes: float32 [layers], constant slopes for z < 0.
        learned: whether a layer's slopes are the learned ones.
        params: the exact parameters.
        x: float32 [features, rows].
        drop: dropout, while training.

    Returns:
        Logits [K, rows] and the activations of every hidden layer.
    """
    h, hidden = x, []
    for layer, activation in enumerate(activations):
        z = params.kernels[layer].T @ h + params.biases[layer][:, None]
        own = params.slopes[layer][:, None]
        h = activation(z, own if learned[layer] else slopes[layer])
        hidden.append(h)
        if drop is not None:
            h = drop(layer, h)
    return params.kernels[-1].T @ h + params.biases[-1][:, None], hidden


def run_padded(
    params: Parts,
    x: Array,
    depth: Array,
    activations: Array,
    slopes: Array,
    mask: Array,
    drop: Drop | None = None,
) -> tuple[Array, list[Array]]:
    """Runs any network within a capacity; what it is made of are arguments.

    Layers past `depth` hand their input on, units past a layer's width are 0,
    and without hidden layers the output layer takes the features.

    Args:
        params: the padded parameters of a capacity.
        x: float32 [features, rows], all features.
        depth: int32 scalar, hidden layers.
        activations: int32 [layers], places in `activations.ACTIVATIONS`.
        slopes: float32 [layers], constant slopes for z < 0.
        mask: float32 [layers, units], 1 for units that are there.
        drop: dropout, while training.

    Returns:
        Logits [outputs, rows] and the activations of every layer of the capacity.
    """
    h, hidden = x, []
    for layer in range(len(params.slopes)):
        z = params.kernels[layer].T @ h + params.biases[layer][:, None]
        index = activations[layer]
        own = params.slopes[layer][:, None]
        slope = jnp.where(index == PRELU, own, slopes[layer])
        a = switched(index, z, slope) * mask[layer][:, None]
        hidden.append(a)
        if drop is not None:
            a = drop(layer, a)
        h = a if layer == 0 else jnp.where(layer < depth, a, h)
    inputs = jnp.concatenate([jnp.where(depth > 0, h, 0.0), jnp.where(depth > 0, 0.0, x)])
    return params.kernels[-1].T @ inputs + params.biases[-1][:, None], hidden
