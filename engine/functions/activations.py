"""Activation functions of the hidden layers.

Each one maps pre-activations z to activations, elementwise. `slope` is the
slope for z < 0: a constant for leaky ReLU, a learned number per unit for
PReLU, and ignored by all others.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array, lax

Activation = Callable[[Array, Array], Array]


def linear(z: Array, slope: Array) -> Array:
    """Z."""
    return z


def sigmoid(z: Array, slope: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return jax.nn.sigmoid(z)


def tanh(z: Array, slope: Array) -> Array:
    """(exp(z) - exp(-z)) / (exp(z) + exp(-z))."""
    return jnp.tanh(z)


def relu(z: Array, slope: Array) -> Array:
    """max(z, 0), with gradient 0 at 0."""
    return jnp.where(z > 0, z, 0.0)


def leaky_relu(z: Array, slope: Array) -> Array:
    """Z for z > 0, else slope * z."""
    return jnp.where(z > 0, z, slope * z)


def prelu(z: Array, slope: Array) -> Array:
    """Z for z > 0, else slope * z with a learned slope per unit.

    References:
        He et al., "Delving Deep into Rectifiers", 2015, arXiv:1502.01852.
    """
    return leaky_relu(z, slope)


def elu(z: Array, slope: Array) -> Array:
    """Z for z > 0, else exp(z) - 1 (alpha = 1).

    References:
        Clevert et al., "Fast and Accurate Deep Network Learning by
        Exponential Linear Units (ELUs)", 2015, arXiv:1511.07289.
    """
    return jnp.where(z > 0, z, jnp.expm1(jnp.minimum(z, 0.0)))


def selu(z: Array, slope: Array) -> Array:
    """Scale * elu(z, alpha) with the self-normalizing constants.

    References:
        Klambauer et al., "Self-Normalizing Neural Networks", 2017,
        arXiv:1706.02515.
    """
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * jnp.where(z > 0, z, alpha * jnp.expm1(jnp.minimum(z, 0.0)))


def gelu(z: Array, slope: Array) -> Array:
    """Z * Phi(z), Phi the normal distribution function (exact, by erf).

    References:
        Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016,
        arXiv:1606.08415.
    """
    return 0.5 * z * (1.0 + lax.erf(z * 0.7071067811865476))


def silu(z: Array, slope: Array) -> Array:
    """Z * sigmoid(z), also known as swish.

    References:
        Elfwing et al., 2017, arXiv:1702.03118.
    """
    return z * jax.nn.sigmoid(z)


def mish(z: Array, slope: Array) -> Array:
    """Z * tanh(softplus(z)).

    References:
        Misra, "Mish: A Self Regularized Non-Monotonic Activation Function",
        2019, arXiv:1908.08681.
    """
    return z * jnp.tanh(softplus(z, slope))


def softplus(z: Array, slope: Array) -> Array:
    """log(1 + exp(z)), in the form that cannot overflow."""
    return jnp.maximum(z, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(z)))


def sin(z: Array, slope: Array) -> Array:
    """The sine of z.

    References:
        Sitzmann et al., "Implicit Neural Representations with Periodic
        Activation Functions", 2020, arXiv:2006.09661.
    """
    return jnp.sin(z)


def step(z: Array, slope: Array) -> Array:
    """1 for z >= 0, else 0. Its gradient is 0 everywhere, so nothing below it learns."""
    return jnp.where(z >= 0, 1.0, 0.0)


#: Every activation by its name in the contract, in the contract's order.
ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "mish": mish,
    "softplus": softplus,
    "sin": sin,
    "step": step,
}
INDEX: dict[str, int] = {name: i for i, name in enumerate(ACTIVATIONS)}
PRELU = INDEX["prelu"]


def _value_and_slope(apply: Activation) -> Callable[[Array, Array], tuple[Array, Array]]:
    def branch(z: Array, slope: Array) -> tuple[Array, Array]:
        return jax.jvp(lambda v: apply(v, slope), (z,), (jnp.ones_like(z),))

    return branch


@jax.custom_vjp
def switched(index: Array, z: Array, slope: Array) -> Array:
    """Applies the activation with a given number, chosen while the program runs.

    The derivative is computed in the same branch as the value, so that one
    `lax.switch` serves both directions.

    Args:
        index: int32 scalar, a value of `INDEX`.
        z: float32 [units, rows], pre-activations.
        slope: float32 [units, 1], slope for z < 0.

    Returns:
        float32 [units, rows], activations.
    """
    return lax.switch(index, list(ACTIVATIONS.values()), z, slope)


def _forward(index: Array, z: Array, slope: Array) -> tuple[Array, tuple[Array, Array, Array]]:
    branches = [_value_and_slope(apply) for apply in ACTIVATIONS.values()]
    value, derivative = lax.switch(index, branches, z, slope)
    return value, (index, z, derivative)


def _backward(residual: tuple[Array, Array, Array], cotangent: Array) -> tuple[None, Array, Array]:
    index, z, derivative = residual
    learned = jnp.where(index == PRELU, jnp.minimum(z, 0.0), 0.0)
    return None, cotangent * derivative, jnp.sum(cotangent * learned, axis=1, keepdims=True)


switched.defvjp(_forward, _backward)
