"""Frame encoding: arrays and metadata as one safetensors blob."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

#: Names of the types in a header, wider ones first.
_DTYPES = {np.dtype(np.float32): "F32", np.dtype(np.uint8): "U8"}
_ALIGNMENT = 8


def encode_frame(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """Encodes the arrays of a frame with its metadata.

    Wider types come first and the header is padded to 8 bytes, so every array lies aligned in
    the blob. Each array is copied once; safetensors' own `save` copies it three times, which is a
    tenth of what a small frame costs the server.

    Args:
        arrays: name -> C-contiguous f32 or u8 array.
        metadata: strings only.

    Returns:
        u64 little-endian header length, JSON header, raw arrays.
    """
    ordered = sorted(arrays.items(), key=lambda item: (-item[1].itemsize, item[0]))
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name, array in ordered:
        begin, end = end, end + array.nbytes
        dtype = _DTYPES[array.dtype]
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": (begin, end)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    parts = [
        len(text).to_bytes(8, "little"),
        text,
        *(np.ascontiguousarray(array).data for _, array in ordered),
    ]
    return b"".join(parts)
