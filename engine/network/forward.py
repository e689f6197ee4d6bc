"""The forward pass, of an exact network and of any network within a capacity.

Values lie as columns, [units, rows], or as rows, [rows, units]. On a CPU columns are a third
faster for boundaries and tiles of small networks, where rows are thousands of pixels; rows are 5
to 10 % faster with hundreds of inputs.

The bias before batch normalization receives no gradient: it would be subtracted again, and the
rounding that is left of it would be blown up by adaptive optimizers.
"""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import Array, lax

from engine.functions.activation_registry import Apply
from engine.functions.layer_kinds import Dense
from engine.network.layout import ParameterArrays
from engine.network.normalization import Normalize
from engine.network.pieces import take_largest

#: (layer, activations) -> activations after dropout, of the same shape.
Drop = Callable[[int, Array], Array]


def run_layers(
    activations: tuple[Apply, ...],
    slopes: Array,
    learned: tuple[bool, ...],
    params: ParameterArrays,
    x: Array,
    drop: Drop | None = None,
    normalize: Normalize | None = None,
    normalized: tuple[bool, ...] = (),
    pieces: tuple[int, ...] = (),
    axis: int = 1,
    fused: bool = False,
    unrolled: bool = False,
) -> tuple[Array, list[Array]]:
    """Runs an exact network.

    h_0 = x;  h_l = f_l(W_l^T h_(l-1) + b_l);  logits = W^T h + b, for columns h. Of maxout layers
    h_l is the largest of the pieces.

    Args:
        activations: f_l of every hidden layer.
        slopes: float32 [layers], constant slopes for z < 0.
        learned: whether a layer's slopes are the learned ones.
        params: the exact parameters.
        x: float32 [features, rows], or [rows, features].
        drop: dropout, while training.
        normalize: batch normalization, before the activation.
        normalized: whether a layer is.
        pieces: of each hidden layer, see `Layout`.
        axis: along which rows of data lie: 1 for [units, rows], 0 for [rows, units].
        fused: whether products are multiplications and sums, see `Dense.apply`.
        unrolled: whether they are sums of terms.

    Returns:
        Logits and the activations of every hidden layer, lying as x does.
    """

    def lay(units: Array) -> Array:
        return jnp.expand_dims(units, axis)

    h, hidden = x, []
    for layer, activation in enumerate(activations):
        bias = lay(params.biases[layer])
        z = Dense.apply(params.kernels[layer], h, axis, fused, unrolled)
        if normalize is not None and normalized[layer]:
            z = normalize(layer, z + lax.stop_gradient(bias))
        else:
            z = z + bias
        h = activation(z, lay(params.slopes[layer]) if learned[layer] else slopes[layer])
        if pieces:
            h = take_largest(h, pieces[layer], 1 - axis)
        hidden.append(h)
        if drop is not None:
            h = drop(layer, h)
    logits = Dense.apply(params.kernels[-1], h, axis, fused, unrolled) + lay(params.biases[-1])
    return logits, hidden
