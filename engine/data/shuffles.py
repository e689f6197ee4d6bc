"""Shuffles: permutations of the train rows for each epoch, drawn on the host."""

from __future__ import annotations

import threading
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class _Generator(threading.local):
    """The generator of one thread, set to the start of any key.

    A new one draws a seed from the system first, which takes longer than a permutation does.
    """

    def __init__(self) -> None:
        self._bits = np.random.Philox(key=0)
        self._start = self._bits.state
        self._key: NDArray[np.uint64] = self._start["state"]["key"]
        self._generator = np.random.Generator(self._bits)

    def permute(self, seed: int, epoch: int, n: int) -> NDArray[np.int64]:
        """Returns the first permutation of `n` rows that a seed and an epoch give."""
        self._key[0], self._key[1] = seed, epoch
        self._bits.state = self._start
        return self._generator.permutation(n)


_generator = _Generator()


def shuffle_rows(seed: int, epoch: int, n: int) -> NDArray[np.int32]:
    """Returns the permutation of an epoch, a pure function of its arguments.

    Args:
        seed: the run's seed.
        epoch: the epoch's number.
        n: train rows.

    Returns:
        int32 [n].

    References:
        Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011 (Philox).
    """
    return _generator.permute(seed, epoch, n).astype(np.int32)


#: Rows of a shuffle that is remembered: who opens the same page shuffles the same rows.
_SMALL = 2000
#: Epochs of a call from which on they are not: to remember one takes a fifth of drawing it.
_MANY = 5

_remember_rows = lru_cache(maxsize=512)(shuffle_rows)


def order_rows(seed: int, epoch: int, n: int, epochs: int, length: int) -> NDArray[np.int32]:
    """Returns the rows of several epochs, one after the other, padded with row 0.

    Args:
        seed: the run's seed.
        epoch: the first epoch.
        n: train rows.
        epochs: how many.
        length: of the result, at least `epochs * n`.

    Returns:
        int32 [length].
    """
    order = np.zeros(length, np.int32)
    write_rows(order, seed, epoch, n, epochs)
    return order


def write_rows(order: NDArray[np.int32], seed: int, epoch: int, n: int, epochs: int) -> None:
    """Writes the rows of several epochs to the start of an array, see `order_rows`."""
    shuffle = _remember_rows if n <= _SMALL and epochs < _MANY else _generator.permute
    for i in range(epochs):
        order[i * n : (i + 1) * n] = shuffle(seed, epoch + i, n)
