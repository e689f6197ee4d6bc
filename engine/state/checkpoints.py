"""Checkpoints: a snapshot as a safetensors file, with the spec in the metadata.

Data are not in the file: they are made again from the spec.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from engine.base.counters import Counters
from engine.base.errors import CheckpointError, SpecError
from engine.network import Layout
from engine.programs.training import State
from engine.spec import Spec, dump_spec, parse_spec
from engine.state.snapshots import Snapshot, no_ranges

_FORMAT = "livenet-trainer-1"


#: Makes or finds the data of a spec.
MakeData = Callable[[Spec], Any]


def encode_checkpoint(snapshot: Snapshot) -> bytes:
    """Returns spec, state and counters as the bytes of a safetensors file."""
    metadata = {
        "format": _FORMAT,
        "spec": json.dumps(dump_spec(snapshot.spec)),
        "counters": json.dumps(asdict(snapshot.counters)),
    }
    tensors = {
        name: np.ascontiguousarray(vector) for name, vector in snapshot.state._asdict().items()
    }
    return save(tensors, metadata)


def save_checkpoint(path: str | Path, snapshot: Snapshot) -> None:
    """Writes a checkpoint; a file that is there is replaced only by a whole one.

    Args:
        path: the file.
        snapshot: what is saved.

    Raises:
        CheckpointError: the file cannot be written.
    """
    beside = Path(path).with_name(Path(path).name + ".part")
    try:
        beside.write_bytes(encode_checkpoint(snapshot))
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CheckpointError(f"{Path(path).name} cannot be written: {error}") from None


def decode_checkpoint(content: bytes, make_data: MakeData, name: str = "the file") -> Snapshot:
    """Reads a checkpoint from the bytes of its file.

    Args:
        content: the whole file.
        make_data: makes the data of its spec.
        name: what errors call it.

    Raises:
        CheckpointError: it is no checkpoint, or does not fit its spec.
        DataError: its data cannot be made.
    """
    try:
        tensors = dict(deserialize(content))
        metadata = _read_header(content).get("__metadata__") or {}
    except (SafetensorError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{name} cannot be read: {error}") from None
    if metadata.get("format") != _FORMAT:
        raise CheckpointError(f"{name} is not a saved trainer")
    spec, counters = _read_metadata(metadata)
    size = Layout.of(spec).size
    vectors = {}
    for key in State._fields:
        tensor = tensors.get(key)
        if tensor is None or tensor["dtype"] != "F32" or tensor["shape"] != [size]:
            raise CheckpointError(f"{key} must be {size} float32 numbers", key)
        vectors[key] = np.frombuffer(tensor["data"], "<f4").astype(np.float32)
        if not np.isfinite(vectors[key]).all():
            raise CheckpointError(f"{key} holds numbers that are not finite", key)
    data = make_data(spec)
    read = Snapshot(spec, data, State(**vectors), counters, no_ranges(spec))
    if counters.first >= read.batches_per_epoch:
        raise CheckpointError(f"first must be less than {read.batches_per_epoch} batches")
    return read


def load_checkpoint(path: str | Path, make_data: MakeData) -> Snapshot:
    """Reads a checkpoint; see `decode_checkpoint`.

    Raises:
        CheckpointError: the file is no checkpoint, or does not fit its spec.
    """
    name = Path(path).name
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CheckpointError(f"{name} cannot be read: {error}") from None
    return decode_checkpoint(content, make_data, name)


def _read_header(content: bytes) -> dict[str, Any]:
    (length,) = struct.unpack_from("<Q", content)
    return json.loads(content[8 : 8 + length])


def _read_metadata(metadata: dict[str, str]) -> tuple[Spec, Counters]:
    try:
        spec = parse_spec(json.loads(metadata["spec"]))
        numbers = json.loads(metadata["counters"])
        counters = Counters(**numbers)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, SpecError):
            raise CheckpointError(f"the spec is refused: {error.message}", error.path) from None
        raise CheckpointError("the metadata cannot be read") from None
    for name, value in asdict(counters).items():
        if type(value) is not int or not 0 <= value < 2**31:
            raise CheckpointError(f"{name} must be a whole number from 0")
    return spec, counters
