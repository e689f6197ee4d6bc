"""Frame encoding: arrays and metadata as one safetensors blob."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors.numpy import save


def encode_frame(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """Encodes the arrays of a frame with its metadata.

    The library writes wider types first and pads the header to 8 bytes, so every
    array lies aligned in the blob.

    Args:
        arrays: name -> C-contiguous f32 or u8 array.
        metadata: strings only.

    Returns:
        u64 little-endian header length, JSON header, raw arrays.
    """
    return save(dict(arrays), metadata=dict(metadata))
