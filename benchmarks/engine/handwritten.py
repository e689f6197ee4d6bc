"""The same network written by hand, with everything known, as one jitted function.

Plain JAX as somebody would write it for one experiment: a list of layers, `jax.grad`, `lax.scan`
over shuffled batches, in several forms; the fastest one for a network is its limit. Nothing here
comes from the engine but the numbers that both start from, and options of XLA.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from engine.base.devices import SMALL_NETWORK_OPTIONS
from engine.base.loops import FOLDING_OPTIONS

Params = list[tuple[Array, Array]]
Loss = Callable[[Array, Array], Array]


def cross_entropy(logits: Array, y: Array) -> Array:
    """Binary cross-entropy of logits."""
    return jnp.maximum(logits, 0) - logits * y + jnp.log1p(jnp.exp(-jnp.abs(logits)))


@jax.custom_jvp
def short_cross_entropy(logits: Array, y: Array) -> Array:
    """The same, with its derivative by the logits in its shortest form: p - y."""
    return cross_entropy(logits, y)


short_cross_entropy.defjvps(
    lambda change, loss, logits, y: change * (jax.nn.sigmoid(logits) - y),
    lambda change, loss, logits, y: -change * logits,
)


@dataclass(frozen=True)
class Form:
    """How training is written by hand.

    Attributes:
        fused: whether products are multiplications and sums, which XLA folds into the loop.
        columns: whether a batch lies as [units, rows], not as [rows, units].
        loss: of each row.
        options: of XLA.
    """

    fused: bool = False
    columns: bool = False
    loss: Loss = cross_entropy
    options: dict[str, Any] = field(default_factory=dict)


#: As one would write it.
PLAIN = Form()
#: The forms that have been the fastest for some network: products as sums, by rows, and matrix
#: products, by columns, that XLA is told to write out itself.
FASTEST = {
    "sums": Form(True, False, short_cross_entropy, SMALL_NETWORK_OPTIONS),
    "columns": Form(False, True, short_cross_entropy, SMALL_NETWORK_OPTIONS | FOLDING_OPTIONS),
}


def unpack_params(widths: tuple[int, ...], weights: np.ndarray) -> Params:
    """Turns the engine's weights into a list of (kernel, bias)."""
    params, at = [], 0
    for rows, columns in pairwise(widths):
        kernel = weights[at : at + rows * columns].reshape(rows, columns)
        at += rows * columns
        params.append((jnp.asarray(kernel), jnp.asarray(weights[at : at + columns])))
        at += columns
    return params


def multiply(h: Array, kernel: Array, form: Form) -> Array:
    """The product of [rows, in] and [in, out], or of columns."""
    if form.columns:
        return kernel.T @ h
    return jnp.sum(h[:, :, None] * kernel[None], axis=1) if form.fused else h @ kernel


def run_network(params: Params, x: Array, form: Form = PLAIN) -> tuple[Array, list[Array]]:
    """Tanh layers and one logit; returns the hidden activations too."""
    hidden, h = [], x
    for kernel, bias in params[:-1]:
        h = jnp.tanh(multiply(h, kernel, form) + (bias[:, None] if form.columns else bias))
        hidden.append(h)
    kernel, bias = params[-1]
    logits = multiply(h, kernel, form)
    return (logits[0] if form.columns else logits[:, 0]) + bias[0], hidden


def train_epoch(
    params: Params, x: Array, y: Array, order: Array, rate: Array, batch: int, form: Form = PLAIN
) -> Params:
    """One epoch of plain SGD by `lax.scan`.

    Many networks at once are one more, last axis of params and rate, and of length 1 of x and y.
    """
    n = order.shape[0]
    xs = x[order].reshape(n // batch, batch, *x.shape[1:])
    ys = y[order].reshape(n // batch, batch, *y.shape[1:])

    def loss(params: Params, x: Array, y: Array) -> Array:
        inputs = x.T if form.columns else x
        losses = form.loss(run_network(params, inputs, form)[0], y)
        return jnp.sum(jnp.mean(losses, axis=0))

    def step(params: Params, data: tuple[Array, Array]) -> tuple[Params, None]:
        gradient = jax.grad(loss)(params, *data)
        return jax.tree.map(lambda p, g: p - rate * g, params, gradient), None

    return lax.scan(step, params, (xs, ys))[0]


def make_training(batch: int, form: Form = PLAIN) -> Callable[..., Params]:
    """Returns a jitted function that trains for as many epochs as there are orders."""

    def train(params: Params, x: Array, y: Array, orders: Array, rate: Array) -> Params:
        def epoch(params: Params, order: Array) -> tuple[Params, None]:
            return train_epoch(params, x, y, order, rate, batch, form), None

        return lax.scan(epoch, params, orders)[0]

    return jax.jit(train, compiler_options=form.options)


def make_frame(batch: int, n_train: int) -> Callable[..., Any]:
    """Returns a jitted function: one epoch, both losses and accuracies, boundary, every unit."""

    def measure(params: Params, x: Array, y: Array) -> tuple[Array, Array]:
        logits, _ = run_network(params, x)
        return jnp.mean(cross_entropy(logits, y)), jnp.mean((logits >= 0) == (y > 0))

    def quantize(values: Array, low: Array, high: Array) -> Array:
        scaled = (values - low) * (255 / (high - low))
        return (jnp.clip(scaled, 0, 255) + 0.5).astype(jnp.uint8)

    def frame(
        params: Params, x: Array, y: Array, order: Array, rate: Array, grid: Array, tiles: Array
    ) -> Any:
        params = train_epoch(params, x[:n_train], y[:n_train], order, rate, batch)
        train = measure(params, x[:n_train], y[:n_train])
        test = measure(params, x[n_train:], y[n_train:])
        logits, _ = run_network(params, grid)
        boundary = quantize(jax.nn.sigmoid(logits), jnp.float32(0), jnp.float32(1))
        units = jnp.concatenate([h.T for h in run_network(params, tiles)[1]])
        low = jnp.minimum(units.min(axis=1, keepdims=True), 0)
        high = jnp.maximum(units.max(axis=1, keepdims=True), 0)
        return params, train, test, boundary, quantize(units, low, high), low, high

    return jax.jit(frame)
