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

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.errors import CheckpointError, SpecError
from engine.network import Layout
from engine.programs.training import State
from engine.spec import Spec, dump_spec, parse_spec
from engine.state.snapshots import Snapshot, no_ranges

_FORMAT = "livenet-trainer-1"


#: Makes or finds the data of a spec.
MakeData = Callable[[Spec], Any]
#: Tensors of a safetensors file by name: `dtype`, `shape` and `data`.
Tensors = dict[str, dict[str, Any]]


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
    tensors, metadata = read_file(content, name)
    if metadata.get("format") != _FORMAT:
        raise CheckpointError(f"{name} is not a saved trainer")
    spec, counters = _read_metadata(metadata)
    size = Layout.of(spec).size
    vectors = {key: read_vector(tensors, key, size) for key in State._fields}
    data = make_data(spec)
    return check_position(Snapshot(spec, data, State(**vectors), counters, no_ranges(spec)))


def check_position(read: Snapshot) -> Snapshot:
    """Returns a snapshot whose place in the epoch exists.

    Raises:
        CheckpointError: the epoch has fewer batches.
    """
    if read.counters.first >= read.batches_per_epoch:
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


def read_file(content: bytes, name: str) -> tuple[Tensors, dict[str, str]]:
    """Returns the tensors and the metadata of a safetensors file.

    Args:
        content: the whole file.
        name: what errors call it.

    Raises:
        CheckpointError: it is none.
    """
    try:
        tensors = dict(deserialize(content))
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length])
    except (SafetensorError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{name} cannot be read: {error}") from None
    return tensors, header.get("__metadata__") or {}


def read_vector(tensors: Tensors, key: str, size: int) -> Floats:
    """Returns a float32 vector of a file, which must be finite and have so many numbers.

    Raises:
        CheckpointError: it is not there, or another one.
    """
    tensor = tensors.get(key)
    if tensor is None or tensor["dtype"] != "F32" or tensor["shape"] != [size]:
        raise CheckpointError(f"{key} must be {size} float32 numbers", key)
    vector = np.frombuffer(tensor["data"], "<f4").astype(np.float32)
    if not np.isfinite(vector).all():
        raise CheckpointError(f"{key} holds numbers that are not finite", key)
    return vector


def _read_metadata(metadata: dict[str, str]) -> tuple[Spec, Counters]:
    try:
        return read_spec(json.loads(metadata["spec"])), read_counters(
            json.loads(metadata["counters"])
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError("the metadata cannot be read") from None


def read_spec(value: Any) -> Spec:
    """Returns the spec of a file.

    Raises:
        CheckpointError: it breaks a rule.
    """
    try:
        return parse_spec(value)
    except SpecError as error:
        raise CheckpointError(f"the spec is refused: {error.message}", error.path) from None


def read_counters(value: Any) -> Counters:
    """Returns the counters of a file.

    Raises:
        CheckpointError: they are none, or out of range.
    """
    try:
        counters = Counters(**value)
    except TypeError:
        raise CheckpointError("the metadata cannot be read") from None
    for name, number in asdict(counters).items():
        if type(number) is not int or not 0 <= number < 2**31:
            raise CheckpointError(f"{name} must be a whole number from 0")
    return counters
