"""Numbers worked out by hand: one update of a 2-1-1 network, and every metric."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine import Trainer
from tests.engine import states
from tests.engine.conftest import MakeTrainer

LN2 = math.log(2)


def test_one_update(make_trainer: MakeTrainer) -> None:
    # One point, twice, so that whichever half trains is the same: x = (1, 2), class 1.
    trainer = make_trainer(
        {
            "data": {"name": "points", "points": [[1, 2, 1], [1, 2, 1]]},
            "layers": [{"units": 1, "activation": "tanh"}],
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
        }
    )
    trainer.set_weight(0, 0, 0, 0.5)
    trainer.set_weight(0, 1, 0, -0.25)
    trainer.set_weight(0, "bias", 0, 0.1)
    trainer.set_weight(1, 0, 0, 0.8)
    trainer.set_weight(1, "bias", 0, -0.3)
    # z = 0.5 * 1 - 0.25 * 2 + 0.1 = 0.1            h = tanh(0.1) = 0.0996680
    # s = 0.8 * 0.0996680 - 0.3 = -0.2202656        p = 1 / (1 + e^0.2202656) = 0.4451552
    # loss = -ln 0.4451552 = 0.8093324
    assert trainer.predict([[1, 2]])[0, 0] == pytest.approx(0.4451552, abs=1e-6)
    assert trainer.metrics["train_loss"] == pytest.approx(0.8093324, abs=1e-6)
    assert trainer.metrics["train_accuracy"] == 0
    # dL/ds = p - 1 = -0.5548448
    # dL/dv = -0.5548448 * 0.0996680 = -0.0553003   dL/dc = -0.5548448
    # dL/dz = -0.5548448 * 0.8 * (1 - 0.0996680^2) = -0.4394665
    # dL/dw = -0.4394665 * (1, 2)                   dL/db = -0.4394665
    trainer.turn(batches=1)
    expected = [0.5439467, -0.1621067, 0.1439467, 0.8055300, -0.2445155]
    np.testing.assert_allclose(trainer.weights, expected, rtol=0, atol=1e-6)
    assert trainer.step == 1
    assert trainer.epoch == 1
    assert trainer.metrics["train_loss"] == pytest.approx(0.6752245, abs=1e-6)


def spread(make_trainer: MakeTrainer, labels: list[float], **more: Any) -> Trainer:
    """Five points at x1 = 0 .. 4 and no hidden layer; the split is checked to be as below."""
    points = [[x, 0, label] for x, label in enumerate(labels)]
    data = {"name": "points", "points": points, "test_fraction": 0.4, "seed": 17}
    trainer = make_trainer({"data": data, "layers": [], "initializer": {"name": "zeros"}, **more})
    assert trainer.data.n_train == 3
    assert trainer.data.x[:, 0].tolist() == [4, 2, 3, 0, 1]
    return trainer


@pytest.mark.parametrize(
    ("loss", "train", "test"),
    [
        # Outputs x1 + 1.5; errors 0.5, -2.5, 0.5 in training and 0.5, 0.5 in the test.
        ("mean_squared_error", (0.25 + 6.25 + 0.25) / 3, 0.25),
        ("mean_absolute_error", (0.5 + 2.5 + 0.5) / 3, 0.5),
        ("huber", (0.125 + 2.0 + 0.125) / 3, 0.125),
    ],
)
def test_regression(make_trainer: MakeTrainer, loss: str, train: float, test: float) -> None:
    penalty = {"l1": 0.1, "l2": 0.01}
    trainer = spread(make_trainer, [1, 2, 6, 4, 5.5], loss=loss, regularization=penalty)
    trainer.edit({"data": {"points": [[0, 0, 1], [1, 0, 2], [2, 0, 6], [3, 0, 4], [4, 0, 5]],
                           "task": "regression"}})  # fmt: skip
    trainer.set_weight(0, 0, 0, 1.0)
    trainer.set_weight(0, "bias", 0, 1.5)
    # Variance of the train labels 5, 6, 4 is 2/3, of the test labels 1, 2 it is 1/4.
    assert trainer.metrics == pytest.approx(
        {
            "step": 0,
            "epoch": 0,
            "train_loss": train,
            "test_loss": test,
            "penalty": 0.1 * 1 + 0.01 * 1,
            "train_rmse": 1.5,
            "test_rmse": 0.5,
            "train_r2": 1 - 2.25 * 3 / 2,
            "test_r2": 0.0,
        },
        abs=1e-6,
    )


@pytest.mark.parametrize(
    ("loss", "bias", "train", "test"),
    [
        # p = 0.75; the targets of training are 1, 1, 0, those of the test 0, 1.
        (
            "binary_crossentropy", math.log(3),
            -(2 * math.log(0.75) + math.log(0.25)) / 3, -(math.log(0.25) + math.log(0.75)) / 2,
        ),
        # The output is 0.5, the targets are +-1: errors 0.5 and 1.5.
        ("mean_squared_error", math.atanh(0.5), (0.25 + 0.25 + 2.25) / 3, 1.25),
        ("mean_absolute_error", math.atanh(0.5), (0.5 + 0.5 + 1.5) / 3, 1.0),
        ("huber", math.atanh(0.5), (0.125 + 0.125 + 1.0) / 3, (1.0 + 0.125) / 2),
        ("hinge", 0.5, (0.5 + 0.5 + 1.5) / 3, 1.0),
    ],
)  # fmt: skip
def test_binary(
    make_trainer: MakeTrainer, loss: str, bias: float, train: float, test: float
) -> None:
    trainer = spread(make_trainer, [0, 1, 1, 0, 1], loss=loss)
    trainer.set_weight(0, "bias", 0, bias)
    assert trainer.metrics == pytest.approx(
        {
            "step": 0,
            "epoch": 0,
            "train_loss": train,
            "test_loss": test,
            "penalty": 0,
            "train_accuracy": 2 / 3,
            "test_accuracy": 1 / 2,
        },
        abs=1e-6,
    )


@pytest.mark.parametrize(
    ("loss", "train", "test"),
    [
        # p = 1/4, 1/2, 1/4; the classes of training are 1, 2, 2, those of the test 0, 1.
        ("categorical_crossentropy", 5 / 3 * LN2, 3 / 2 * LN2),
        (
            "mean_squared_error",
            (0.375 / 3 + 2 * 0.875 / 3) / 3,
            (0.875 / 3 + 0.375 / 3) / 2,
        ),
    ],
)
def test_multiclass(make_trainer: MakeTrainer, loss: str, train: float, test: float) -> None:
    trainer = spread(make_trainer, [0, 1, 2, 2, 1], loss=loss)
    trainer.set_weight(0, "bias", 1, LN2)
    np.testing.assert_allclose(trainer.predict([[5, 5]]), [[0.25, 0.5, 0.25]], atol=1e-6)
    assert trainer.metrics == pytest.approx(
        {
            "step": 0,
            "epoch": 0,
            "train_loss": train,
            "test_loss": test,
            "penalty": 0,
            "train_accuracy": 1 / 3,
            "test_accuracy": 1 / 2,
        },
        abs=1e-6,
    )


def test_r2_of_labels_that_are_all_the_same(make_trainer: MakeTrainer) -> None:
    points = {"name": "points", "points": [[0, 0, 2.5], [1, 0, 2.5], [2, 0, 2.5], [3, 0, 2.5]]}
    trainer = make_trainer({"data": points, "layers": [], "initializer": {"name": "zeros"}})
    assert trainer.metrics["train_r2"] == trainer.metrics["test_r2"] == 0.0
    trainer.set_weight(0, "bias", 0, 2.5)
    assert trainer.metrics["train_r2"] == trainer.metrics["test_r2"] == 1.0


def test_perfect_answers_are_exactly_one(make_trainer: MakeTrainer) -> None:
    for samples in range(50, 131):
        data = {"name": "gauss", "samples": samples, "test_fraction": 0.37}
        trainer = make_trainer({"data": data, "layers": []})
        trainer.set_weight(0, 0, 0, 1.0)
        trainer.set_weight(0, 1, 0, 1.0)
        assert trainer.metrics["train_accuracy"] == 1.0
        assert trainer.metrics["test_accuracy"] == 1.0


def test_the_penalty_is_shown_beside_the_loss(make_trainer: MakeTrainer) -> None:
    plain = make_trainer()
    heavy = make_trainer({"regularization": {"l1": 0.5, "l2": 0.25}})
    kernels = [layer.kernel for layer in states.take_apart(plain.spec, states.read_state(plain)[0])]
    expected = sum(0.5 * np.abs(k).sum() + 0.25 * np.square(k).sum() for k in kernels)
    # To a rounding: one may have a program of its own by now.
    assert heavy.metrics["train_loss"] == pytest.approx(plain.metrics["train_loss"], rel=1e-6)
    assert heavy.metrics["penalty"] == pytest.approx(float(expected), rel=1e-6)
    assert plain.metrics["penalty"] == 0
