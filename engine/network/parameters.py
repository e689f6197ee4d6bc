"""Parameter storage: the form in which a program holds parameters while it trains.

Small networks are trained as one flat vector, so that an update is one loop over it. Large ones
are trained array by array: joining hundreds of thousands of numbers for every update costs more
than it saves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jax import Array, ShapeDtypeStruct, lax

from engine.network.layout import Layout, Parts

#: Moving means and moving variances [units], one array for each hidden layer.
Averages = tuple[tuple[Array, ...], tuple[Array, ...]]


class Parameters(Protocol):
    """A form of parameters: how they are split for a forward pass, and changed by an update."""

    def split(self, params: Any) -> Parts:
        """Returns the parameters as arrays by layer."""
        ...

    def join(self, parts: Parts) -> Any:
        """Returns parameters, or gradients, in this form."""
        ...

    def add_to_kernels(self, gradient: Any, params: Any, slope: Callable[[Array], Array]) -> Any:
        """Adds a penalty's gradient, `slope` of the weights, to that of the kernels alone."""
        ...

    def with_averages(self, params: Any, averages: Averages) -> Any:
        """Returns the parameters with other moving averages."""
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

    def split(self, params: Any) -> Parts:
        """Returns the parameters as arrays by layer."""
        return self.layout.split(params)

    def join(self, parts: Parts) -> Array:
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
        return lax.dynamic_update_slice(params, flat, (self.layout.moments_slice.start,))

    def shapes(self) -> ShapeDtypeStruct:
        """Returns the shape of the vector."""
        return ShapeDtypeStruct((self.layout.size,), jnp.float32)


@dataclass(frozen=True)
class SplitParameters:
    """Parameters as `Parts`: one array for each kernel, bias and vector of units.

    Attributes:
        layout: where they lie in the flat vector.
    """

    layout: Layout

    def split(self, params: Parts) -> Parts:
        """Returns the parameters themselves."""
        return params

    def join(self, parts: Parts) -> Parts:
        """Returns the parts themselves."""
        return parts

    def add_to_kernels(
        self, gradient: Parts, params: Parts, slope: Callable[[Array], Array]
    ) -> Parts:
        """Adds a penalty's gradient to that of the kernels."""
        pairs = zip(gradient.kernels, params.kernels, strict=True)
        return gradient._replace(kernels=tuple(g + slope(w) for g, w in pairs))

    def with_averages(self, params: Parts, averages: Averages) -> Parts:
        """Returns the parts with other moving averages."""
        return params._replace(means=averages[0], variances=averages[1])

    def shapes(self) -> Parts:
        """Returns the shapes of the parts."""
        flat = ShapeDtypeStruct((self.layout.size,), jnp.float32)
        return jax.eval_shape(self.layout.split, flat)
