"""Activations chosen by index at run time."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.functions.activation_registry import Apply
from engine.functions.activations import ACTIVATIONS


def has_learned_slope(index: Array) -> Array:
    """Whether the slope of an activation is learned, bool scalar."""
    learned = [i for i, entry in enumerate(ACTIVATIONS.table) if entry.learned_slope]
    return reduce(jnp.logical_or, (index == i for i in learned))


def _value_and_slope(apply: Apply) -> Callable[[Array, Array], tuple[Array, Array]]:
    def branch(z: Array, slope: Array) -> tuple[Array, Array]:
        return jax.jvp(lambda v: apply(v, slope), (z,), (jnp.ones_like(z),))

    return branch


@jax.custom_vjp
def switched(index: Array, z: Array, slope: Array) -> Array:
    """Applies the activation with a given index, chosen at run time.

    The derivative is computed in the same branch as the value, so that one
    `lax.switch` serves both directions.

    Args:
        index: int32 scalar, index in `ACTIVATIONS`.
        z: float32 [units, rows] or [rows, units], pre-activations.
        slope: float32 [units, 1] or [1, units], slope for z < 0.

    Returns:
        float32, activations, lying as z does.
    """
    return lax.switch(index, [entry.apply for entry in ACTIVATIONS.table], z, slope)


def _forward(index: Array, z: Array, slope: Array) -> tuple[Array, tuple[Array, ...]]:
    branches = [_value_and_slope(entry.apply) for entry in ACTIVATIONS.table]
    value, derivative = lax.switch(index, branches, z, slope)
    return value, (index, z, slope, derivative)


def _backward(residual: tuple[Array, ...], cotangent: Array) -> tuple[None, Array, Array]:
    index, z, slope, derivative = residual
    learned = jnp.where(has_learned_slope(index), jnp.minimum(z, 0.0), 0.0)
    along = tuple(axis for axis, size in enumerate(slope.shape) if size == 1)
    return None, cotangent * derivative, jnp.sum(cotangent * learned, axis=along, keepdims=True)


switched.defvjp(_forward, _backward)
