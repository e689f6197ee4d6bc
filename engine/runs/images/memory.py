"""Memory that a session takes for its image network."""

from __future__ import annotations

from engine.network import Layout
from engine.spec import Spec

#: Bytes of a float32, and vectors of a session: those of the run on the device, new ones while it
#: trains, the same on the host, two snapshots of its time line; when idle, one state and its start.
_FLOAT, _VECTORS, _PACKED_VECTORS = 4, 12, 4


def count_image_bytes(spec: Spec, *, packed: bool = False) -> int:
    """Returns how many bytes a session needs for its network for images; 0 for the plane.

    Args:
        spec: of the network.
        packed: whether no client is connected, and only its state is kept.
    """
    if not spec.data.is_images:
        return 0
    return _FLOAT * (_PACKED_VECTORS if packed else _VECTORS) * Layout.of(spec).size
