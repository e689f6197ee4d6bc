"""Snapshots and checkpoints as bytes: a snapshot that a trainer comes back to."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from engine import CheckpointError, DivergedError, Programs, Spec, Trainer, encode_checkpoint
from engine.state.snapshots import Snapshot
from tests.engine.states import read_state

SPEC = Spec.model_validate({
    "layers": [{"units": 5}, {"units": 3, "dropout": 0.2}], "optimizer": {"name": "adam"},
})  # fmt: skip


def same(first: Snapshot, second: Snapshot) -> None:
    assert first.spec == second.spec
    assert first.counters == second.counters
    for one, other in zip(first.state, second.state, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture
def trainer(programs: Programs) -> Trainer:
    trainer = Trainer(SPEC, programs)
    trainer.turn(epochs=3)
    return trainer


def test_restoring_brings_everything_back(trainer: Trainer) -> None:
    before = trainer.snapshot()
    trainer.edit({
        "layers": [{"units": 2}], "optimizer": {"name": "sgd"}, "data": {"name": "blobs"},
    })  # fmt: skip
    trainer.set_weight(0, 0, 0, 4.0)
    trainer.turn(epochs=2)
    trainer.restore(before)
    same(trainer.snapshot(), before)
    assert trainer.data is before.data
    assert trainer.epoch == 3


def test_training_goes_on_from_a_snapshot_as_it_did(trainer: Trainer) -> None:
    before = trainer.snapshot()
    trainer.turn(epochs=2)
    after = read_state(trainer)
    trainer.reset()
    trainer.restore(before)
    trainer.turn(epochs=2)
    for one, other in zip(after, read_state(trainer), strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_does_not_touch_a_snapshot(trainer: Trainer) -> None:
    before = trainer.snapshot()
    kept = [np.array(vector) for vector in before.state]
    units = before.ranges.units.copy()
    trainer.turn(epochs=5)
    trainer.set_weight(0, 0, 0, 4.0)
    trainer.edit({"layers": [{"units": 9}]})
    trainer.reset()
    for one, other in zip(kept, before.state, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(units, before.ranges.units)


def test_snapshot_from_before_a_divergence(programs: Programs) -> None:
    layer = {"units": 8, "activation": "relu"}
    spec = {"data": {"name": "plane"}, "layers": [layer, layer]}
    trainer = Trainer(Spec.model_validate(spec), programs)
    trainer.turn(epochs=2)
    before = trainer.snapshot()
    trainer.edit({"optimizer": {"learning_rate": 10}})
    with pytest.raises(DivergedError):
        trainer.turn(epochs=200)
    trainer.restore(before)
    same(trainer.snapshot(), before)
    trainer.turn(epochs=2)
    assert np.isfinite(trainer.weights).all()


def test_snapshot_costs_no_copy_of_the_data(trainer: Trainer) -> None:
    begun = time.perf_counter()
    snapshots = [trainer.snapshot() for _ in range(1000)]
    assert (time.perf_counter() - begun) / 1000 < 1e-3
    assert all(snapshot.data is trainer.data for snapshot in snapshots)


def test_bytes_are_those_of_a_file(trainer: Trainer, programs: Programs, tmp_path: Path) -> None:
    content = encode_checkpoint(trainer.snapshot())
    (tmp_path / "saved").write_bytes(content)
    same(Trainer.load(tmp_path / "saved", programs).snapshot(), trainer.snapshot())
    trainer.save(tmp_path / "saved")
    other = Trainer(Spec(), programs)
    assert other.replace(Trainer.decode(content, programs)) == SPEC
    same(other.snapshot(), trainer.snapshot())


def test_damaged_bytes_are_refused(trainer: Trainer, programs: Programs) -> None:
    content = encode_checkpoint(trainer.snapshot())
    for damaged in (b"", b"x", content[:-4], content[:100]):
        with pytest.raises(CheckpointError):
            Trainer.decode(damaged, programs)
