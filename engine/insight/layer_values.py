"""Values of every hidden layer for any inputs, in NumPy and float64: nothing is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.functions.activations import ACTIVATIONS
from engine.insight.derivatives import differentiate, take_largest
from engine.network import ParameterArrays
from engine.network.normalization import EPSILON
from engine.spec import Spec

Doubles = NDArray[np.float64]

#: Rows that are multiplied together: so few that it is not worth threads, whose waiting for each
#: other on a busy machine takes fifty times as long.
_ROWS = 128


class LayerValues(NamedTuple):
    """Values of one hidden layer, [rows, units].

    Attributes:
        activations: f(z).
        slopes: |f'(z)| over its largest value.
    """

    activations: Doubles
    slopes: Doubles


def select_features(spec: Spec, x: Floats) -> Doubles:
    """Returns the inputs of a network, [points, inputs], of rows like `Dataset.x`."""
    return spec.data.entry.compute_inputs(x)[:, spec.input_columns].astype(np.float64)


def iterate_layers(spec: Spec, params: ParameterArrays, inputs: Doubles) -> Iterator[LayerValues]:
    """Yields the values of every hidden layer, with moving averages where it is normalized.

    Args:
        spec: the network.
        params: its parameters.
        inputs: [rows, inputs], of points as `select_features` returns them.
    """
    h = inputs
    for layer, settings in enumerate(spec.layers):
        kernel, bias = (np.asarray(p[layer], np.float64) for p in (params.kernels, params.biases))
        z = multiply(h, kernel) + bias
        if settings.batch_norm:
            deviation = np.sqrt(params.variances[layer] + EPSILON)
            normal = (z - params.means[layer]) / deviation
            z = np.asarray(params.scales[layer] * normal + params.shifts[layer], np.float64)
        learned = ACTIVATIONS[settings.activation].learned_slope
        constant = params.slopes[layer] if learned else settings.negative_slope
        slope = np.broadcast_to(np.asarray(constant, np.float64), z.shape[1])
        h, slopes = differentiate(settings.activation, z, slope)
        if settings.pieces > 1:
            # The largest piece is what a unit hands on, so one of its slopes always is 1.
            h, _ = take_largest(h, slopes, settings.pieces)
            slopes = np.ones_like(h)
        largest = max(_find_largest_slope(settings.activation), float(slope.max()), 1e-12)
        yield LayerValues(h, np.abs(slopes) / largest)


def multiply(h: Doubles, kernel: Doubles) -> Doubles:
    """Returns h @ kernel, by one thread."""
    parts = [h[first : first + _ROWS] @ kernel for first in range(0, len(h), _ROWS)]
    return np.concatenate(parts)


@lru_cache(maxsize=len(ACTIVATIONS))
def _find_largest_slope(name: str) -> float:
    """Returns the largest |f'(z)| for z in [-6, 6], with slope 0 for z < 0 where it is a choice."""
    z = np.linspace(-6, 6, 1201)[:, None]
    _, slopes = differentiate(name, z, np.zeros(1))
    return float(np.abs(slopes).max())
