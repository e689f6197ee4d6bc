"""Forward pass of every network within a capacity; what a network is made of are arguments.

Hidden layers past the first have parameters of the same shapes, so they run in one loop over the
layers that there are: padded layers cost nothing, and only one layer's code is compiled. JAX cannot
differentiate a loop whose length is an argument; the backward pass is the same loop in reverse,
with what the forward pass kept of each layer: its input, its weighted sums and the derivatives of
its activations.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.network.layout import ParameterArrays
from engine.network.padded_layers import (
    PaddedLayer,
    PaddedNetwork,
    Statistics,
    UpdateBatch,
    choose_slope,
    make_factors,
    run_layer,
    sum_inputs,
    take_layer,
)
from engine.network.padded_products import Form, multiply_outputs
from engine.network.switches import switched_backward, switched_forward

Kept = TypeVar("Kept")
#: (what is kept of the layers before, layer, its activations) -> what is kept.
Keep = Callable[[Kept, Array | int, Array], Kept]


def run_padded(
    form: Form,
    network: PaddedNetwork,
    params: ParameterArrays,
    x: Array,
    keep: Keep[Kept],
    kept: Kept,
) -> tuple[Array, Kept]:
    """Runs any network within a capacity, by moving averages where it is normalized.

    h_0 = x;  h_l = f_l(W_l^T h_(l-1) + b_l);  logits = W^T h + b. Units past a layer's width are
    0, and without hidden layers the output layer takes the features.

    Args:
        form: how layers are computed.
        network: the architecture.
        params: the padded parameters, as `StackedParameters` has them.
        x: float32 [features, rows], all features; or [rows, features].
        keep: called with the activations of each hidden layer, lying as x does.
        kept: what it is called with for the first layer.

    Returns:
        Logits, lying as x does, and what is kept of the hidden layers.
    """
    first, inner = PaddedLayer.of(params, 0), PaddedLayer.of(params, 1)
    h, _ = run_layer(form, network, None, 0, first, x)

    def run(i: Array, carry: tuple[Array, Kept]) -> tuple[Array, Kept]:
        h, kept = carry
        a, _ = run_layer(form, network, None, i, take_layer(inner, i - 1), h)
        return a, keep(kept, i, a)

    h, kept = form.loop(1, network.depth, run, (h, keep(kept, 0, h)))
    return _run_output(form, network, params, h, x), kept


def run_padded_batch(
    form: Form,
    network: PaddedNetwork,
    params: ParameterArrays,
    x: Array,
    weights: Array,
    factors: Array,
) -> tuple[Array, tuple[Statistics, Statistics]]:
    """Runs a network within a capacity as an update does: differentiable, by batch statistics.

    Args:
        form: how layers are computed.
        network: the architecture.
        params: the padded parameters, as `StackedParameters` has them.
        x: float32 [features, rows], or [rows, features].
        weights: float32 [rows], share of each row in the batch.
        factors: float32 [layers, ...] of dropout, like activations.

    Returns:
        Logits, lying as x does; statistics of the first layer, and [layers - 1, units] of the
        inner ones.
    """
    batch = UpdateBatch(weights, factors)
    h, of_first = run_layer(form, network, batch, 0, PaddedLayer.of(params, 0), x)
    h, of_inner = _differentiable_inner(form, network, batch, PaddedLayer.of(params, 1), h)
    return _run_output(form, network, params, h, x), (of_first, of_inner)


def _run_output(
    form: Form, network: PaddedNetwork, params: ParameterArrays, h: Array, x: Array
) -> Array:
    hidden = network.depth > 0
    inputs = jnp.concatenate([jnp.where(hidden, h, 0.0), jnp.where(hidden, 0.0, x)], 1 - form.axis)
    z = multiply_outputs(form, network.outputs == 1, params.kernels[-1], inputs)
    return z + jnp.expand_dims(params.biases[-1], form.axis)


def _run_inner(
    form: Form, network: PaddedNetwork, batch: UpdateBatch, layers: PaddedLayer, h: Array
) -> tuple[Array, Statistics]:
    """Runs the layers from the second on; returns the output layer's input, and statistics."""
    out, statistics, _ = _run_forward(form, network, batch, layers, h)
    return out, statistics


class _Kept(NamedTuple):
    """What the backward pass takes from the forward pass: of every inner layer, [layers - 1, ...].

    Attributes:
        inputs: of the layer, lying as activations.
        sums: its weighted sums.
        derivatives: of its activations by them.
    """

    inputs: Array
    sums: Array
    derivatives: Array


def _run_forward(
    form: Form, network: PaddedNetwork, batch: UpdateBatch, layers: PaddedLayer, h: Array
) -> tuple[Array, Statistics, _Kept]:
    n, units = layers.bias.shape
    zeros = jnp.zeros((n, units))
    statistics = None if layers.normalization is None else (zeros, zeros)
    room = jnp.zeros((n, *h.shape))

    def run(i: Array, carry: tuple[Array, Statistics, _Kept]) -> tuple[Array, Statistics, _Kept]:
        h, statistics, kept = carry
        index, layer = i + 1, take_layer(layers, i)
        z, own = sum_inputs(form, network, batch, index, layer, h)
        slope = choose_slope(form, network, index, layer)
        a, derivatives = switched_forward(1 - form.axis, network.activations[index], z, slope)
        out = a * make_factors(form, network, batch, index)
        put = partial(_put, i=i)
        kept = jax.tree.map(put, kept, _Kept(h, z, derivatives))
        return out, jax.tree.map(put, statistics, own), kept

    return form.loop(0, network.depth - 1, run, (h, statistics, _Kept(room, room, room)))


def _put(values: Array, value: Array, i: Array) -> Array:
    return lax.dynamic_update_index_in_dim(values, value, i, 0)


_Saved = tuple[PaddedNetwork, UpdateBatch, PaddedLayer, _Kept]


def _forward(
    form: Form, network: PaddedNetwork, batch: UpdateBatch, layers: PaddedLayer, h: Array
) -> tuple[tuple[Array, Statistics], _Saved]:
    out, statistics, kept = _run_forward(form, network, batch, layers, h)
    return (out, statistics), (network, batch, layers, kept)


def _backward(
    form: Form, saved: _Saved, cotangents: tuple[Array, Statistics]
) -> tuple[None, None, PaddedLayer, Array]:
    """The output layer's input alone has a cotangent: statistics have none."""
    network, batch, layers, kept = saved

    def run(done: Array, carry: tuple[Array, PaddedLayer]) -> tuple[Array, PaddedLayer]:
        cotangent, gradient = carry
        i = network.depth - 2 - done
        h, z, derivatives = jax.tree.map(lambda values: values[i], kept)

        def sums(layer: PaddedLayer, h: Array) -> Array:
            return sum_inputs(form, network, batch, i + 1, layer, h)[0]

        of_units = cotangent * make_factors(form, network, batch, i + 1)
        function = network.activations[i + 1]
        of_sums, of_slope = switched_backward(1 - form.axis, function, z, derivatives, of_units)
        _, pull = jax.vjp(sums, take_layer(layers, i), h)
        own, cotangent = pull(of_sums)
        own = own._replace(slope=jnp.squeeze(of_slope, form.axis))
        return cotangent, jax.tree.map(partial(_put, i=i), gradient, own)

    first = (cotangents[0], jax.tree.map(jnp.zeros_like, layers))
    cotangent, gradient = form.loop(0, network.depth - 1, run, first)
    return None, None, gradient, cotangent


_differentiable_inner = jax.custom_vjp(_run_inner, nondiff_argnums=(0,))
_differentiable_inner.defvjp(_forward, _backward)
