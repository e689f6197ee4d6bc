"""Saved trainers go on bit for bit, and damaged files are refused."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine import CheckpointError, Programs, Trainer, dump_spec
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits
from tests.sizes import NIGHTLY, choose

SPECS: list[dict[str, Any]] = [
    {},
    {
        "layers": [{"units": 5, "dropout": 0.4}, {"units": 4, "activation": "prelu"}],
        "optimizer": {"name": "adam"},
        "schedule": {"name": "exponential", "decay_steps": 50},
        "batch_size": 33,
        "data": {"name": "blobs", "label_noise": 0.1},
    },
    {"layers": [], "data": {"name": "points", "points": [[0.1, 1, 2], [3, 4, 5.5], [-1, 0, 1]]}},
]


def all_same(a: Any, b: Any) -> bool:
    return all(same_bits(p, q) for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize("value", SPECS)
@pytest.mark.parametrize("batches", [0, 13])
@pytest.mark.parametrize("exact", [False, True])
def test_a_loaded_trainer_goes_on_bit_for_bit(
    programs: Programs,
    make_trainer: MakeTrainer,
    checkpoint: Path,
    value: dict[str, Any],
    batches: int,
    exact: bool,
) -> None:
    trainer = make_trainer(value)
    trainer.turn(batches=batches)
    trainer.save(checkpoint)
    loaded = Trainer.load(checkpoint, programs)
    assert loaded.spec == trainer.spec
    assert (loaded.step, loaded.epoch) == (trainer.step, trainer.epoch)
    assert all_same(read_state(loaded), read_state(trainer))
    assert loaded.metrics == trainer.metrics
    for t in (trainer, loaded):
        if exact:
            t.train(epochs=1, steps=2)
        else:
            t.turn(epochs=1, batches=2)
    assert (loaded.step, loaded.epoch) == (trainer.step, trainer.epoch)
    assert all_same(read_state(loaded), read_state(trainer))
    assert loaded.metrics == trainer.metrics


def test_edits_after_loading_draw_what_they_would_have_drawn(
    programs: Programs, make_trainer: MakeTrainer, checkpoint: Path
) -> None:
    trainer = make_trainer()
    trainer.edit({"layers": [{"units": 6}, {"units": 2}]})
    trainer.turn(batches=3)
    trainer.save(checkpoint)
    loaded = Trainer.load(checkpoint, programs)
    for t in (trainer, loaded):
        t.edit({"layers": [{"units": 8}, {"units": 3}]})
        t.turn(batches=3)
    assert all_same(read_state(loaded), read_state(trainer))
    loaded.reset()
    trainer.reset()
    assert all_same(read_state(loaded), read_state(trainer))


def test_the_file_is_safetensors_with_the_spec_in_its_metadata(
    make_trainer: MakeTrainer, checkpoint: Path
) -> None:
    trainer = make_trainer(SPECS[1])
    trainer.turn(batches=5)
    trainer.save(checkpoint)
    with safe_open(checkpoint, framework="numpy") as file:
        assert json.loads(file.metadata()["spec"]) == dump_spec(trainer.spec)
    assert same_bits(load_file(checkpoint)["params"][: len(trainer.weights)], trainer.weights)


def test_saving_replaces_a_file_and_leaves_nothing_beside_it(
    programs: Programs, make_trainer: MakeTrainer, checkpoint: Path
) -> None:
    checkpoint.write_bytes(b"something else")
    trainer = make_trainer()
    trainer.save(checkpoint)
    trainer.turn(batches=2)
    trainer.save(str(checkpoint))
    assert [file.name for file in checkpoint.parent.iterdir()] == [checkpoint.name]
    assert Trainer.load(str(checkpoint), programs).step == 2


def test_a_place_that_cannot_be_written_to(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    trainer = make_trainer()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "no" / "folder", tmp_path / "folder"):
        with pytest.raises(CheckpointError, match="cannot be written"):
            trainer.save(path)
    assert not [file for file in tmp_path.iterdir() if file.is_file()]


@pytest.fixture
def good(make_trainer: MakeTrainer, checkpoint: Path) -> bytes:
    trainer = make_trainer({"optimizer": {"name": "adam"}})
    trainer.turn(batches=3)
    trainer.save(checkpoint)
    return checkpoint.read_bytes()


def refused(checkpoint: Path, programs: Programs) -> CheckpointError:
    with pytest.raises(CheckpointError) as caught:
        Trainer.load(checkpoint, programs)
    assert caught.value.code == "invalid_checkpoint"
    assert len(caught.value.message) < 500
    return caught.value


def test_a_file_that_is_cut_off_is_refused(
    programs: Programs, good: bytes, checkpoint: Path
) -> None:
    for length in (0, 1, 7, 8, 9, 100, len(good) // 2, len(good) - 1):
        checkpoint.write_bytes(good[:length])
        refused(checkpoint, programs)


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 10**9, 1, 0])
def test_a_header_of_another_length_is_refused(
    programs: Programs, good: bytes, checkpoint: Path, length: int
) -> None:
    checkpoint.write_bytes(struct.pack("<Q", length) + good[8:])
    refused(checkpoint, programs)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\x00" * 64, b"PK\x03\x04" + b"x" * 100, b"\xff" * 1000]
)
def test_other_files_are_refused(programs: Programs, checkpoint: Path, content: bytes) -> None:
    checkpoint.write_bytes(content)
    refused(checkpoint, programs)


def test_no_file_and_a_folder_are_refused(programs: Programs, tmp_path: Path) -> None:
    refused(tmp_path / "nothing", programs)
    refused(tmp_path, programs)


class Parts:
    """A saved trainer, taken apart so that one part can be another."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with safe_open(path, framework="numpy") as file:
            self.metadata: dict[str, str] = dict(file.metadata())
        self.tensors: dict[str, Any] = load_file(path)

    def write(self) -> None:
        save_file(self.tensors, self.path, self.metadata)

    def count(self, **counters: object) -> None:
        self.metadata["counters"] = json.dumps(
            {**json.loads(self.metadata["counters"]), **counters}
        )


@pytest.fixture
def parts(good: bytes, checkpoint: Path) -> Parts:
    return Parts(checkpoint)


def test_what_is_taken_apart_and_put_together_is_taken(parts: Parts, programs: Programs) -> None:
    parts.write()
    assert Trainer.load(parts.path, programs).step == 3


def test_safetensors_of_something_else_are_refused(parts: Parts, programs: Programs) -> None:
    save_file({"a": np.zeros(3, np.float32)}, parts.path)
    assert "not a saved trainer" in refused(parts.path, programs).message
    parts.metadata["format"] = "another"
    parts.write()
    assert "not a saved trainer" in refused(parts.path, programs).message


@pytest.mark.parametrize("key", ["format", "spec", "counters"])
def test_metadata_must_be_there(parts: Parts, programs: Programs, key: str) -> None:
    del parts.metadata[key]
    parts.write()
    refused(parts.path, programs)


@pytest.mark.parametrize("key", ["spec", "counters"])
@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", "[" * 100_000, '{"a": 1}', "\x00"])
def test_metadata_that_cannot_be_read_are_refused(
    parts: Parts, programs: Programs, key: str, text: str
) -> None:
    parts.metadata[key] = text
    parts.write()
    refused(parts.path, programs)


def test_a_spec_that_breaks_a_rule_is_refused_with_its_path(
    parts: Parts, programs: Programs
) -> None:
    parts.metadata["spec"] = json.dumps({"layers": [{"units": 4}, {"units": 200}]})
    parts.write()
    error = refused(parts.path, programs)
    assert error.path == "layers.1.units"
    assert "200" in error.message


@pytest.mark.parametrize("name", ["step", "updates", "epoch", "first", "draws"])
@pytest.mark.parametrize("value", [-1, 1.5, "3", None, True, 2**31, [1]])
def test_counters_must_be_whole_numbers(
    parts: Parts, programs: Programs, name: str, value: object
) -> None:
    assert name in json.loads(parts.metadata["counters"])
    parts.count(**{name: value})
    parts.write()
    refused(parts.path, programs)


def test_a_place_past_the_end_of_an_epoch_is_refused(parts: Parts, programs: Programs) -> None:
    parts.count(first=25)
    parts.write()
    refused(parts.path, programs)


@pytest.mark.parametrize("name", ["params", "m", "v"])
@pytest.mark.parametrize(
    "change",
    [
        lambda a: a[:-1],
        lambda a: np.append(a, a[:1]),
        lambda a: a.reshape(1, -1),
        lambda a: a.astype(np.float64),
        lambda a: a.astype(np.int32),
        lambda a: a * np.float32(np.nan),
        lambda a: a + np.float32(np.inf),
        None,
    ],
)
def test_vectors_must_fit_the_spec_and_be_finite(
    parts: Parts, programs: Programs, name: str, change: Any
) -> None:
    if change is None:
        del parts.tensors[name]
    else:
        parts.tensors[name] = change(parts.tensors[name])
    parts.write()
    refused(parts.path, programs)


def test_random_damage_is_refused_or_harmless(
    programs: Programs, good: bytes, checkpoint: Path
) -> None:
    rng = random.Random(None if NIGHTLY else 0)
    loaded = 0
    cases = choose(300, 6000)
    for _ in range(cases):
        damaged = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        checkpoint.write_bytes(damaged)
        try:
            trainer = Trainer.load(checkpoint, programs)
        except CheckpointError:
            continue
        loaded += 1
        assert np.isfinite(read_state(trainer).params).all()
    assert 0 < loaded < cases
