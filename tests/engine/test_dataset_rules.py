"""The rule that defines each built-in data set, checked on its points without noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data.datasets import make_dataset
from engine.spec import DataSpec
from tests.engine.conftest import MakeTrainer

Doubles = np.ndarray


def points(name: str, **more: Any) -> tuple[Doubles, Doubles, Doubles]:
    """x1, x2 and labels of 2,000 points."""
    spec = DataSpec.model_validate({"name": name, "samples": 2000, **more})
    data = make_dataset(spec)
    x = data.x.astype(float)
    return x[:, 0], x[:, 1], data.labels.astype(float)


def by_class(values: Doubles, labels: Doubles) -> list[Doubles]:
    return [values[labels == label] for label in np.unique(labels)]


def test_circle() -> None:
    x1, x2, labels = points("circle")
    outer, inner = by_class(np.hypot(x1, x2), labels)
    assert inner.max() <= 2.5 + 1e-5
    assert inner.max() > 2.4
    assert inner.min() < 0.1
    assert outer.min() >= 3.5 - 1e-5
    assert outer.max() <= 5 + 1e-5
    # All around.
    assert np.histogram(np.arctan2(x2, x1), 8)[0].min() > 150


def test_xor() -> None:
    x1, x2, labels = points("xor")
    np.testing.assert_array_equal(labels, x1 * x2 > 0)
    nearest = np.minimum(np.abs(x1), np.abs(x2))
    assert 0.3 - 1e-6 <= nearest.min() < 0.32
    assert 4.95 < max(np.abs(x1).max(), np.abs(x2).max()) <= 5
    for side in (x1 > 0, x2 > 0):
        assert side.mean() == pytest.approx(0.5, abs=0.05)


def test_gauss() -> None:
    x1, x2, labels = points("gauss")
    for values in (x1, x2):
        for label, centre in ((0, -2), (1, 2)):
            chosen = values[labels == label]
            assert chosen.mean() == pytest.approx(centre, abs=0.1)
            assert chosen.var() == pytest.approx(0.5, abs=0.07)


def test_spiral() -> None:
    x1, x2, labels = points("spiral")
    radius = np.hypot(x1, x2)
    for label, offset in ((1, 0.0), (0, np.pi)):
        r = radius[labels == label]
        np.testing.assert_allclose(np.sort(r), 5 * np.arange(1000) / 1000, atol=1e-5)
        angle = 1.75 * 2 * np.pi * r / 5 + offset
        np.testing.assert_allclose(x1[labels == label], r * np.sin(angle), atol=1e-4)
        np.testing.assert_allclose(x2[labels == label], r * np.cos(angle), atol=1e-4)


def test_moons() -> None:
    x1, x2, labels = points("moons")
    upper = np.hypot(x1 + 1.5, x2 + 0.75)[labels == 0]
    lower = np.hypot(x1 - 1.5, x2 - 0.75)[labels == 1]
    np.testing.assert_allclose(upper, 3, atol=1e-5)
    np.testing.assert_allclose(lower, 3, atol=1e-5)
    assert x2[labels == 0].min() >= -0.75 - 1e-6
    assert x2[labels == 1].max() <= 0.75 + 1e-6


def test_checkerboard() -> None:
    x1, x2, labels = points("checkerboard")
    assert np.abs([x1, x2]).max() < 5
    column, row = (np.floor((x + 5) / 2.5).astype(int) for x in (x1, x2))
    dark = (column + row) % 2
    # One colour throughout, the other colour for the other class.
    assert np.unique(dark[labels == 1]).size == 1
    np.testing.assert_array_equal(dark == dark[labels == 1][0], labels == 1)
    assert len({*zip(column.tolist(), row.tolist(), strict=True)}) == 16


def test_rings() -> None:
    x1, x2, labels = points("rings")
    others, ones = by_class(np.hypot(x1, x2), labels)
    assert (((ones >= 0) & (ones <= 1.2)) | ((ones >= 3.0) & (ones <= 3.8))).all()
    assert (((others >= 1.7) & (others <= 2.5)) | ((others >= 4.3) & (others <= 5.1))).all()
    for radius in (ones, others):
        assert 100 < (radius < 2.75).sum() < len(radius) - 100


@pytest.mark.parametrize("classes", [3, 4, 5])
def test_blobs(classes: int) -> None:
    x1, x2, labels = points("blobs", classes=classes)
    centres = np.array([[x[labels == k].mean() for x in (x1, x2)] for k in range(classes)])
    np.testing.assert_allclose(np.hypot(*centres.T), 3.5, atol=0.15)
    gaps = np.diff(np.sort(np.arctan2(centres[:, 0], centres[:, 1])))
    np.testing.assert_allclose(gaps, 2 * np.pi / classes, atol=0.1)
    for k in range(classes):
        assert np.std([x1[labels == k] - centres[k, 0], x2[labels == k] - centres[k, 1]]) < 0.66


@pytest.mark.parametrize("classes", [3, 5])
def test_arms(classes: int) -> None:
    x1, x2, labels = points("arms", classes=classes)
    radius = np.hypot(x1, x2)
    assert radius.min() > 0.19
    assert radius.max() < 5.01
    angle = np.arctan2(x1, x2)
    turned = angle - 2 * np.pi * (0.65 * (radius - 0.2) / 4.8 + labels / classes)
    np.testing.assert_allclose(np.cos(turned), 1, atol=1e-5)


def test_plane() -> None:
    x1, x2, labels = points("plane")
    np.testing.assert_allclose(labels, (x1 + x2) / 10, atol=1e-6)
    check_uniform(x1, x2)


def test_ridge() -> None:
    x1, x2, labels = points("ridge")
    np.testing.assert_allclose(labels, np.sin(x1 + x2 / 2), atol=1e-5)
    check_uniform(x1, x2)


def test_bumps() -> None:
    x1, x2, labels = points("bumps")
    check_uniform(x1, x2)
    expected = np.zeros(2000)
    sign = 1
    for centre_x2 in (2.5, -2.5):
        for centre_x1 in (-4, 0, 4):
            distance = np.hypot(x1 - centre_x1, x2 - centre_x2)
            expected += sign * np.maximum(0, 1 - distance / 2)
            sign = -sign
    np.testing.assert_allclose(labels, expected, atol=1e-5)
    assert labels.max() > 0.9
    assert labels.min() < -0.9


def check_uniform(x1: Doubles, x2: Doubles) -> None:
    counts, _, _ = np.histogram2d(x1, x2, bins=4, range=[[-6, 6]] * 2)
    assert counts.min() > 80


GIVEN = [[0.1, 5.9, 1], [-6, 6, 0], [2, 3, 1], [0, 0, 0], [1.5, -2.5, 1], [1, 1, 0]]


def test_given_points_are_taken_as_they_are() -> None:
    spec = DataSpec.model_validate({"name": "points", "points": GIVEN, "noise": 0.5})
    data = make_dataset(spec)
    found = np.concatenate([data.x, data.labels[:, None]], axis=1)
    expected = np.array(GIVEN, np.float32)
    np.testing.assert_array_equal(found[np.lexsort(found.T)], expected[np.lexsort(expected.T)])
    assert (data.n_train, data.n_test) == (3, 3)


@pytest.mark.parametrize(("fraction", "n_test"), [(0.1, 1), (0.9, 1), (0.5, 1)])
def test_two_points_train_one_and_test_one(fraction: float, n_test: int) -> None:
    value = {"name": "points", "points": GIVEN[:2], "test_fraction": fraction}
    data = make_dataset(DataSpec.model_validate(value))
    assert (data.n_train, data.n_test) == (1, n_test)


@pytest.mark.parametrize(
    ("labels", "task", "outputs"),
    [
        ([0, 1, 1], "binary", 1),
        ([0, 0, 0], "binary", 1),
        ([1.0, -0.0, 1], "binary", 1),
        ([0, 1, 2], "multiclass", 3),
        ([2, 2, 2], "multiclass", 3),
        ([9, 0, 0], "multiclass", 10),
        ([10, 0, 0], "regression", 1),
        ([0, 1, -1], "regression", 1),
        ([0, 0.5, 1], "regression", 1),
    ],
)
def test_labels_tell_the_task(
    make_trainer: MakeTrainer, labels: list[float], task: str, outputs: int
) -> None:
    rows = [[i, 0, label] for i, label in enumerate(labels)]
    trainer = make_trainer({"data": {"name": "points", "points": rows}})
    assert trainer.spec.task == task
    assert trainer.spec.n_outputs == outputs
    assert trainer.predict([[0, 0]]).shape == (1, outputs)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_named_task_goes_before_the_labels(make_trainer: MakeTrainer, task: str) -> None:
    trainer = make_trainer({"data": {"name": "points", "points": GIVEN, "task": task}})
    assert trainer.spec.task == task
    assert trainer.spec.n_outputs == (2 if task == "multiclass" else 1)


def test_the_task_of_a_built_in_data_set_is_its_own(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "blobs", "task": "regression"}})
    assert trainer.spec.task == "multiclass"


def test_five_thousand_points(make_trainer: MakeTrainer) -> None:
    rng = np.random.default_rng(0)
    rows = [[*x, float(x[0] > 0)] for x in rng.uniform(-6, 6, (5000, 2)).tolist()]
    value = {"name": "points", "points": rows, "test_fraction": 0.1}
    trainer = make_trainer({"data": value, "layers": []})
    assert trainer.data.n_train == 4500
    trainer.turn(epochs=3)
    assert trainer.step == 3 * 450
    assert trainer.metrics["test_accuracy"] > 0.98
    assert trainer.frame(("points",))["points"].shape == (5000, 6)
