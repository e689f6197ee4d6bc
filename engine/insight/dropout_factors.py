"""The very factors of dropout that a run draws, in NumPy, so that nothing is compiled for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
_GROUPS = 5


def draw_factors(
    seed: int, step: int, rates: Sequence[float], units: Sequence[int], rows: int
) -> list[NDArray[np.float64]]:
    """Draws the factors of inverted dropout, as `network.dropout.draw_dropout` does.

    Args:
        seed: the run's seed.
        step: updates done so far.
        rates: of each hidden layer.
        units: of each hidden layer.
        rows: of the batch.

    Returns:
        For each hidden layer [rows, units]: 0, or 1 / (1 - rate).

    References:
        Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011 (Threefry).
    """
    factors = []
    for layer, (rate, width) in enumerate(zip(rates, units, strict=True)):
        if rate == 0:
            factors.append(np.ones((rows, width)))
            continue
        unit = np.uint32(layer << 16) + np.arange(width, dtype=np.uint32)[None, :]
        row = np.arange(rows, dtype=np.uint32)[:, None]
        bits = _hash(seed, step, *np.broadcast_arrays(unit, row))
        uniform = ((bits >> np.uint32(9)) | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)
        kept = uniform >= np.float32(rate)
        factors.append(kept / (1.0 - np.float64(np.float32(rate))))
    return factors


def _hash(seed: int, step: int, first: Words, second: Words) -> Words:
    """Returns the first words of Threefry-2x32 with 20 rounds."""
    keys = [np.uint32(seed & 0xFFFFFFFF), np.uint32(step & 0xFFFFFFFF)]
    keys.append(keys[0] ^ keys[1] ^ np.uint32(_PARITY))
    x, y = first + keys[0], second + keys[1]
    for group in range(_GROUPS):
        for distance in _ROTATIONS[group % 2]:
            x = x + y
            y = (y << np.uint32(distance)) | (y >> np.uint32(32 - distance))
            y = y ^ x
        x = x + keys[(group + 1) % 3]
        y = y + (keys[(group + 2) % 3] + np.uint32(group + 1))
    return x
