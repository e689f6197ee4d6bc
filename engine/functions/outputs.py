"""Output activations: from logits to outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array


@dataclass(frozen=True)
class Output:
    """One output activation.

    Attributes:
        name: Keras' name for it.
        activate: logits -> outputs, both [K, rows].
        range: where the output lies; None if it is unbounded.
        pytorch: the module; "" for none.
        jax: of `z`, rows of logits.
    """

    name: str
    activate: Callable[[Array], Array]
    range: tuple[float, float] | None
    pytorch: str
    jax: str


def _identity(z: Array) -> Array:
    return z


def _softmax(z: Array) -> Array:
    return jax.nn.softmax(z, axis=0)


LINEAR = Output("linear", _identity, None, "", "z")
TANH = Output("tanh", jnp.tanh, (-1.0, 1.0), "nn.Tanh()", "jnp.tanh(z)")
SIGMOID = Output("sigmoid", jax.nn.sigmoid, (0.0, 1.0), "nn.Sigmoid()", "jax.nn.sigmoid(z)")
SOFTMAX = Output("softmax", _softmax, (0.0, 1.0), "nn.Softmax(dim=1)", "jax.nn.softmax(z)")
