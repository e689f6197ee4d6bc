"""Ranges of pictures: they contain 0, grow at once, shrink smoothly, and show the dead."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine import FrameRequest, Trainer
from tests.engine.conftest import MakeTrainer

UNITS = FrameRequest(("units",))


def lone_unit(make_trainer: MakeTrainer, activation: str = "relu") -> Trainer:
    """One unit that is constant: its bias, after the activation."""
    trainer = make_trainer({"layers": [{"units": 1, "activation": activation}]})
    trainer.set_weight(0, 0, 0, 0)
    trainer.set_weight(0, 1, 0, 0)
    return trainer


def look(trainer: Trainer) -> tuple[np.ndarray, float, float]:
    frame = trainer.turn(request=UNITS)
    (pair,) = json.loads(frame.metadata["units_range"])
    return frame.arrays["units"][0], pair[0], pair[1]


def test_a_dead_unit_looks_dead(make_trainer: MakeTrainer) -> None:
    trainer = lone_unit(make_trainer)
    trainer.set_weight(0, "bias", 0, -3)
    tile, low, high = look(trainer)
    assert not tile.any()
    assert (low, high) == (0, 0.25)


@pytest.mark.parametrize("bias", [0.01, -0.01, 0.1])
def test_a_nearly_dead_unit_looks_nearly_dead(make_trainer: MakeTrainer, bias: float) -> None:
    trainer = lone_unit(make_trainer, "linear")
    trainer.set_weight(0, "bias", 0, bias)
    tile, low, high = look(trainer)
    assert high - low >= 0.25
    assert low <= 0 <= high
    zero = -low / (high - low) * 255
    assert np.abs(tile.astype(float) - zero).max() <= abs(bias) / 0.25 * 255 + 1


@pytest.mark.parametrize("bias", [5.0, -7.0])
def test_a_constant_unit_fills_its_range_from_0(make_trainer: MakeTrainer, bias: float) -> None:
    trainer = lone_unit(make_trainer, "linear")
    trainer.set_weight(0, "bias", 0, bias)
    tile, low, high = look(trainer)
    assert (low, high) == ((0, 5) if bias > 0 else (-7, 0))
    assert (tile == (255 if bias > 0 else 0)).all()


def test_a_unit_keeps_its_range_where_another_is_added(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"layers": [{"units": 1, "activation": "linear"}] * 2})
    for layer, index in ((0, 0), (0, 1), (1, 0)):
        trainer.set_weight(layer, index, 0, 0)
    trainer.set_weight(1, "bias", 0, 5)
    trainer.turn(request=UNITS)
    trainer.set_weight(1, "bias", 0, 1)
    layers = [{"units": units, "activation": "linear"} for units in (1, 2)]
    trainer.edit({"layers": layers})
    ranges = json.loads(trainer.turn(request=UNITS).metadata["units_range"])
    assert ranges[1] == pytest.approx([0, 4.6], abs=1e-3), "it shrinks from its own"


def test_a_range_grows_at_once_and_shrinks_smoothly(make_trainer: MakeTrainer) -> None:
    trainer = lone_unit(make_trainer)
    highs = []
    for bias in (1, 4, 2, 8):
        trainer.set_weight(0, "bias", 0, bias)
        highs.append(look(trainer)[2])
    assert highs[:2] == [1, 4]
    assert 3.5 < highs[2] < 4
    assert highs[3] == 8
    trainer.set_weight(0, "bias", 0, -1)
    for _ in range(60):
        tile, low, high = look(trainer)
        highs.append(high)
        assert not tile.any()
        assert low == 0
        assert 0.85 * highs[-2] <= high <= highs[-2] or high == 0.25
    assert highs[-1] == 0.25


def test_a_frame_without_units_leaves_their_ranges(make_trainer: MakeTrainer) -> None:
    trainer = lone_unit(make_trainer)
    trainer.set_weight(0, "bias", 0, 10)
    look(trainer)
    trainer.set_weight(0, "bias", 0, 1)
    for _ in range(5):
        trainer.turn(request=FrameRequest(("weights", "history")))
    assert look(trainer)[2] > 8.9


def test_an_edit_keeps_the_ranges_of_units_that_stay(make_trainer: MakeTrainer) -> None:
    layers = [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "relu"}]
    trainer = make_trainer({"layers": layers})
    for unit in (0, 1):
        for feature in (0, 1):
            trainer.set_weight(0, feature, unit, 0)
        trainer.set_weight(0, "bias", unit, 10.0 * (unit + 1))
    trainer.turn(request=UNITS)
    for unit in (0, 1):
        trainer.set_weight(0, "bias", unit, 1)
    # Unit 1 becomes the first, after a new one in front of it.
    trainer.edit({"layers": layers}, [[0, [None, 1]], [1, [0]]])
    ranges = json.loads(trainer.turn(request=UNITS).metadata["units_range"])
    assert 17 < ranges[1][1] < 20
    trainer.reset()
    ranges = json.loads(trainer.turn(request=UNITS).metadata["units_range"])
    assert ranges[1][1] < 17


def test_the_range_of_an_unbounded_output(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "ridge"}, "layers": []})
    extents = []
    for weight in (1.0, 0.0, 0.0, 2.0):
        trainer.set_weight(0, 0, 0, weight)
        trainer.set_weight(0, 1, 0, 0)
        trainer.set_weight(0, "bias", 0, 0)
        frame = trainer.turn(request=FrameRequest(("boundary",)))
        low, high = json.loads(frame.metadata["boundary_range"])
        assert low == -high
        extents.append(high)
    assert extents[0] == 6
    assert 5.3 < extents[1] < 6
    assert 4.7 < extents[2] < extents[1]
    assert extents[3] == 12
    trainer.set_weight(0, "bias", 0, 1.0)
    frame = trainer.turn(request=FrameRequest(("boundary",)))
    # The output lies between -11 and 13.
    assert json.loads(frame.metadata["boundary_range"])[1] == 13
    trainer.set_weight(0, "bias", 0, 0.0)
    for _ in range(80):
        trainer.set_weight(0, 0, 0, 0.0)
        frame = trainer.turn(request=FrameRequest(("boundary",)))
    # The labels, up to 1, are always in it.
    assert json.loads(frame.metadata["boundary_range"])[1] == pytest.approx(1, abs=0.02)
