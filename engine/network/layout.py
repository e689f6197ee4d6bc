"""Where the parameters of a network lie in its flat vector.

For each dense layer its kernel [in, out] row by row, then its bias; after all
layers one slope per hidden unit (learned in PReLU layers, idle elsewhere).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Vector = TypeVar("Vector", Array, NDArray[Any])


class Parts(NamedTuple):
    """Parameters taken apart.

    Attributes:
        kernels: [in, out] of every dense layer.
        biases: [out] of every dense layer.
        slopes: [units] of every hidden layer.
    """

    kernels: tuple[Array, ...]
    biases: tuple[Array, ...]
    slopes: tuple[Array, ...]


@dataclass(frozen=True)
class Layout:
    """Places of the parameters of one architecture in its flat vector.

    Attributes:
        widths: units of every layer from the features to the output.
        direct: further inputs of the output layer, past the last hidden layer's units.
    """

    widths: tuple[int, ...]
    direct: int = 0

    @property
    def n_hidden(self) -> int:
        """Hidden layers."""
        return len(self.widths) - 2

    @property
    def n_units(self) -> int:
        """Hidden units."""
        return sum(self.widths[1:-1])

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts, at = [], 0
        for layer in range(self.n_hidden + 1):
            starts.append(at)
            rows, columns = self.kernel_shape(layer)
            at += rows * columns + columns
        return (*starts, at)

    @property
    def n_weights(self) -> int:
        """Kernels and biases."""
        return self._starts[-1]

    @property
    def size(self) -> int:
        """The whole vector, slopes included."""
        return self.n_weights + self.n_units

    def kernel_shape(self, layer: int) -> tuple[int, int]:
        """Rows and columns of a layer's kernel: [in, out]."""
        direct = self.direct if layer == self.n_hidden else 0
        return self.widths[layer] + direct, self.widths[layer + 1]

    def kernel_slice(self, layer: int) -> slice:
        """Place of a layer's kernel, row by row."""
        start, (rows, columns) = self._starts[layer], self.kernel_shape(layer)
        return slice(start, start + rows * columns)

    def bias_slice(self, layer: int) -> slice:
        """Place of a layer's bias."""
        return slice(self.kernel_slice(layer).stop, self._starts[layer + 1])

    def slope_slice(self, layer: int) -> slice:
        """Place of a hidden layer's slopes."""
        start = self.n_weights + sum(self.widths[1 : layer + 1])
        return slice(start, start + self.widths[layer + 1])

    def kernel(self, flat: Vector, layer: int) -> Vector:
        """Returns a layer's kernel [in, out]; of a NumPy vector, a view."""
        return flat[self.kernel_slice(layer)].reshape(self.kernel_shape(layer))

    @cached_property
    def kernel_mask(self) -> Floats:
        """1 where the flat vector holds kernels, which alone are regularized."""
        mask = np.zeros(self.size, np.float32)
        for layer in range(self.n_hidden + 1):
            mask[self.kernel_slice(layer)] = 1.0
        return mask

    def split(self, flat: Array) -> Parts:
        """Takes a flat vector apart."""
        dense = range(self.n_hidden + 1)
        return Parts(
            tuple(self.kernel(flat, layer) for layer in dense),
            tuple(flat[self.bias_slice(layer)] for layer in dense),
            tuple(flat[self.slope_slice(layer)] for layer in range(self.n_hidden)),
        )

    def join(self, parts: Parts) -> Array:
        """Puts a flat vector together again."""
        pieces = []
        for kernel, bias in zip(parts.kernels, parts.biases, strict=True):
            pieces += [kernel.ravel(), bias]
        return jnp.concatenate([*pieces, *parts.slopes])
