"""Activations chosen by index at run time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.functions.activation_registry import Activation, Apply
from engine.functions.activations import ACTIVATIONS
from engine.network.pieces import take_largest


def has_learned_slope(index: Array) -> Array:
    """Whether the slope of an activation is learned, bool scalar."""
    learned = [i for i, entry in enumerate(ACTIVATIONS.table) if entry.learned_slope]
    return reduce(jnp.logical_or, (index == i for i in learned))


def _value(entry: Activation, axis: int) -> Apply:
    """Returns the activation of units; of those with several pieces that of the largest."""
    if entry.pieces == 1:
        return entry.apply

    def branch(z: Array, slope: Array) -> Array:
        return _fill_up(take_largest(entry.apply(z, slope), entry.pieces, axis), z.shape, axis)

    return branch


def _fill_up(units: Array, shape: tuple[int, ...], axis: int) -> Array:
    room = [(0, 0), (0, 0)]
    room[axis] = (0, shape[axis] - units.shape[axis])
    return jnp.pad(units, room)


def _of_pieces(pieces: int, axis: int, cotangent: Array) -> Array:
    """Returns for each piece the cotangent of its unit."""
    of_units = jnp.split(cotangent, pieces, axis)[0]
    return jnp.concatenate([of_units] * pieces, axis)


def _value_and_slope(entry: Activation, axis: int) -> Callable[[Array, Array], tuple[Array, Array]]:
    def branch(z: Array, slope: Array) -> tuple[Array, Array]:
        a, slopes = jax.jvp(lambda v: entry.apply(v, slope), (z,), (jnp.ones_like(z),))
        if entry.pieces == 1:
            return a, slopes
        units, pull = jax.vjp(lambda v: take_largest(v, entry.pieces, axis), a)
        (chosen,) = pull(jnp.ones_like(units))
        return _fill_up(units, z.shape, axis), slopes * chosen

    return branch


def switched(axis: int, index: Array, z: Array, slope: Array) -> Array:
    """Applies the activation with a given index, chosen at run time.

    The derivative is computed in the same branch as the value, so that one
    `lax.switch` serves both directions. Pieces of units share the room of a layer evenly, so that
    second ones begin in its middle; what units then leave of the room is 0.

    Args:
        axis: along which units lie.
        index: int32 scalar, index in `ACTIVATIONS`.
        z: float32 [units, rows] or [rows, units], pre-activations.
        slope: float32 [units, 1] or [1, units], slope for z < 0.

    Returns:
        float32, activations, lying as z does.
    """
    return _differentiable_switch(axis, index, z, slope)


def _switch(axis: int, index: Array, z: Array, slope: Array) -> Array:
    return lax.switch(index, [_value(entry, axis) for entry in ACTIVATIONS.table], z, slope)


def switched_forward(axis: int, index: Array, z: Array, slope: Array) -> tuple[Array, Array]:
    """Returns the activations of `switched`, and their derivatives by z."""
    branches = [_value_and_slope(entry, axis) for entry in ACTIVATIONS.table]
    return lax.switch(index, branches, z, slope)


def switched_backward(
    axis: int, index: Array, z: Array, derivatives: Array, cotangent: Array
) -> tuple[Array, Array]:
    """Returns the cotangents of z and of the slope, see `switched`.

    Args:
        axis: along which units lie.
        index: int32 scalar, index in `ACTIVATIONS`.
        z: float32 [units, rows] or [rows, units], pre-activations.
        derivatives: of the activations by z.
        cotangent: of the activations.
    """
    for place, entry in enumerate(ACTIVATIONS.table):
        if entry.pieces > 1:
            # A choice of its own, no `where`: the loop over layers becomes faster code.
            cotangent = lax.cond(
                index == place,
                partial(_of_pieces, entry.pieces, axis),
                lambda whole: whole,
                cotangent,
            )
    learned = jnp.where(has_learned_slope(index), jnp.minimum(z, 0.0), 0.0)
    of_slope = jnp.sum(cotangent * learned, axis=1 - axis, keepdims=True)
    return cotangent * derivatives, of_slope


def _forward(
    axis: int, index: Array, z: Array, slope: Array
) -> tuple[Array, tuple[Array, Array, Array]]:
    value, derivatives = switched_forward(axis, index, z, slope)
    return value, (index, z, derivatives)


def _backward(
    axis: int, residual: tuple[Array, Array, Array], cotangent: Array
) -> tuple[None, Array, Array]:
    index, z, derivatives = residual
    return None, *switched_backward(axis, index, z, derivatives, cotangent)


_differentiable_switch = jax.custom_vjp(_switch, nondiff_argnums=(0,))
_differentiable_switch.defvjp(_forward, _backward)
