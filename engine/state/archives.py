"""Archives: many snapshots of one run in one safetensors file; what they share is in it once.

As in checkpoints, specs and counters are in the metadata, and data are made again from the specs.
Custom points are tensors, and vectors of zeros are left out.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors.numpy import save

from engine.base.arrays import Floats
from engine.base.errors import CheckpointError
from engine.network import Layout
from engine.programs.training import State
from engine.programs.turns import Ranges
from engine.spec import MAX_POINTS, Spec
from engine.state.checkpoints import (
    MakeData,
    Tensors,
    check_position,
    read_counters,
    read_file,
    read_spec,
    read_vector,
)
from engine.state.snapshots import Snapshot

_FORMAT = "livenet-session-1"
#: Far more than a session has: 100 steps of undo and 64 points of the time line.
MAX_SNAPSHOTS = 512


@dataclass(frozen=True)
class Archive:
    """Snapshots of one run, and the notes of whoever keeps them.

    Attributes:
        snapshots: at least one; those that are the same object are in the file once.
        notes: text that says what each snapshot is.
    """

    snapshots: tuple[Snapshot, ...]
    notes: str


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _SnapshotEntry(_Part):
    """A snapshot: numbers of its spec, names of its vectors (null: zeros), and its counters."""

    spec: int = Field(ge=0)
    state: list[str | None] = Field(min_length=3, max_length=3)
    ranges: str | None
    counters: dict[str, int]
    shown: bool | None


class _Index(_Part):
    """For each spec the tensor of its custom points; the snapshots, and where each stands."""

    points: list[str | None] = Field(max_length=MAX_SNAPSHOTS)
    snapshots: list[_SnapshotEntry] = Field(min_length=1, max_length=MAX_SNAPSHOTS)
    order: list[Annotated[int, Field(ge=0)]] = Field(min_length=1, max_length=MAX_SNAPSHOTS)


def encode_archive(archive: Archive) -> bytes:
    """Returns an archive as the bytes of a safetensors file."""
    tensors: dict[str, NDArray[Any]] = {}
    named: dict[int, str] = {}

    def name_vector(vector: Floats) -> str | None:
        if not vector.any():
            return None
        if id(vector) not in named:
            named[id(vector)] = f"v{len(named)}"
            tensors[named[id(vector)]] = np.ascontiguousarray(vector)
        return named[id(vector)]

    specs = {id(one.spec): one.spec for one in archive.snapshots}
    points = {id(spec.data.points): spec.data.points for spec in specs.values()}
    for key, rows in points.items():
        if rows is not None:
            tensors[f"p{key}"] = np.array(rows, np.float64)
    numbers = {key: number for number, key in enumerate(specs)}
    snapshots = {id(one): one for one in archive.snapshots}
    places = {key: place for place, key in enumerate(snapshots)}
    index = {
        "points": [
            None if spec.data.points is None else f"p{id(spec.data.points)}"
            for spec in specs.values()
        ],
        "snapshots": [
            {
                "spec": numbers[id(one.spec)],
                "state": [name_vector(vector) for vector in one.state],
                "ranges": name_vector(_join(one.ranges)),
                "counters": asdict(one.counters),
                # What shows an image network again is far more than this, and is made anew.
                "shown": one.shown if isinstance(one.shown, bool) else None,
            }
            for one in snapshots.values()
        ],
        "order": [places[id(one)] for one in archive.snapshots],
    }
    metadata = {"format": _FORMAT, "index": json.dumps(index), "notes": archive.notes}
    texts = (spec.model_dump_json(exclude={"data": {"points"}}) for spec in specs.values())
    return save(tensors, metadata | {f"spec{number}": text for number, text in enumerate(texts)})


def decode_archive(content: bytes, make_data: MakeData) -> Archive:
    """Reads an archive from the bytes of its file.

    Args:
        content: the whole file.
        make_data: makes the data of a spec; asked once for data that are the same.

    Raises:
        CheckpointError: it is none, or does not fit its specs.
        DataError: the data cannot be made.
    """
    tensors, metadata = read_file(content, "the saved session")
    if metadata.get("format") != _FORMAT or "notes" not in metadata:
        raise CheckpointError("this is no saved session")
    try:
        index = _Index.model_validate_json(metadata.get("index", ""))
    except ValidationError:
        raise CheckpointError("the index of the saved session cannot be read") from None
    specs = _read_specs(index.points, metadata, tensors)
    one_of_each = {spec.data: spec for spec in specs}
    data = {key: make_data(spec) for key, spec in one_of_each.items()}
    try:
        read = [
            _read_snapshot(entry, specs[entry.spec], data[specs[entry.spec].data], tensors)
            for entry in index.snapshots
        ]
        snapshots = tuple(read[place] for place in index.order)
    except IndexError:
        raise CheckpointError("the saved session is not whole") from None
    return Archive(snapshots, metadata["notes"])


def _read_specs(points: list[str | None], metadata: dict[str, str], tensors: Tensors) -> list[Spec]:
    """Returns the specs; data that are the same are one object, as they were."""
    known: dict[Any, Any] = {}
    specs = []
    for number, key in enumerate(points):
        try:
            value = json.loads(metadata.get(f"spec{number}", ""))
        except (ValueError, RecursionError):
            raise CheckpointError("a spec of the saved session cannot be read") from None
        if key is not None and isinstance(value, dict) and isinstance(value.get("data"), dict):
            value["data"]["points"] = _read_points(tensors, key)
        spec = read_spec(value)
        data = known.setdefault(spec.data, spec.data)
        specs.append(spec.model_copy(update={"data": data}))
    return specs


def _read_points(tensors: Tensors, key: str) -> list[list[float]]:
    tensor = tensors.get(key)
    if tensor is None or tensor["dtype"] != "F64" or len(tensor["shape"]) != 2:
        raise CheckpointError("points must be rows of three numbers", key)
    count, columns = tensor["shape"]
    if columns != 3 or count > MAX_POINTS:
        raise CheckpointError("points must be rows of three numbers", key)
    return np.frombuffer(tensor["data"], "<f8").reshape(count, 3).tolist()


def _read_snapshot(entry: _SnapshotEntry, spec: Spec, data: Any, tensors: Tensors) -> Snapshot:
    size, units = Layout.of(spec).size, sum(layer.units for layer in spec.layers)

    def read(key: str | None, length: int) -> Floats:
        return np.zeros(length, np.float32) if key is None else read_vector(tensors, key, length)

    ranges = read(entry.ranges, 2 + 2 * units)
    return check_position(
        Snapshot(
            spec,
            data,
            State(*(read(key, size) for key in entry.state)),
            read_counters(entry.counters),
            Ranges(ranges[:2], ranges[2:].reshape(units, 2)),
            entry.shown,
        )
    )


def _join(ranges: Ranges[Floats]) -> Floats:
    return np.concatenate([np.ravel(ranges.boundary), np.ravel(ranges.units)])
