"""Pieces of units: a maxout unit has several weighted sums, and hands on the largest.

    h_j = max_k (w_jk . x + b_jk),    k = 1 .. pieces

A layer of U units has the weighted sums of all first pieces, then those of all second ones: sum
j + k U is piece k of unit j. Where two are equal the first of them is the largest, and it alone has
a gradient.

References:
    Goodfellow, Warde-Farley, Mirza, Courville, Bengio, "Maxout Networks", 2013, arXiv:1302.4389.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import jax.numpy as jnp
from jax import Array

from engine.functions.activations import ACTIVATIONS


def list_pieces(activations: Iterable[str]) -> tuple[int, ...]:
    """Returns the pieces of the units of each hidden layer; none where all units have one.

    Args:
        activations: of the hidden layers.
    """
    found = tuple(ACTIVATIONS[name].pieces for name in activations)
    return found if any(pieces > 1 for pieces in found) else ()


def take_largest(sums: Array, pieces: int, axis: int) -> Array:
    """Returns the largest piece of each unit.

    Args:
        sums: float32, `pieces` times as many along `axis` as there are units.
        pieces: of each unit.
        axis: along which the sums lie.
    """
    if pieces == 1:
        return sums
    parts = jnp.split(sums, pieces, axis)
    return reduce(lambda best, part: jnp.where(best >= part, best, part), parts)
