"""Losses and the output activations that belong to them.

A *head* is a task's pair of output activation and loss, working on logits z
(the output layer before its activation), so that the stable forms can be used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.base.arrays import Floats

_ABSENT = -1e30  # logit of an output that a padded network does not have


def _identity(z: Array) -> Array:
    return z


def _softmax(z: Array) -> Array:
    return jax.nn.softmax(z, axis=0)


def binary_crossentropy(z: Array, y: Array) -> Array:
    """-(y log p + (1 - y) log(1 - p)) with p = sigmoid(z), in the form that cannot overflow."""
    return jnp.maximum(z, 0.0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))


def categorical_crossentropy(z: Array, y: Array) -> Array:
    """-sum_k y_k log p_k with p = softmax(z), over the first axis."""
    return jax.nn.logsumexp(z, axis=0) - jnp.sum(jnp.where(y > 0, z * y, 0.0), axis=0)


def squared_error(output: Array, y: Array) -> Array:
    """(output - y)^2."""
    return jnp.square(output - y)


def absolute_error(output: Array, y: Array) -> Array:
    """|output - y|."""
    return jnp.abs(output - y)


def huber(output: Array, y: Array) -> Array:
    """e^2 / 2 for |e| <= 1, else |e| - 1/2, with e = output - y (delta = 1).

    References:
        Huber, "Robust Estimation of a Location Parameter", 1964.
    """
    size = jnp.abs(output - y)
    small = jnp.minimum(size, 1.0)
    return small * (size - 0.5 * small)


def hinge(z: Array, y: Array) -> Array:
    """max(0, 1 - y z) with y = -1 or 1."""
    return jnp.maximum(0.0, 1.0 - y * z)


@dataclass(frozen=True)
class Head:
    """Output activation and loss of one task.

    Attributes:
        task: binary, multiclass or regression.
        loss: the loss's name in the contract.
        activation: the output activation's name.
        negative: target of class 0 of a binary task, 0 or -1.
        output_range: where the output lies; None if it is unbounded.
        activate: logits -> outputs, both [K, rows].
        rows: (logits, outputs, targets), each [K, rows], n_outputs -> loss [rows].
    """

    task: str
    loss: str
    activation: str
    negative: float
    output_range: tuple[float, float] | None
    activate: Callable[[Array], Array]
    rows: Callable[[Array, Array, Array, Array | int], Array]


def _of_logits(loss: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    return lambda z, output, y, k: loss(z[0], y[0])


def _of_output(loss: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    return lambda z, output, y, k: loss(output[0], y[0])


def _softmax_squared(z: Array, output: Array, y: Array, k: Array | int) -> Array:
    return jnp.sum(squared_error(output, y), axis=0) / k


_BOUNDED = (-1.0, 1.0)
_SHARE = (0.0, 1.0)
_ERRORS = {
    "mean_squared_error": squared_error,
    "mean_absolute_error": absolute_error,
    "huber": huber,
}

#: Every head, in the order that a running program switches by.
HEADS: tuple[Head, ...] = (
    Head(
        "binary", "binary_crossentropy", "sigmoid", 0.0, _SHARE,
        jax.nn.sigmoid, _of_logits(binary_crossentropy),
    ),
    *(
        Head("binary", name, "tanh", -1.0, _BOUNDED, jnp.tanh, _of_output(error))
        for name, error in _ERRORS.items()
    ),
    Head("binary", "hinge", "linear", -1.0, None, _identity, _of_logits(hinge)),
    Head(
        "multiclass", "categorical_crossentropy", "softmax", 0.0, _SHARE, _softmax,
        lambda z, output, y, k: categorical_crossentropy(z, y),
    ),
    Head("multiclass", "mean_squared_error", "softmax", 0.0, _SHARE, _softmax, _softmax_squared),
    *(
        Head("regression", name, "linear", 0.0, None, _identity, _of_output(error))
        for name, error in _ERRORS.items()
    ),
)  # fmt: skip

_BY_NAME = {(head.task, head.loss): i for i, head in enumerate(HEADS)}


def head_index(task: str, loss: str) -> int:
    """Returns the place in `HEADS` of a task's loss."""
    return _BY_NAME[task, loss]


def make_targets(labels: Floats, head: Head, n_outputs: int) -> Floats:
    """Turns labels into what the loss compares with.

    Args:
        labels: float32 [n]: 0 or 1, the class, or the value.
        head: the head.
        n_outputs: K.

    Returns:
        float32 [n, K]: 0/1 or -1/1, one-hot, or the value.
    """
    if head.task == "multiclass":
        return np.eye(n_outputs, dtype=np.float32)[labels.astype(int)]
    if head.task == "binary":
        return np.where(labels > 0, 1.0, head.negative).astype(np.float32)[:, None]
    return labels[:, None]


def hide_absent(z: Array, present: Array) -> Array:
    """Sets the logits of absent classes so low that softmax gives them 0.

    Args:
        z: [K, rows] logits.
        present: bool [K].
    """
    return jnp.where(present[:, None], z, _ABSENT)
