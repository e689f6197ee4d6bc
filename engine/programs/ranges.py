"""Ranges of quantized pictures: they grow at once and shrink smoothly.

A quantized value q in 0..255 stands for low + (high - low) q / 255.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.functions.heads import HEADS
from engine.programs.models import Choices, Rates

#: Smallest range of a unit that is shown in full colour, so that a dead one looks dead.
UNIT_FLOOR = 0.25
#: How far a range shrinks towards the present values per frame; it grows at once.
SHRINK = 0.1
#: Values from here on, and those that are no numbers, are not followed.
LARGEST = 1e30

#: Values of a row that are compared one after the other.
_FEW = 16

_BOUNDED = np.array([head.output_range is not None for head in HEADS])
_LOW = np.array([(head.output_range or (0, 0))[0] for head in HEADS], np.float32)
_HIGH = np.array([(head.output_range or (0, 0))[1] for head in HEADS], np.float32)


def quantize(values: Array, low: Array, high: Array) -> Array:
    """Maps [low, high] to 0..255, rounding to the nearest."""
    scaled = (values - low) * (255.0 / (high - low))
    return (jnp.clip(scaled, 0.0, 255.0) + 0.5).astype(jnp.uint8)


def _shrink(previous: Array, present: Array) -> Array:
    """Grows to the present value at once and shrinks to it smoothly; stays if there is none."""
    present = jnp.where(present < LARGEST, present, previous)  # NaN is not less, either
    return jnp.maximum(present, previous + SHRINK * (present - previous))


def boundary_range(choices: Choices, rates: Rates, previous: Array, largest: Array) -> Array:
    """Returns the range of the output: its own, or symmetric about 0.

    Args:
        choices: head.
        rates: with the largest label, which is always in range.
        previous: float32 [2], the last frame's.
        largest: float32 scalar, max |output|.
    """
    extent = jnp.maximum(_shrink(previous[1], largest), rates.label_extent)
    own = jnp.stack([jnp.asarray(_LOW)[choices.head], jnp.asarray(_HIGH)[choices.head]])
    return jnp.where(jnp.asarray(_BOUNDED)[choices.head], own, jnp.stack([-extent, extent]))


def find_extent(values: Array) -> tuple[Array, Array]:
    """Returns the smallest and the largest of the values [n, m] of each row.

    Halves are compared until few are left: XLA compares the numbers of a row one after the other.
    """
    low = high = values
    while (n := low.shape[1]) > _FEW:
        half = (n + 1) // 2
        low = jnp.minimum(low[:, :half], low[:, n - half :])
        high = jnp.maximum(high[:, :half], high[:, n - half :])
    return jnp.min(low, axis=1), jnp.max(high, axis=1)


def unit_ranges(previous: Array, low: Array, high: Array) -> Array:
    """Returns the ranges of the units; each contains 0.

    Args:
        previous: float32 [units, 2], the last frame's.
        low: float32 [units], smallest present value.
        high: float32 [units], largest present value.
    """
    below = _shrink(-previous[:, 0], jnp.maximum(-low, 0.0))
    above = _shrink(previous[:, 1], jnp.maximum(high, 0.0))
    floor = jnp.where(jnp.maximum(below, above) < UNIT_FLOOR, UNIT_FLOOR, 0.0)
    return jnp.stack([-below, jnp.maximum(above, floor)], axis=1)
