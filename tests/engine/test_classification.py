"""Confusion matrix, precision, recall, F1, ROC and AUC: against scikit-learn and an oracle."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from engine import FrameRequest
from engine.insight.classification import MAX_CORNERS, trace_roc
from tests.engine import oracle
from tests.engine.conftest import MakeTrainer

REQUEST = FrameRequest(("classification",))
CASES: list[dict[str, Any]] = [
    {"data": {"name": "moons", "noise": 0.4, "validation_fraction": 0.3}},
    {"data": {"name": "spiral", "class_balance": 0.3}, "loss": "mean_squared_error"},
    {"data": {"name": "gauss", "noise": 0.5}, "loss": "hinge"},
    {"data": {"name": "arms", "classes": 4, "validation_fraction": 0.2}},
]


@pytest.mark.parametrize("spec", CASES, ids=lambda spec: spec["data"]["name"])
def test_every_number_is_that_of_scikit_learn(
    make_trainer: MakeTrainer, spec: dict[str, Any]
) -> None:
    trainer = make_trainer(spec)
    arrays = trainer.turn(epochs=3, request=REQUEST).arrays
    data = trainer.data
    outputs = oracle.forward(trainer.spec, trainer.snapshot().state.params, data.x).outputs
    multiclass = trainer.spec.task == "multiclass"
    middle = 0.0 if trainer.spec.loss else 0.5
    predicted = outputs.argmax(axis=1) if multiclass else (outputs[:, 0] >= middle).astype(int)
    classes = list(range(trainer.spec.n_outputs if multiclass else 2))
    for number, part in enumerate(("train", "test", "validation")):
        rows = data.rows(part)
        label, guess = data.labels[rows].astype(int), predicted[rows]
        if not len(label):
            assert arrays["class_scores"][number].max() == 0
            continue
        matrix = metrics.confusion_matrix(label, guess, labels=classes)
        np.testing.assert_array_equal(arrays["confusion_matrix"][number], matrix)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: Any = metrics.precision_recall_fscore_support(label, guess, labels=classes)
            mean: Any = metrics.precision_recall_fscore_support(
                label, guess, labels=classes, average="macro"
            )
        scores = arrays["class_scores"][number]
        np.testing.assert_allclose(scores[:-1], np.stack(found, axis=1), rtol=1e-6)
        np.testing.assert_allclose(scores[-1, :3], mean[:3], rtol=1e-6)
        assert scores[-1, 3] == len(label)
        for i, one in enumerate(classes if multiclass else [1]):
            area = metrics.roc_auc_score(label == one, outputs[rows, i])
            assert arrays["roc_auc"][number, i] == pytest.approx(area, abs=1e-4)
            curves = arrays["roc_curves"]
            curve = curves[(curves[:, 0] == number) & (curves[:, 1] == one)]
            assert len(curve) <= MAX_CORNERS
            np.testing.assert_array_equal(curve[[0, -1], 2:], [[0, 0], [1, 1]])
            assert np.trapezoid(curve[:, 3], curve[:, 2]) == pytest.approx(area, abs=2e-2)


def test_a_curve_with_ties_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(300) < 0.4
    scores = (rng.integers(0, 20, 300) / 20 + 0.3 * positive).astype(np.float32)
    false, true, _ = metrics.roc_curve(positive, scores, drop_intermediate=False)
    roc = trace_roc(positive, scores)
    np.testing.assert_allclose(roc.false_positive_rate, false)
    np.testing.assert_allclose(roc.true_positive_rate, true)
    assert roc.auc == pytest.approx(metrics.auc(false, true))


def test_without_two_classes_there_is_no_curve(make_trainer: MakeTrainer) -> None:
    points = [[x / 4, 0, 1] for x in range(20)]
    data = {"name": "points", "task": "binary", "points": points}
    arrays = make_trainer({"data": data}).turn(request=REQUEST).arrays
    assert np.isnan(arrays["roc_auc"]).all()
    assert arrays["roc_curves"].shape == (0, 4)


def test_regression_has_no_classes(make_trainer: MakeTrainer) -> None:
    assert make_trainer({"data": {"name": "bumps"}}).turn(request=REQUEST).arrays == {}
