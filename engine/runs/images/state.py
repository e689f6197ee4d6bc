"""Training state of a run on images: arrays by layer on the device, flat vectors on the host.

With the memory that a session takes for it.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from engine.base.arrays import Floats
from engine.base.devices import image_device
from engine.network import Layout, ParameterArrays
from engine.programs.training import State
from engine.spec import Spec

#: Bytes of a float32, and vectors of a session: those of the run on the device, new ones while it
#: trains, the same on the host, two snapshots of its time line; when idle, one state and its start.
_FLOAT, _VECTORS, _PACKED_VECTORS = 4, 12, 4


class ImageState:
    """Parameters and moments of an image network; either form is made when it is asked for.

    Args:
        layout: of the flat vectors.
        flat: the state to begin with.
    """

    def __init__(self, layout: Layout, flat: State[Floats]) -> None:
        self._layout = layout
        self._flat: State[Floats] | None = flat
        self._arrays: State[ParameterArrays] | None = None

    @property
    def flat(self) -> State[Floats]:
        """Flat vectors float32 [n] on the host."""
        if self._flat is None:
            host = jax.device_get(self._arrays)
            self._flat = State(*(join_parameters(self._layout, parts) for parts in host))
        return self._flat

    @property
    def arrays(self) -> State[ParameterArrays]:
        """Arrays by layer on the device."""
        if self._arrays is None:
            assert self._flat is not None
            parts = State(*(self._layout.split(vector) for vector in self._flat))
            placed: State[ParameterArrays] = jax.device_put(parts, image_device())
            self._arrays = placed
            return placed
        return self._arrays

    def update(self, arrays: State[ParameterArrays]) -> None:
        """Replaces the state by what training returned."""
        self._arrays, self._flat = arrays, None

    def release_memory(self) -> None:
        """Keeps the flat vectors alone."""
        self._flat, self._arrays = self.flat, None


def join_parameters(layout: Layout, parts: Any) -> Floats:
    """Returns the flat vector of arrays by layer on the host."""
    flat = np.empty(layout.size, np.float32)
    for layer, (kernel, bias) in enumerate(zip(parts.kernels, parts.biases, strict=True)):
        flat[layout.kernel_slice(layer)] = kernel.ravel()
        flat[layout.bias_slice(layer)] = bias
    units = (parts.slopes, parts.scales, parts.shifts, parts.means, parts.variances)
    for parameter in layout.unit_parameters:
        for layer, numbers in enumerate(units[parameter]):
            flat[layout.unit_slice(parameter, layer)] = numbers
    return flat


def count_image_bytes(spec: Spec, *, packed: bool = False) -> int:
    """Returns how many bytes a session needs for its network for images; 0 for the plane.

    Args:
        spec: of the network.
        packed: whether no client is connected, and only its state is kept.
    """
    if not spec.data.is_images:
        return 0
    return _FLOAT * (_PACKED_VECTORS if packed else _VECTORS) * Layout.of(spec).size
