"""Capacities: maximal sizes of the networks that one compiled program can run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.functions.features import FEATURES
from engine.network.layout import Layout
from engine.spec import Spec


@dataclass(frozen=True)
class Capacity:
    """Maximal layers, units, features and outputs of a general program.

    Attributes:
        layers: hidden layers.
        units: units of each hidden layer.
        features: inputs.
        outputs: K.
        normalized: whether layers may be normalized; a kind of program of its own.
    """

    layers: int
    units: int
    features: int = len(FEATURES)
    outputs: int = 10
    normalized: bool = False

    @property
    def layout(self) -> Layout:
        """Places in the padded vector.

        The output layer also takes the features, for networks without hidden layers.
        """
        widths = (self.features, *[self.units] * self.layers, self.outputs)
        return Layout(widths, direct=self.features, normalized=self.normalized)

    def holds(self, spec: Spec) -> bool:
        """Whether a network fits."""
        units = [layer.units for layer in spec.layers]
        fits = len(units) <= self.layers and all(n <= self.units for n in units)
        return fits and spec.normalized == self.normalized

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
        for kind in layout.kinds:
            for layer in range(layout.n_hidden):
                parts.append(own[padded.unit_slice(kind, layer)][: layout.widths[layer + 1]])
        return np.concatenate(parts)
