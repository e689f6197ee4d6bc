"""Layout of a network's parameters in its flat vector.

For each dense layer its kernel [in, out] row by row, then its bias; after all
layers, for every hidden unit, its slope (learned in PReLU layers, idle
elsewhere). Where any layer is normalized there follow, for every hidden unit,
scales, shifts, moving means and moving variances of batch normalization. Of
maxout units each piece has numbers of its own: `out` counts weighted sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.functions.blocks import Block, UnitParameter, Vector, lay_out_blocks
from engine.functions.layer_kinds import Dense
from engine.network.pieces import list_pieces
from engine.spec import LayerSpec, Spec

Floats = NDArray[np.float32]


class ParameterArrays(NamedTuple):
    """Parameters as arrays by layer.

    Attributes:
        kernels: [in, out] of every dense layer.
        biases: [out] of every dense layer.
        slopes: [units] of every hidden layer.
        scales: [units] of every hidden layer, gamma; empty without batch normalization.
        shifts: the same, beta.
        means: the same, moving means.
        variances: the same, moving variances.
    """

    kernels: tuple[Array, ...]
    biases: tuple[Array, ...]
    slopes: tuple[Array, ...]
    scales: tuple[Array, ...] = ()
    shifts: tuple[Array, ...] = ()
    means: tuple[Array, ...] = ()
    variances: tuple[Array, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Spans of an architecture's parameters in its flat vector.

    Attributes:
        widths: units of every layer from the features to the output.
        direct: further inputs of the output layer, past the last hidden layer's units.
        normalized: whether any layer is normalized.
        pieces: weighted sums of each unit, for every hidden layer; none where all have one.
    """

    widths: tuple[int, ...]
    direct: int = 0
    normalized: bool = False
    pieces: tuple[int, ...] = ()

    @classmethod
    def of(cls, spec: Spec) -> Layout:
        """Returns the layout of a spec's own architecture."""
        pieces = list_pieces(layer.activation for layer in spec.layers)
        return _find_layout(spec.widths, spec.normalized, pieces)

    @property
    def unit_parameters(self) -> tuple[UnitParameter, ...]:
        """Parameters of each weighted sum of hidden units."""
        return tuple(UnitParameter) if self.normalized else (UnitParameter.SLOPE,)

    @property
    def n_hidden(self) -> int:
        """Hidden layers."""
        return len(self.widths) - 2

    @property
    def n_units(self) -> int:
        """Hidden units."""
        return sum(self.widths[1:-1])

    @cached_property
    def sums(self) -> tuple[int, ...]:
        """Weighted sums of each layer, the output layer's last."""
        pieces = (*(self.pieces or (1,) * self.n_hidden), 1)
        return tuple(units * own for units, own in zip(self.widths[1:], pieces, strict=True))

    @cached_property
    def layers(self) -> tuple[tuple[Block, ...], ...]:
        """The blocks of every layer: kernel, bias, and the parameters of hidden units."""
        shapes = []
        for layer in range(self.n_hidden + 1):
            rows, columns = self.kernel_shape(layer)
            own = self.unit_parameters if layer < self.n_hidden else ()
            shapes.append(Dense(columns, own).blocks((rows,)))
        return lay_out_blocks(shapes)

    @property
    def n_weights(self) -> int:
        """Kernels and biases."""
        return self.bias_slice(self.n_hidden).stop

    @property
    def size(self) -> int:
        """Length of the whole vector, unit parameters included."""
        return self.n_weights + len(self.unit_parameters) * self._n_hidden_sums

    @property
    def _n_hidden_sums(self) -> int:
        return sum(self.sums[:-1])

    def kernel_shape(self, layer: int) -> tuple[int, int]:
        """Rows and columns of a layer's kernel: [in, out]."""
        direct = self.direct if layer == self.n_hidden else 0
        return self.widths[layer] + direct, self.sums[layer]

    def kernel_slice(self, layer: int) -> slice:
        """Span of a layer's kernel, row by row."""
        return self.layers[layer][0].span

    def place_sums(self, layer: int, room: int) -> NDArray[np.int64]:
        """Returns where a layer's weighted sums stand among those of more units.

        Args:
            layer: hidden, or the output layer.
            room: units of the larger layer; each piece of units begins after that many sums.
        """
        units = self.widths[layer + 1]
        pieces = np.arange(self.sums[layer] // units)
        return (room * pieces[:, None] + np.arange(units)).ravel()

    def bias_slice(self, layer: int) -> slice:
        """Span of a layer's bias."""
        return self.layers[layer][1].span

    def unit_slice(self, parameter: UnitParameter, layer: int) -> slice:
        """Span of one parameter of a hidden layer's units."""
        return self.layers[layer][2 + parameter].span

    @property
    def moving_statistics_slice(self) -> slice:
        """Span of all moving means, then all moving variances."""
        return slice(self.n_weights + UnitParameter.MEAN * self._n_hidden_sums, self.size)

    def kernel(self, flat: Vector, layer: int) -> Vector:
        """Returns a layer's kernel [in, out]; of a NumPy vector, a view."""
        return flat[self.kernel_slice(layer)].reshape(self.kernel_shape(layer))

    @cached_property
    def kernel_mask(self) -> Floats:
        """1 where the flat vector holds kernels, which alone are regularized."""
        mask = np.zeros(self.size, np.float32)
        for block in chain.from_iterable(self.layers):
            if block.is_kernel:
                mask[block.span] = 1.0
        return mask

    def spread(self, per_layer: Sequence[bool]) -> NDArray[np.bool_]:
        """Returns for each number of the flat vector the value of its layer, bool [n]."""
        spread = np.zeros(self.size, bool)
        for value, blocks in zip(per_layer, self.layers, strict=True):
            for block in blocks:
                spread[block.span] = value
        return spread

    def split(self, flat: Any) -> ParameterArrays:
        """Splits a flat vector into arrays; a NumPy vector into views of it."""
        dense = range(self.n_hidden + 1)
        return ParameterArrays(
            tuple(self.kernel(flat, layer) for layer in dense),
            tuple(flat[self.bias_slice(layer)] for layer in dense),
            *(
                tuple(flat[self.unit_slice(parameter, layer)] for layer in range(self.n_hidden))
                for parameter in self.unit_parameters
            ),
        )

    def join(self, parts: ParameterArrays) -> Array:
        """Joins arrays into a flat vector."""
        pieces = []
        for kernel, bias in zip(parts.kernels, parts.biases, strict=True):
            pieces += [kernel.ravel(), bias]
        units = (parts.slopes, parts.scales, parts.shifts, parts.means, parts.variances)
        return jnp.concatenate([*pieces, *chain.from_iterable(units)])


@lru_cache(maxsize=256)
def _find_layout(widths: tuple[int, ...], normalized: bool, pieces: tuple[int, ...]) -> Layout:
    return Layout(widths, normalized=normalized, pieces=pieces)


def initial_value(parameter: UnitParameter, layer: LayerSpec) -> float:
    """Returns the initial value of a hidden unit's parameter."""
    if parameter is UnitParameter.SLOPE:
        return layer.negative_slope
    return 1.0 if parameter in (UnitParameter.SCALE, UnitParameter.VARIANCE) else 0.0
