"""Functions of a network with their derivatives, in NumPy and float64.

The programs have theirs from automatic differentiation; here nothing is compiled, and tests hold
both together. A function that is not in the tables is differentiated by JAX, operation by
operation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import Head

Doubles = NDArray[np.float64]
#: (z, slope) -> f(z), f'(z).
Differentiated = Callable[[Doubles, Doubles], tuple[Doubles, Doubles]]

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805
_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(z: Doubles) -> Doubles:
    return np.exp(-np.logaddexp(0.0, -z))


def _sigmoid_pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    a = _sigmoid(z)
    return a, a * (1 - a)


def _tanh_pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    a = np.tanh(z)
    return a, 1 - a * a


def _leaky_pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    factor = np.where(z > 0, 1.0, slope)
    return factor * z, factor


def _elu_pair(alpha: float, scale: float) -> Differentiated:
    def pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
        low = np.minimum(z, 0.0)
        a = np.where(z > 0, z, alpha * np.expm1(low))
        return scale * a, scale * np.where(z > 0, 1.0, alpha * np.exp(low))

    return pair


def _gelu_pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    share = 0.5 * (1.0 + _erf(z / math.sqrt(2.0)))
    return z * share, share + z * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def _silu_pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    s = _sigmoid(z)
    return z * s, s + z * s * (1 - s)


def _mish_pair(z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    t = np.tanh(np.logaddexp(0.0, z))
    return z * t, t + z * (1 - t * t) * _sigmoid(z)


#: f(z) and f'(z) of every activation.
_ACTIVATIONS: dict[str, Differentiated] = {
    "linear": lambda z, s: (z, np.ones_like(z)),
    "sigmoid": _sigmoid_pair,
    "tanh": _tanh_pair,
    "relu": lambda z, s: (np.maximum(z, 0.0), np.where(z > 0, 1.0, 0.0)),
    "leaky_relu": _leaky_pair,
    "prelu": _leaky_pair,
    "elu": _elu_pair(1.0, 1.0),
    "selu": _elu_pair(_SELU_ALPHA, _SELU_SCALE),
    "gelu": _gelu_pair,
    "silu": _silu_pair,
    "mish": _mish_pair,
    "softplus": lambda z, s: (np.logaddexp(0.0, z), _sigmoid(z)),
    "sin": lambda z, s: (np.sin(z), np.cos(z)),
    "step": lambda z, s: (np.where(z >= 0, 1.0, 0.0), np.zeros_like(z)),
    "maxout": lambda z, s: (z, np.ones_like(z)),
}


def differentiate(name: str, z: Doubles, slope: Doubles) -> tuple[Doubles, Doubles]:
    """Returns f(z) and f'(z) of an activation.

    Args:
        name: in `ACTIVATIONS`.
        z: [rows, units].
        slope: [units], the slope for z < 0 of those that have one.
    """
    known = _ACTIVATIONS.get(name)
    if known is not None:
        return known(z, slope)
    slopes = np.broadcast_to(slope, z.shape)
    apply = ACTIVATIONS[name].apply
    return _differentiate_by_jax(lambda v: apply(v, jnp.asarray(slopes, jnp.float32)), z)


def take_largest(a: Doubles, slopes: Doubles, pieces: int) -> tuple[Doubles, Doubles]:
    """Returns the activations of units out of those of their pieces, and the slopes of pieces.

    Args:
        a: [rows, pieces * units], see `engine.network.pieces`.
        slopes: f'(z), the same.
        pieces: of each unit.

    Returns:
        [rows, units], and the slopes, 0 for all pieces but the first of the largest.
    """
    if pieces == 1:
        return a, slopes
    parts = a.reshape(len(a), pieces, -1)
    best = parts.argmax(axis=1)
    chosen = np.arange(pieces)[:, None] == best[:, None]
    return parts.max(axis=1), slopes * chosen.reshape(a.shape)


def _differentiate_by_jax(apply: Any, z: Doubles) -> tuple[Doubles, Doubles]:
    """Returns f(z) and f'(z) of what works elementwise."""
    narrow = jnp.asarray(z, jnp.float32)
    value, tangent = jax.jvp(apply, (narrow,), (jnp.ones_like(narrow),))
    return np.asarray(value, np.float64), np.asarray(tangent, np.float64)


def activate_output(name: str, z: Doubles) -> Doubles:
    """Returns the outputs of logits [rows, K].

    Args:
        name: of the output activation.
        z: logits.
    """
    if name == "softmax":
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    return {"linear": lambda v: v, "tanh": np.tanh, "sigmoid": _sigmoid}[name](z)


def differentiate_loss(
    head: Head, z: Doubles, p: Doubles, y: Doubles
) -> tuple[Doubles, Doubles, Doubles]:
    """Returns the loss of every row [rows], and its gradients for outputs and logits [rows, K].

    Args:
        head: task and loss.
        z: logits [rows, K].
        p: outputs [rows, K].
        y: targets [rows, K].
    """
    known = _LOSSES.get(head.loss)
    if known is None:
        return _differentiate_loss_by_jax(head, z, p, y)
    losses, by_output = known(z, p, y)
    return losses, by_output, _through_output(head, p, y, by_output)


Rows = tuple[Doubles, Doubles]


def _squared(z: Doubles, p: Doubles, y: Doubles) -> Rows:
    return ((p - y) ** 2).mean(axis=1), 2 * (p - y) / p.shape[1]


def _absolute(z: Doubles, p: Doubles, y: Doubles) -> Rows:
    return np.abs(p - y)[:, 0], np.sign(p - y)


def _huber(z: Doubles, p: Doubles, y: Doubles) -> Rows:
    error = p - y
    small = np.minimum(np.abs(error), 1.0)
    return (small * (np.abs(error) - 0.5 * small))[:, 0], np.clip(error, -1.0, 1.0)


def _binary_crossentropy(z: Doubles, p: Doubles, y: Doubles) -> Rows:
    losses = (y * np.logaddexp(0.0, -z) + (1 - y) * np.logaddexp(0.0, z))[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return losses, (p - y) / (p * (1 - p))


def _categorical_crossentropy(z: Doubles, p: Doubles, y: Doubles) -> Rows:
    largest = z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z - largest).sum(axis=1, keepdims=True)) + largest
    with np.errstate(divide="ignore", invalid="ignore"):
        return (y * (log_sum - z)).sum(axis=1), np.where(y > 0, -y / p, 0.0)


def _hinge(z: Doubles, p: Doubles, y: Doubles) -> Rows:
    gap = 1 - y * z
    return np.maximum(0.0, gap)[:, 0], np.where(gap > 0, -y, 0.0)


_LOSSES: dict[str, Callable[[Doubles, Doubles, Doubles], Rows]] = {
    "mean_squared_error": _squared,
    "mean_absolute_error": _absolute,
    "huber": _huber,
    "binary_crossentropy": _binary_crossentropy,
    "categorical_crossentropy": _categorical_crossentropy,
    "hinge": _hinge,
}


def _through_output(head: Head, p: Doubles, y: Doubles, by_output: Doubles) -> Doubles:
    """Returns dl/dz of dl/dp; where both cancel, what is left of them: p - y."""
    if head.loss in {"binary_crossentropy", "categorical_crossentropy"}:
        return p - y
    if head.activation == "softmax":
        return p * (by_output - (by_output * p).sum(axis=1, keepdims=True))
    slope = {"tanh": lambda: 1 - p * p, "sigmoid": lambda: p * (1 - p)}.get(head.activation)
    return by_output if slope is None else by_output * slope()


def _differentiate_loss_by_jax(
    head: Head, z: Doubles, p: Doubles, y: Doubles
) -> tuple[Doubles, Doubles, Doubles]:
    columns, targets = (jnp.asarray(a.T, jnp.float32) for a in (z, y))
    outputs = z.shape[1]

    def of_logits(v: Any) -> Any:
        return head.rows(v, head.activate(v), targets, outputs)

    def of_outputs(v: Any) -> Any:
        return jnp.sum(head.rows(columns, v, targets, outputs))

    by_logits = jax.grad(lambda v: jnp.sum(of_logits(v)))(columns)
    by_outputs = jax.grad(of_outputs)(jnp.asarray(p.T, jnp.float32))
    found = of_logits(columns), np.asarray(by_outputs).T, np.asarray(by_logits).T
    losses, first, second = (np.asarray(a, np.float64) for a in found)
    return losses, first, second
