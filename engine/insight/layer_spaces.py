"""Layer spaces: where each layer maps the plane and the points on it.

A layer of two units maps them to a plane whose axes are its units. One of more units is shown in
its principal components, whose axes follow those shown last, so that a picture that moves never
flips. A layer of one unit folds the plane onto a line.

References:
    Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.data.datasets import Dataset
from engine.insight.layer_values import iterate_layers, multiply, select_features
from engine.network import ParameterArrays
from engine.spec import Spec

#: Places along a side of the mesh over [-6, 6]^2, every second of which lies on a line.
MESH = 41
#: Train points that are shown, at most.
POINTS = 256
#: Axes of a space.
AXES = 3

Doubles = NDArray[np.float64]


class LayerSpaces(NamedTuple):
    """Spaces of the inputs, of each hidden layer, and of the output.

    Attributes:
        places: float32 [spaces * (MESH * MESH + points), 3], space after space: the mesh row by
            row, row 0 at x2 = -6, then the first train points.
        variance: float32 [spaces, 3]: share of the train points' variance along each axis.
        output: float32 [K, 4]: what the logits are over the axes of the last space before the
            output, for places on those axes: three slopes and a constant.
    """

    places: Floats
    variance: Floats
    output: Floats


class LayerSpacesTracker:
    """Computes layer spaces, with axes that follow those of the time before."""

    def __init__(self) -> None:
        self._axes: dict[tuple[int, int], Doubles] = {}

    def measure(self, spec: Spec, params: ParameterArrays, data: Dataset) -> LayerSpaces:
        """Computes the spaces of a network.

        Args:
            spec: the network.
            params: its parameters.
            data: the points.
        """
        points = data.x[: min(data.n_train, POINTS)]
        x = np.concatenate([data.plane.grid(MESH), points])
        layers = [select_features(spec, x)]
        layers += [activations for activations, _ in iterate_layers(spec, params, layers[0])]
        kernel, bias = (np.asarray(p[-1], np.float64) for p in (params.kernels, params.biases))
        layers.append(multiply(layers[-1], kernel) + bias)
        views = [self._view(i, h) for i, h in enumerate(layers)]
        places, variance = zip(*((v.places, v.variance) for v in views), strict=True)
        last = views[-2]
        output = np.vstack([last.axes.T @ kernel, last.centre @ kernel + bias])
        whole = np.concatenate(places), np.stack(variance), output.T
        return LayerSpaces(*(np.ascontiguousarray(array, np.float32) for array in whole))

    def _view(self, layer: int, h: Doubles) -> _View:
        units = h.shape[1]
        points = h[MESH * MESH :]
        if units < AXES:
            centre, axes = np.zeros(units), np.eye(units, AXES)
        else:
            centre = points.mean(axis=0)
            axes = follow_axes(find_components(points - centre), self._axes.get((layer, units)))
            self._axes[layer, units] = axes
        places = multiply(h - centre, axes)
        return _View(places, _share_variance(places[MESH * MESH :], points), centre, axes)


class _View(NamedTuple):
    """A space as it is shown: places [n, 3], variance [3], centre [units], axes [units, 3]."""

    places: Doubles
    variance: Doubles
    centre: Doubles
    axes: Doubles


def find_components(centred: Doubles) -> Doubles:
    """Returns the first three principal axes, columns [units, 3]; their largest part is positive.

    Args:
        centred: [points, units], without their mean.
    """
    axes = np.linalg.svd(centred.T @ centred)[0][:, :AXES]
    largest = np.abs(axes).argmax(axis=0)
    return axes * np.where(axes[largest, np.arange(AXES)] < 0, -1.0, 1.0)


def follow_axes(axes: Doubles, before: Doubles | None) -> Doubles:
    """Turns principal axes so that they are as near to those before as their plane allows.

    The first two are turned within their plane, which is what is shown flat; the third one, which
    is at right angles to it, may only change its sign. So the places keep their distances and the
    plane its share of the variance.

    Args:
        axes: orthonormal columns [units, 3].
        before: the axes of the time before; None if there are none.
    """
    if before is None:
        return axes
    left, _, right = np.linalg.svd(axes[:, :2].T @ before[:, :2])
    sign = -1.0 if axes[:, 2] @ before[:, 2] < 0 else 1.0
    return np.column_stack([axes[:, :2] @ left @ right, sign * axes[:, 2]])


def _share_variance(places: Doubles, points: Doubles) -> Doubles:
    """Returns the share of the points' variance along each axis; 0 where there is none at all."""
    whole = points.var(axis=0).sum()
    return places.var(axis=0) / whole if whole > 0 else np.zeros(AXES)
