"""Origins that do not fit, and edits that fail: nothing changes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import EngineError, FrameRequest, OriginError, PatchError, SpecError, Trainer
from tests.engine import specs
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits
from tests.engine.test_spec_rules import JSON

OLD: list[dict[str, Any]] = [{"units": 4}, {"units": 2, "activation": "sin"}]
NEW: list[dict[str, Any]] = [{"units": 3}, {"units": 2}]
GOOD = [[0, [0, 1, 2]], [1, [0, 1]]]

BAD: list[tuple[object, str]] = [
    # No list of layers.
    ({}, "origin"), (1, "origin"), ("", "origin"), (True, "origin"), ((), "origin"),
    # Of another length.
    ([], "origin"), (GOOD[:1], "origin"), ([*GOOD, GOOD[0]], "origin"),
    # No [layer, units].
    ([None, GOOD[1]], "origin.0"), ([GOOD[0], 1], "origin.1"), ([GOOD[0], {}], "origin.1"),
    ([[0], GOOD[1]], "origin.0"), ([[0, [0, 1, 2], 0], GOOD[1]], "origin.0"),
    ([[0, None], GOOD[1]], "origin.0"), ([[0, {"0": 0}], GOOD[1]], "origin.0"),
    ([[], GOOD[1]], "origin.0"), ([[0, "012"], GOOD[1]], "origin.0"),
    # Another number of units.
    ([[0, [0, 1]], GOOD[1]], "origin.0"), ([GOOD[0], [1, [0, 1, None]]], "origin.1"),
    ([[None, []], GOOD[1]], "origin.0"),
    # No such layer.
    ([[2, [0, 1, 2]], GOOD[1]], "origin.0.0"), ([GOOD[0], [-1, [0, 1]]], "origin.1.0"),
    ([[True, [0, 1, None]], GOOD[1]], "origin.0.0"), ([[0.0, [0, 1, 2]], GOOD[1]], "origin.0.0"),
    ([["0", [0, 1, 2]], GOOD[1]], "origin.0.0"), ([[[], [0, 1, 2]], GOOD[1]], "origin.0.0"),
    ([[2**70, [0, 1, 2]], GOOD[1]], "origin.0.0"),
    # A layer twice.
    ([[0, [0, 1, 2]], [0, [0, 1]]], "origin.1.0"),
    # No such unit.
    ([[0, [0, 1, 4]], GOOD[1]], "origin.0.1.2"), ([[0, [-1, 1, 2]], GOOD[1]], "origin.0.1.0"),
    ([GOOD[0], [1, [0, 2]]], "origin.1.1.1"), ([[0, [0, "1", 2]], GOOD[1]], "origin.0.1.1"),
    ([[0, [0, 1.0, 2]], GOOD[1]], "origin.0.1.1"), ([[0, [0, True, 2]], GOOD[1]], "origin.0.1.1"),
    ([[0, [0, [1], 2]], GOOD[1]], "origin.0.1.1"), ([[0, [0, {}, 2]], GOOD[1]], "origin.0.1.1"),
    ([[0, [0, False, 2]], GOOD[1]], "origin.0.1.1"),
    # A unit of a new layer.
    ([GOOD[0], [None, [0, 1]]], "origin.1.1.0"),
    ([[None, [None, None, 2]], GOOD[1]], "origin.0.1.2"),
    # A unit twice.
    ([[0, [0, 1, 0]], GOOD[1]], "origin.0.1.2"),
]  # fmt: skip


class Snapshot:
    """Everything of a trainer that a failed edit must leave alone."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._spec, self._state = trainer.spec, read_state(trainer)
        self._metrics, self._data = trainer.metrics, trainer.data

    def check(self) -> None:
        trainer = self._trainer
        assert trainer.spec is self._spec
        assert trainer.data is self._data
        assert trainer.metrics == self._metrics
        for before, after in zip(self._state, read_state(trainer), strict=True):
            assert same_bits(before, after)


@pytest.fixture
def trainer(make_trainer: MakeTrainer) -> Trainer:
    trainer = make_trainer({"layers": OLD, "optimizer": {"name": "adam"}})
    trainer.turn(epochs=1, batches=4)
    return trainer


@pytest.mark.parametrize(("origin", "path"), BAD)
def test_a_bad_origin_is_refused_and_nothing_changes(
    trainer: Trainer, origin: object, path: str
) -> None:
    snapshot, given = Snapshot(trainer), copy.deepcopy(origin)
    with pytest.raises(OriginError) as caught:
        trainer.edit({"layers": NEW, "optimizer": {"name": "lion"}, "batch_size": 3}, origin)
    assert caught.value.code == "invalid_origin"
    assert caught.value.path == path
    assert caught.value.message.startswith(("origin", path))
    assert origin == given
    snapshot.check()


def test_good_origins_are_taken(trainer: Trainer) -> None:
    trainer.edit({"layers": NEW}, GOOD)
    assert [layer.units for layer in trainer.spec.layers] == [3, 2]
    trainer.edit({"layers": NEW}, [[1, [1, None, 0]], [None, [None, None]]])
    trainer.edit({"layers": []}, [])
    trainer.edit({"layers": NEW}, [[None, [None] * 3], [None, [None] * 2]])
    trainer.turn(epochs=1)


def test_an_origin_goes_with_layers_that_stay_as_they_are_too(trainer: Trainer) -> None:
    with pytest.raises(OriginError):
        trainer.edit({"seed": 5}, [[0, [0, 1, 2, 3]]])
    trainer.edit({"batch_size": 5}, [[0, [3, 2, 1, 0]], [1, [0, 1]]])
    assert trainer.spec.batch_size == 5


@specs.bounded(80)
@given(origin=JSON)
def test_random_json_as_an_origin_is_refused(make_trainer: MakeTrainer, origin: object) -> None:
    if origin is None:
        return
    trainer = make_trainer({"layers": OLD})
    with pytest.raises(OriginError) as caught:
        trainer.edit({"layers": NEW}, origin)
    assert len(caught.value.message) < 500


@pytest.mark.parametrize(
    ("patch", "error"),
    [
        (None, PatchError), ([], PatchError), ("{}", PatchError), (3, PatchError),
        ({"seed": -1}, SpecError), ({"seed": 3, "layers": [{"units": 0}]}, SpecError),
        ({"batch_size": 3, "extra": 1}, SpecError), ({"layers": [{"units": 3}] * 9}, SpecError),
        ({"data": {"name": "points"}}, SpecError), ({"features": []}, SpecError),
        ({"data": {"name": "blobs"}, "loss": "hinge"}, SpecError),
        ({"data": {"seed": 7, "noise": 0.51}}, SpecError),
        ({"optimizer": {"name": "adamax"}}, SpecError), ({"version": 2}, SpecError),
        ({"data": 1}, SpecError), ({"layers": {"0": {"units": 3}}}, SpecError),
    ],
)  # fmt: skip
def test_an_edit_is_all_or_nothing(trainer: Trainer, patch: object, error: type) -> None:
    snapshot = Snapshot(trainer)
    with pytest.raises(error) as caught:
        trainer.edit(patch)
    assert isinstance(caught.value, EngineError)
    snapshot.check()


def test_training_goes_on_after_a_failed_edit_as_if_there_had_been_none(
    make_trainer: MakeTrainer,
) -> None:
    value = {"layers": OLD, "optimizer": {"name": "adam"}}
    trainer, other = make_trainer(value), make_trainer(value)
    for t in (trainer, other):
        t.turn(batches=13)
    with pytest.raises(OriginError):
        trainer.edit({"layers": NEW, "data": {"name": "blobs"}}, [[0, [0, 0, 0]], [1, [0, 1]]])
    with pytest.raises(SpecError):
        trainer.edit({"layers": [*NEW, {"units": 99}], "seed": 1})
    frames = [t.turn(batches=20, request=FrameRequest(points=True)) for t in (trainer, other)]
    assert frames[0].metadata == frames[1].metadata
    for name, array in frames[0].arrays.items():
        if name != "history":
            assert same_bits(array, frames[1].arrays[name]), name
    np.testing.assert_array_equal(frames[0].arrays["history"][-1], frames[1].arrays["history"][-1])
