"""Archives hold many snapshots to the last bit, what they share once, and refuse all else."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from engine import (
    Archive,
    CheckpointError,
    Programs,
    Snapshot,
    Trainer,
    encode_archive,
    encode_checkpoint,
)
from engine.state.archives import decode_archive
from tests.engine.conftest import MakeTrainer
from tests.engine.states import same_bits

FORMAT = "livenet-session-1"
SPECS: list[dict[str, Any]] = [
    {"optimizer": {"name": "adam"}},
    {"layers": [{"units": 5, "activation": "prelu", "batch_norm": True}], "data": {"name": "arms"}},
    {"layers": [], "data": {"name": "points", "points": [[0.1, 1, 2], [3, 4, 5.5], [-1, 0, 1]]}},
]


def all_same(one: Snapshot, other: Snapshot) -> bool:
    vectors = zip((*one.state, *one.ranges), (*other.state, *other.ranges), strict=True)
    return (one.spec, one.counters, one.shown) == (other.spec, other.counters, other.shown) and all(
        same_bits(p, q) for p, q in vectors
    )


@pytest.mark.parametrize("spec", SPECS)
def test_snapshots_come_back_to_the_last_bit(
    programs: Programs, make_trainer: MakeTrainer, spec: dict[str, Any]
) -> None:
    trainer = make_trainer(spec)
    seen = [trainer.shown_snapshot()]
    trainer.turn(batches=7)
    seen.append(trainer.shown_snapshot())
    trainer.edit({"layers": [{"units": 3}]})
    seen += [trainer.snapshot(), seen[0]]
    read = Trainer.decode_archive(encode_archive(Archive(tuple(seen), "notes")), programs)
    assert read.notes == "notes"
    assert len(read.snapshots) == 4
    assert all(all_same(*pair) for pair in zip(read.snapshots, seen, strict=True))
    assert read.snapshots[3] is read.snapshots[0]
    assert read.snapshots[1].data is read.snapshots[0].data
    other = make_trainer()
    other.take_up(read.snapshots[2], read.snapshots[0])
    for one in (trainer, other):
        one.turn(epochs=1, batches=3)
    assert all_same(other.snapshot(), trainer.snapshot())
    assert other.saved_initial is read.snapshots[0]


def test_what_snapshots_share_is_in_the_file_once(make_trainer: MakeTrainer) -> None:
    points = [[i / 1000, 0.5, i % 2] for i in range(1000)]
    trainer = make_trainer({"data": {"name": "points", "points": points}})
    one = encode_archive(Archive((trainer.snapshot(),), ""))
    trainer.edit({"optimizer": {"learning_rate": 0.1}})
    many = encode_archive(Archive((*[trainer.snapshot()] * 50, trainer.snapshot()), ""))
    assert len(many) < len(one) + 3000
    # Moments of zero take nothing: 24 bytes a point, and the weights.
    assert sum(vector.nbytes for vector in load(one).values()) < 24_000 + 500


@pytest.fixture(scope="module")
def good(programs: Programs) -> bytes:
    trainer = Trainer(None, programs)
    trainer.turn(batches=3)
    return encode_archive(Archive((trainer.snapshot(),) * 2, "notes"))


def no_data(_: Any) -> Any:
    raise AssertionError("what is refused needs no data")


def index_of(content: bytes) -> dict[str, Any]:
    length = int.from_bytes(content[:8], "little")
    return json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["index"])


def with_index(content: bytes, index: Any, spec: str | None = None) -> bytes:
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    metadata |= {"index": json.dumps(index)} | ({} if spec is None else {"spec0": spec})
    return save(load(content), metadata)


BAD: list[Any] = [
    None,
    [],
    {},
    {"points": [], "snapshots": [], "order": []},
    {"order": [5]},
    {"order": [-1]},
    {"order": []},
    {"more": 1},
    {"snapshots.spec": 7},
    {"snapshots.state": ["v0", "v0"]},
    {"snapshots.state": ["v9", None, None]},
    {"snapshots.state": [None, None, "v0 "]},
    {"snapshots.counters": {"step": -1}},
    {"snapshots.counters": {"step": 1.5}},
    {"snapshots.counters": {"steps": 1}},
    {"snapshots.counters": {"first": 25}},
    {"snapshots.shown": "yes"},
    {"points": ["v0"]},
    {"points": ["nothing"]},
    {"points": [None, None]},
    {"points": []},
]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_an_index_that_is_wrong_anywhere_is_refused(
    good: bytes, programs: Programs, change: Any
) -> None:
    index = index_of(good)
    if isinstance(change, dict) and change and not change.keys() & {"points", "order", "more"}:
        ((path, value),) = change.items()
        part, key = path.split(".")
        index[part][0][key] = value
    elif isinstance(change, dict) and len(change) == 1:
        index |= change
    else:
        index = change
    with pytest.raises(CheckpointError) as error:
        Trainer.decode_archive(with_index(good, index), programs)
    assert len(error.value.message) < 500


@pytest.mark.parametrize(
    "spec", ["", "[", "[" * 10_000, "3", "{", '{"seed": "x"}', '{"data": 3}', '{"layers": [[]]}']
)
def test_a_spec_that_is_wrong_is_refused(good: bytes, programs: Programs, spec: str) -> None:
    with pytest.raises(CheckpointError):
        Trainer.decode_archive(with_index(good, index_of(good), spec), programs)


def test_other_files_are_refused(good: bytes, make_trainer: MakeTrainer) -> None:
    for content in (b"", b"{}", bytes(64), b"PK\x03\x04" + b"x" * 100, good[:-1], good + b"x"):
        with pytest.raises(CheckpointError):
            decode_archive(content, no_data)
    for index in ("[", "[" * 10_000):
        with pytest.raises(CheckpointError):
            decode_archive(save({}, {"format": FORMAT, "notes": "", "index": index}), no_data)
    with pytest.raises(CheckpointError):
        decode_archive(encode_checkpoint(make_trainer().snapshot()), no_data)


def test_numbers_that_are_not_finite_are_refused(
    programs: Programs, make_trainer: MakeTrainer
) -> None:
    snapshot = make_trainer().snapshot()
    state = snapshot.state._replace(params=np.full_like(snapshot.state.params, np.nan))
    content = encode_archive(Archive((replace(snapshot, state=state),), ""))
    with pytest.raises(CheckpointError, match="finite"):
        Trainer.decode_archive(content, programs)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(data=st.data())
def test_an_index_of_anything_is_read_or_refused(
    good: bytes, programs: Programs, data: st.DataObject
) -> None:
    index = index_of(good)
    place: Any = index
    keys: list[Any] = []
    while isinstance(place, dict | list) and place and (not keys or data.draw(st.booleans())):
        keys.append(data.draw(st.sampled_from([*place] if isinstance(place, dict) else [0])))
        place = place[keys[-1]]
    holder: Any = index
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = data.draw(JSON)
    try:
        read = Trainer.decode_archive(with_index(good, index), programs)
    except CheckpointError:
        return
    assert read.snapshots


@given(at=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_byte_of_the_header_that_is_another_one_is_read_or_refused(
    good: bytes, programs: Programs, at: int, value: int
) -> None:
    changed = bytearray(good)
    changed[at % min(len(changed), 2000)] = value
    with suppress(CheckpointError):
        Trainer.decode_archive(bytes(changed), programs)
