"""Capacities: the room that one compiled program has for many networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.network.layout import Layout


@dataclass(frozen=True)
class Capacity:
    """Room for every network of up to so many layers, units, features and outputs.

    Attributes:
        layers: hidden layers.
        units: units of each hidden layer.
        features: inputs.
        outputs: K.
    """

    layers: int
    units: int
    features: int = 10
    outputs: int = 10

    @property
    def layout(self) -> Layout:
        """Places in the padded vector.

        The output layer also takes the features, for networks without hidden layers.
        """
        widths = (self.features, *[self.units] * self.layers, self.outputs)
        return Layout(widths, direct=self.features)

    def holds(self, widths: tuple[int, ...]) -> bool:
        """Whether an architecture fits."""
        hidden = widths[1:-1]
        return len(hidden) <= self.layers and all(units <= self.units for units in hidden)

    def places(self, layout: Layout, features: tuple[int, ...]) -> NDArray[np.int32]:
        """Returns where each number of an exact vector stands in the padded one.

        Args:
            layout: the exact architecture.
            features: place of each of its inputs among all features.

        Returns:
            int32 [layout.size].
        """
        padded = self.layout
        own = np.arange(padded.size, dtype=np.int32)
        parts: list[NDArray[np.int32]] = []
        for layer in range(layout.n_hidden + 1):
            last = layer == layout.n_hidden
            place = self.layers if last else layer
            rows, columns = layout.kernel_shape(layer)
            kernel = padded.kernel(own, place)
            if layer == 0:
                first = self.units if last else 0
                kernel = kernel[[first + feature for feature in features]]
            parts += [kernel[:rows, :columns].ravel(), own[padded.bias_slice(place)][:columns]]
        for layer in range(layout.n_hidden):
            parts.append(own[padded.slope_slice(layer)][: layout.widths[layer + 1]])
        return np.concatenate(parts)
