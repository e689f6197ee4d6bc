"""Parameter storage of a program: one flat vector, or arrays by layer.

Small networks whose products are library calls are trained as one flat vector, so that an update is
one loop over it. Others are trained array by array: in a folded loop, joining takes half of the
time, and of hundreds of thousands of numbers it costs more than it saves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jax import Array, ShapeDtypeStruct, lax

from engine.network.layout import Layout, ParameterArrays

#: Moving means and moving variances [units], one array for each hidden layer.
Averages = tuple[tuple[Array, ...], tuple[Array, ...]]


class Parameters(Protocol):
    """Protocol of a parameter storage."""

    def split(self, params: Any) -> ParameterArrays:
        """Returns the parameters as arrays by layer."""
        ...

    def join(self, parts: ParameterArrays) -> Any:
        """Returns parameters, or gradients, in this form."""
        ...

    def add_to_kernels(self, gradient: Any, params: Any, slope: Callable[[Array], Array]) -> Any:
        """Adds a penalty's gradient, `slope` of the weights, to that of the kernels alone."""
        ...

    def with_averages(self, params: Any, averages: Averages) -> Any:
        """Returns the parameters with other moving averages."""
        ...

    def spread(self, trainable: Any) -> Any:
        """Returns whether updates change each number, in this form or as what broadcasts to it.

        Args:
            trainable: whether they change a layer, for each one, the output layer's last.
        """
        ...

    def of_flat(self, vector: Array) -> Any:
        """Returns the parameters of a vector float32 [n] in this form."""
        ...

    def to_flat(self, params: Any) -> Array:
        """Returns the vector float32 [n] of parameters in this form."""
        ...

    def shapes(self) -> Any:
        """Returns the shapes of the parameters, to compile for."""
        ...


@dataclass(frozen=True)
class FlatParameters:
    """Parameters as one vector float32 [n].

    Attributes:
        layout: where they lie.
    """

    layout: Layout

    def split(self, params: Any) -> ParameterArrays:
        """Returns the parameters as arrays by layer."""
        return self.layout.split(params)

    def join(self, parts: ParameterArrays) -> Array:
        """Returns the flat vector."""
        return self.layout.join(parts)

    def add_to_kernels(
        self, gradient: Array, params: Array, slope: Callable[[Array], Array]
    ) -> Array:
        """Adds a penalty's gradient to that of the kernels."""
        return gradient + jnp.asarray(self.layout.kernel_mask) * slope(params)

    def with_averages(self, params: Array, averages: Averages) -> Array:
        """Returns the vector with other moving averages."""
        flat = jnp.concatenate([*averages[0], *averages[1]])
        return lax.dynamic_update_slice(params, flat, (self.layout.moving_statistics_slice.start,))

    def spread(self, trainable: Any) -> Array:
        """Returns the value of each number's layer, bool [n]."""
        return jnp.asarray(self.layout.spread(trainable))

    def of_flat(self, vector: Array) -> Array:
        """Returns the vector itself."""
        return vector

    def to_flat(self, params: Array) -> Array:
        """Returns the vector itself."""
        return params

    def shapes(self) -> ShapeDtypeStruct:
        """Returns the shape of the vector."""
        return ShapeDtypeStruct((self.layout.size,), jnp.float32)


@dataclass(frozen=True)
class SplitParameters:
    """Parameters as `ParameterArrays`: one array for each kernel, bias and vector of units.

    Attributes:
        layout: where they lie in the flat vector.
    """

    layout: Layout

    def split(self, params: ParameterArrays) -> ParameterArrays:
        """Returns the parameters themselves."""
        return params

    def join(self, parts: ParameterArrays) -> ParameterArrays:
        """Returns the parts themselves."""
        return parts

    def add_to_kernels(
        self, gradient: ParameterArrays, params: ParameterArrays, slope: Callable[[Array], Array]
    ) -> ParameterArrays:
        """Adds a penalty's gradient to that of the kernels."""
        pairs = zip(gradient.kernels, params.kernels, strict=True)
        return gradient._replace(kernels=tuple(g + slope(w) for g, w in pairs))

    def with_averages(self, params: ParameterArrays, averages: Averages) -> ParameterArrays:
        """Returns the parts with other moving averages."""
        return params._replace(means=averages[0], variances=averages[1])

    def spread(self, trainable: Any) -> ParameterArrays:
        """Returns the value of each array's layer: a bool, known when a program is compiled."""
        own: Any = tuple(trainable)
        hidden = own[: self.layout.n_hidden]
        units = (hidden,) * len(self.layout.unit_parameters)
        return ParameterArrays(own, own, *units)

    def of_flat(self, vector: Array) -> ParameterArrays:
        """Returns the arrays of a vector."""
        return self.layout.split(vector)

    def to_flat(self, params: ParameterArrays) -> Array:
        """Returns the vector of the arrays."""
        return self.layout.join(params)

    def shapes(self) -> ParameterArrays:
        """Returns the shapes of the parts."""
        flat = ShapeDtypeStruct((self.layout.size,), jnp.float32)
        return jax.eval_shape(self.of_flat, flat)


@dataclass(frozen=True)
class StackedParameters(SplitParameters):
    """Parameters of a capacity: arrays of the first layer, of all inner ones, of the output layer.

    The inner layers lie along a leading axis, so that a loop can go through them.
    """

    def spread(self, trainable: Any) -> ParameterArrays:
        """Returns the value of the layers of each array, bool [] and [layers - 1, 1, 1] or so."""
        n = self.layout.n_hidden
        first, inner, output = trainable[0], trainable[1:n, None], trainable[n]
        units = ((first, inner),) * len(self.layout.unit_parameters)
        return ParameterArrays((first, inner[..., None], output), (first, inner, output), *units)

    def of_flat(self, vector: Array) -> ParameterArrays:
        """Returns the arrays of a vector."""
        n = self.layout.n_hidden
        return ParameterArrays(*(_stack(arrays, n) for arrays in self.layout.split(vector)))

    def to_flat(self, params: ParameterArrays) -> Array:
        """Returns the vector of the arrays."""
        return self.layout.join(ParameterArrays(*(_unstack(arrays) for arrays in params)))


def _stack(arrays: tuple[Array, ...], n_hidden: int) -> tuple[Array, ...]:
    if not arrays:
        return ()
    return (arrays[0], jnp.stack(arrays[1:n_hidden]), *arrays[n_hidden:])


def _unstack(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    return (arrays[0], *arrays[1], *arrays[2:]) if arrays else ()
