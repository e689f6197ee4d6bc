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
        units: units of each hidden layer, or weighted sums where they have several.
        features: inputs, used or not.
        outputs: K.
        normalized: whether layers may be normalized; such programs are compiled apart.
    """

    layers: int
    units: int
    features: int = len(FEATURES)
    outputs: int = 10
    normalized: bool = False

    @property
    def layout(self) -> Layout:
        """Layout of the padded vector.

        The output layer also takes the features, for networks without hidden layers.
        """
        widths = (self.features, *[self.units] * self.layers, self.outputs)
        return Layout(widths, direct=self.features, normalized=self.normalized)

    def holds(self, spec: Spec) -> bool:
        """Whether a network fits."""
        sums = [layer.sums for layer in spec.layers]
        fits = len(sums) <= self.layers and all(n <= self.units for n in sums)
        fits = fits and len(spec.data.entry.inputs) <= self.features
        return fits and spec.normalized == self.normalized

    def indices(self, layout: Layout, features: tuple[int, ...]) -> NDArray[np.int32]:
        """Returns the index in the padded vector of each number of an exact one.

        Args:
            layout: the exact architecture.
            features: index of each of its inputs among all that there are.

        Returns:
            int32 [layout.size].
        """
        padded = self.layout
        own = np.arange(padded.size, dtype=np.int32)
        parts: list[NDArray[np.int32]] = []
        for layer in range(layout.n_hidden + 1):
            last = layer == layout.n_hidden
            padded_layer = self.layers if last else layer
            rows, _ = layout.kernel_shape(layer)
            columns = self._columns(layout, layer)
            kernel = padded.kernel(own, padded_layer)
            if layer == 0:
                first = self.units if last else 0
                kernel = kernel[[first + feature for feature in features]]
            parts += [
                kernel[:rows, columns].ravel(),
                own[padded.bias_slice(padded_layer)][columns],
            ]
        for parameter in layout.unit_parameters:
            for layer in range(layout.n_hidden):
                parts.append(own[padded.unit_slice(parameter, layer)][self._columns(layout, layer)])
        return np.concatenate(parts)

    def _columns(self, layout: Layout, layer: int) -> NDArray[np.int64]:
        """Places of a layer's weighted sums; each piece of its units has an equal share of room."""
        pieces = layout.sums[layer] // layout.widths[layer + 1]
        return layout.place_sums(layer, self.units // pieces)
