"""Frames as safetensors: the library reads what is written, and every array lies aligned."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from safetensors.numpy import load, save

from app.protocol.frame_encoding import encode_frame

kinds = st.sampled_from([np.float32, np.uint8])
contents = kinds.flatmap(lambda kind: arrays(kind, array_shapes(min_dims=1, min_side=0)))


def read_header(blob: bytes) -> tuple[int, dict[str, dict[str, object]]]:
    (length,) = struct.unpack_from("<Q", blob)
    return 8 + length, json.loads(blob[8 : 8 + length])


@given(
    frame=st.dictionaries(
        st.text(min_size=1).filter(lambda name: name != "__metadata__"), contents
    ),
    metadata=st.dictionaries(st.text(), st.text()),
)
def test_library_reads_what_is_written(
    frame: dict[str, np.ndarray], metadata: dict[str, str]
) -> None:
    blob = encode_frame(frame, metadata)
    read = load(blob)
    assert read.keys() == frame.keys()
    for name, array in frame.items():
        assert (read[name].dtype, read[name].shape) == (array.dtype, array.shape)
        assert read[name].tobytes() == array.tobytes()
    start, header = read_header(blob)
    assert header.pop("__metadata__") == metadata
    assert start % 8 == 0
    for name, entry in header.items():
        begin, _ = entry["data_offsets"]  # pyright: ignore[reportGeneralTypeIssues]
        assert begin % frame[name].itemsize == 0


def test_arrays_lie_where_the_library_puts_them() -> None:
    frame = {
        "units": np.ones((2, 8, 8), np.uint8),
        "weights": np.arange(5, dtype=np.float32),
        "boundary": np.zeros((1, 4, 4), np.uint8),
        "history": np.zeros((0, 5), np.float32),
    }
    ours, theirs = encode_frame(frame, {"step": "7"}), save(frame, metadata={"step": "7"})
    assert read_header(ours) == read_header(theirs)
    assert ours[read_header(ours)[0] :] == theirs[read_header(theirs)[0] :]


def test_other_types_are_refused() -> None:
    with pytest.raises(KeyError):
        encode_frame({"boundary": np.zeros(3)}, {})
