"""Inverted dropout."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.extend.random import threefry_2x32


def draw_dropout(key: Array, layers: Sequence[int], rates: Array, units: int, rows: Array) -> Array:
    """Draws the factors of inverted dropout: 0, or 1 / (1 - rate).

    The number drawn for a layer, a unit and a row depends on nothing else, so
    programs of any width and batch draw the same.

    Args:
        key: uint32 [2], the key of this step.
        layers: the hidden layers to draw for.
        rates: float32 [layers], share of units dropped.
        units: units of each layer.
        rows: int32 [rows], indices in the batch.

    Returns:
        float32 [layers, units, rows].

    References:
        Srivastava et al., "Dropout", JMLR 2014. Salmon et al., "Parallel
        Random Numbers: As Easy as 1, 2, 3", 2011 (Threefry).
    """
    layer = np.asarray(layers, np.uint32)[:, None] << np.uint32(16)
    unit = jnp.asarray(layer + np.arange(units, dtype=np.uint32))
    shape = (len(layers), units, rows.shape[0])
    counters = [
        jnp.broadcast_to(unit[:, :, None], shape).ravel(),
        jnp.broadcast_to(rows.astype(jnp.uint32), shape).ravel(),
    ]
    # Threefry hashes pairs made of both halves of its counters.
    bits = threefry_2x32(key, jnp.concatenate(counters))[: counters[0].size]
    uniform = lax.bitcast_convert_type((bits >> 9) | np.uint32(0x3F800000), jnp.float32) - 1.0
    rate = rates[:, None, None]
    return (uniform.reshape(shape) >= rate).astype(jnp.float32) / (1.0 - rate)
