"""Sizes of the arguments of a program on the plane."""

from __future__ import annotations

from typing import NamedTuple

#: Rows of shuffled data that one call can go through; one epoch always fits.
ORDER_ROWS = 8192
#: Pixels on each side of the boundary and of a selected unit.
BOUNDARY = 100
#: Multiplications of the largest product of a batch, at most, where fused products are faster in
#: networks of more than one hidden layer: 8 x 8 with batches of 60, 20 x 20 with batches of 10.
FUSED_OPERATIONS = 4000
#: Widest layer and rows of a batch, at most, where XLA writes products out faster than its library
#: computes them, and than it writes sums of multiplications.
NARROW_UNITS, NARROW_ROWS = 4, 64
#: Multiplications and additions of one call of training: 47 ms of two cores, by proportion from
#: 2.5e9 in 33 ms (4x1024 on 8x8 digits, batch 128).
MOST_OPERATIONS = 3.5e9


class Sizes(NamedTuple):
    """Lengths of a program's arguments.

    Attributes:
        rows: of data.
        order: shuffled rows.
        columns: pixels of the boundary; behind the data, where the program looks at both.
        tiles: pixels of a unit's tile.
        choices: numbers of `Inputs.choices`.
        mask: shape of `Inputs.mask`.
    """

    rows: int
    order: int
    columns: int
    tiles: int
    choices: int
    mask: tuple[int, int]


def epochs_per_call(n_train: int) -> int:
    """Returns how many epochs of shuffled rows fit in one call; at least 1."""
    return max(1, ORDER_ROWS // n_train)
