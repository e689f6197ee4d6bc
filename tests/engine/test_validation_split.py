"""The validation part: taken from the train rows, measured in every program as the oracle does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Spec, StackedTrainer, parse_spec
from engine.data.datasets import PARTS, make_dataset
from engine.frames.frames import FrameRequest
from engine.programs.tiers import Programs
from tests.engine import oracle, states
from tests.engine.conftest import MakeTrainer

SPIRAL = {"name": "spiral", "noise": 0.1, "samples": 230}
DATA: list[dict[str, Any]] = [
    SPIRAL,
    {"name": "arms", "classes": 4, "samples": 170},
    {"name": "bumps", "samples": 90},
]
REQUEST = FrameRequest(("history", "validation_history"), points=True)


def make_spec(data: dict[str, Any], fraction: float = 0.25) -> Spec:
    return parse_spec({"data": {**data, "validation_fraction": fraction}})


@pytest.mark.parametrize("data", DATA, ids=lambda data: data["name"])
def test_test_points_stay_when_some_train_points_are_set_aside(data: dict[str, Any]) -> None:
    whole = make_dataset(make_spec(data, 0).data)
    former = whole.rows("train")
    for fraction in (0.001, 0.1, 0.25, 0.5):
        split = make_dataset(make_spec(data, fraction).data)
        assert states.same_bits(split.x, whole.x)
        assert states.same_bits(split.labels, whole.labels)
        assert split.rows("test") == whole.rows("test")
        assert split.n_validation == max(1, round(fraction * whole.n_train))
        train, validation = split.rows("train"), split.rows("validation")
        assert (train.start, validation.stop) == (0, whole.n_train)
        # A larger share takes further rows; those before stay in it.
        assert train.stop == validation.start <= former.stop
        former = train
        assert [PARTS[number] for number in split.parts()[[0, train.stop, -1]]] == [
            "train", "validation", "test",
        ]  # fmt: skip


def test_custom_points_are_split_by_where_they_are() -> None:
    """Another point that is painted leaves nearly all of them in their part."""
    rows = np.random.default_rng(3).uniform(-5, 5, (60, 2)).round(3)
    points = [[*row, i % 2] for i, row in enumerate(rows.tolist())]

    def find_parts(shown: list[Any]) -> dict[tuple[float, ...], int]:
        data = make_dataset(make_spec({"name": "points", "points": shown}).data)
        return dict(zip(map(tuple, data.x.tolist()), data.parts().tolist(), strict=True))

    before, after = find_parts(points), find_parts([*points, [0.5, 0.5, 1]])
    assert sum(after[place] != part for place, part in before.items()) <= 2


def test_where_there_is_one_point_to_train_on_none_is_set_aside() -> None:
    data = make_dataset(make_spec({"name": "points", "points": [[0, 0, 0], [1, 1, 1]]}, 0.5).data)
    assert (data.n_train, data.n_validation, data.n_test) == (1, 0, 1)


@pytest.mark.parametrize("data", DATA, ids=lambda data: data["name"])
def test_both_programs_measure_it_as_the_oracle_does(
    make_trainer: MakeTrainer, data: dict[str, Any]
) -> None:
    trainer = make_trainer(make_spec(data).model_dump(mode="json"))
    split = trainer.data.n_train, trainer.data.n_validation
    for exact in (False, True):
        if exact:
            trainer.train(steps=7)
            frame = trainer.turn(request=REQUEST)
        else:
            frame = trainer.turn(batches=7, request=REQUEST)
        flat = trainer.snapshot().state.params
        expected = oracle.measure(trainer.spec, flat, trainer.data.x, trainer.data.labels, *split)
        found = trainer.metrics
        assert {name for name in found if name.startswith("validation")} > {"validation_loss"}
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, rel=1e-4, abs=1e-5), name
        measure = "rmse" if trainer.spec.task == "regression" else "accuracy"
        row = frame.arrays["validation_history"][-1]
        assert row.tolist() == pytest.approx(
            [found["step"], found["validation_loss"], found[f"validation_{measure}"]]
        )
        assert row[0] == frame.arrays["history"][-1, 0]
        assert float(frame.metadata["validation_loss"]) == pytest.approx(row[1])


def test_networks_that_are_trained_together_measure_it_too(programs: Programs) -> None:
    specs = [make_spec(SPIRAL), make_spec(SPIRAL, 0)]
    stacked = StackedTrainer(specs, programs)
    stacked.train(2)
    with_part, without = stacked.metrics
    assert "validation_loss" not in without
    snapshot = stacked.snapshot(0)
    data = snapshot.data
    expected = oracle.measure(
        specs[0], snapshot.state.params, data.x, data.labels, data.n_train, data.n_validation
    )
    for name, value in expected.items():
        assert with_part[name] == pytest.approx(value, rel=1e-4, abs=1e-5), name


def test_only_train_points_are_trained_on(make_trainer: MakeTrainer) -> None:
    trainer, other = (make_trainer(make_spec(SPIRAL).model_dump(mode="json")) for _ in range(2))
    apart = other.data.labels[other.data.n_train :]
    apart[:] = 1 - apart
    for one in (trainer, other):
        one.turn(epochs=2)
    assert states.same_bits(trainer.weights, other.weights)
    assert trainer.metrics["train_loss"] == other.metrics["train_loss"]
    assert trainer.metrics["validation_loss"] != other.metrics["validation_loss"]
