"""Checkpoints: a trainer on disk, as safetensors with the spec in the metadata."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from engine.arrays import Floats
from engine.counters import Counters
from engine.errors import CheckpointError, SpecError
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


def save_checkpoint(path: str | Path, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint; a file that is there is replaced only by a whole one.

    Args:
        path: the file.
        checkpoint: what is saved.

    Raises:
        CheckpointError: the file cannot be written.
    """
    metadata = {
        "format": _FORMAT,
        "spec": json.dumps(dump_spec(checkpoint.spec)),
        "counters": json.dumps(asdict(checkpoint.counters)),
    }
    tensors = {name: np.ascontiguousarray(getattr(checkpoint, name)) for name in _VECTORS}
    beside = Path(path).with_name(Path(path).name + ".part")
    try:
        save_file(tensors, beside, metadata)
        os.replace(beside, path)
    except (SafetensorError, OSError) as error:
        beside.unlink(missing_ok=True)
        raise CheckpointError(f"{Path(path).name} cannot be written: {error}") from None


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Reads a checkpoint.

    Raises:
        CheckpointError: the file is no checkpoint, or does not fit its spec.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            vectors = {name: file.get_tensor(name) for name in _VECTORS if name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{Path(path).name} cannot be read: {error}") from None
    if metadata.get("format") != _FORMAT:
        raise CheckpointError(f"{Path(path).name} is not a saved trainer")
    spec, counters = _read_metadata(metadata)
    size = Layout.of(spec).size
    for name in _VECTORS:
        vector = vectors.get(name)
        if vector is None or vector.dtype != np.float32 or vector.shape != (size,):
            raise CheckpointError(f"{name} must be {size} float32 numbers")
        if not np.isfinite(vector).all():
            raise CheckpointError(f"{name} holds numbers that are not finite")
    return Checkpoint(spec, **vectors, counters=counters)


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
