"""Checkpoints: a trainer on disk, as safetensors with the spec in the metadata."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.errors import CheckpointError, SpecError
from engine.network import Layout
from engine.spec import Spec, dump_spec, parse_spec

_FORMAT = "livenet-trainer-1"
_VECTORS = ("params", "m", "v")


@dataclass(frozen=True)
class Checkpoint:
    """Everything a trainer needs to go on bit for bit."""

    spec: Spec
    params: Floats
    m: Floats
    v: Floats
    counters: Counters


def encode_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Returns a checkpoint as the bytes of a safetensors file."""
    metadata = {
        "format": _FORMAT,
        "spec": json.dumps(dump_spec(checkpoint.spec)),
        "counters": json.dumps(asdict(checkpoint.counters)),
    }
    tensors = {name: np.ascontiguousarray(getattr(checkpoint, name)) for name in _VECTORS}
    return save(tensors, metadata)


def save_checkpoint(path: str | Path, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint; a file that is there is replaced only by a whole one.

    Args:
        path: the file.
        checkpoint: what is saved.

    Raises:
        CheckpointError: the file cannot be written.
    """
    beside = Path(path).with_name(Path(path).name + ".part")
    try:
        beside.write_bytes(encode_checkpoint(checkpoint))
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CheckpointError(f"{Path(path).name} cannot be written: {error}") from None


def decode_checkpoint(content: bytes, name: str = "the file") -> Checkpoint:
    """Reads a checkpoint from the bytes of its file.

    Args:
        content: the whole file.
        name: what errors call it.

    Raises:
        CheckpointError: it is no checkpoint, or does not fit its spec.
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
    for key in _VECTORS:
        tensor = tensors.get(key)
        if tensor is None or tensor["dtype"] != "F32" or tensor["shape"] != [size]:
            raise CheckpointError(f"{key} must be {size} float32 numbers", key)
        vectors[key] = np.frombuffer(tensor["data"], "<f4").astype(np.float32)
        if not np.isfinite(vectors[key]).all():
            raise CheckpointError(f"{key} holds numbers that are not finite", key)
    return Checkpoint(spec, **vectors, counters=counters)


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Reads a checkpoint.

    Raises:
        CheckpointError: the file is no checkpoint, or does not fit its spec.
    """
    name = Path(path).name
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CheckpointError(f"{name} cannot be read: {error}") from None
    return decode_checkpoint(content, name)


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
