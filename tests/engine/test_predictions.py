"""Outputs, losses and metrics of any network, against the NumPy oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import FrameRequest, Programs, Spec, Trainer, parse_spec
from tests.engine import oracle, specs, states
from tests.engine.conftest import MakeTrainer

GRID = np.stack(np.meshgrid(np.linspace(-6, 6, 13), np.linspace(-6, 6, 11)), -1).reshape(-1, 2)


def check_outputs(trainer: Trainer, flat: Any, x: Any, tolerance: float) -> None:
    """Compares predictions; rows at the very edge of a step may fall on either side."""
    run = oracle.forward(trainer.spec, flat, x)
    sure = np.ones(len(x), bool)
    for layer, z in zip(trainer.spec.layers, run.pre, strict=True):
        if layer.activation == "step":
            sure &= (np.abs(z) > 1e-4).all(axis=1)
    assert sure.mean() > 0.9
    found = trainer.predict(x)
    assert found.dtype == np.float32
    assert found.shape == (len(x), trainer.spec.n_outputs)
    np.testing.assert_allclose(found[sure], run.outputs[sure], rtol=tolerance, atol=tolerance)


@specs.bounded(20)
@given(value=specs.specs(), seed=st.integers(0, 2**31 - 1))
def test_predictions_are_those_of_the_oracle(programs: Programs, value: Any, seed: int) -> None:
    spec = parse_spec(value)
    flat = states.draw_params(spec, seed)
    check_outputs(states.load_state(spec, programs, flat), flat, GRID, 1e-3)


@pytest.mark.slow
@specs.bounded(15)
@given(
    value=specs.specs(max_layers=8, max_units=32, batch_norm=True), seed=st.integers(0, 2**31 - 1)
)
def test_predictions_of_the_largest_networks_are_those_of_the_oracle(
    programs: Programs, value: Any, seed: int
) -> None:
    spec = parse_spec(value)
    flat = states.draw_params(spec, seed, 0.3)
    check_outputs(states.load_state(spec, programs, flat), flat, GRID, 1e-3)


def far_from_a_tie(spec: Spec, outputs: Any) -> Any:
    """Rows whose answer no rounding can turn over."""
    if spec.task == "multiclass":
        best = np.sort(outputs, axis=1)
        return best[:, -1] - best[:, -2] > 1e-4
    middle = 0.5 if spec.resolved_loss == "binary_crossentropy" else 0.0
    return np.abs(outputs[:, 0] - middle) > 1e-4


@specs.bounded(20)
@given(
    value=specs.specs(activations=specs.SMOOTH_ACTIVATIONS, max_layers=4),
    seed=st.integers(0, 2**31 - 1),
)
def test_metrics_are_those_of_the_oracle(programs: Programs, value: Any, seed: int) -> None:
    spec = parse_spec(value)
    flat = states.draw_params(spec, seed, 0.5)
    trainer = states.load_state(spec, programs, flat)
    data = trainer.data
    split = data.n_train, data.n_validation
    expected = oracle.measure(spec, flat, data.x, data.labels, *split)
    found = trainer.metrics
    assert found.pop("step") == 0
    assert found.pop("epoch") == 0
    assert set(found) == set(expected)
    sure = far_from_a_tie(spec, oracle.forward(spec, flat, data.x).outputs)
    first_test = sum(split)
    parts = {
        "train": sure[: split[0]],
        "validation": sure[split[0] : first_test],
        "test": sure[first_test:],
    }
    for name, metric in found.items():
        slack = 1e-3 * (1 + abs(expected[name]))
        if name.endswith("_accuracy"):
            slack = 1e-6 + (~parts[name.removesuffix("_accuracy")]).mean()
        assert metric == pytest.approx(expected[name], abs=slack), name


@specs.bounded(15)
@given(
    value=specs.specs(activations=specs.SMOOTH_ACTIVATIONS, max_layers=4),
    seed=st.integers(0, 2**31 - 1),
)
def test_points_tell_label_split_prediction_and_loss(
    programs: Programs, value: Any, seed: int
) -> None:
    spec = parse_spec(value)
    flat = states.draw_params(spec, seed, 0.5)
    trainer = states.load_state(spec, programs, flat)
    data = trainer.data
    points = trainer.turn(request=FrameRequest(views=(), points=True)).arrays["points"]
    assert points.shape == (data.n, 6)
    np.testing.assert_array_equal(points[:, :2], data.x)
    np.testing.assert_array_equal(points[:, 2], data.labels)
    counts = data.n_train, data.n_validation, data.n_test
    np.testing.assert_array_equal(points[:, 3], np.repeat([0, 2, 1], counts))
    run = oracle.forward(spec, flat, data.x)
    if spec.task == "multiclass":
        sure = far_from_a_tie(spec, run.outputs)
        np.testing.assert_array_equal(points[sure, 4], run.outputs.argmax(axis=1)[sure])
    else:
        np.testing.assert_allclose(points[:, 4], run.outputs[:, 0], rtol=1e-3, atol=1e-3)
    losses = oracle.loss_rows(spec, run, data.labels)
    np.testing.assert_allclose(points[:, 5], losses, rtol=2e-3, atol=1e-3)


def test_any_number_of_points_can_be_predicted(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "blobs"}})
    x = np.random.default_rng(0).uniform(-6, 6, (12_001, 2)).astype(np.float32)
    together = trainer.predict(x)
    assert together.shape == (12_001, 3)
    np.testing.assert_array_equal(together[-1:], trainer.predict(x[-1:]))
    np.testing.assert_array_equal(together[5000:5200], trainer.predict(x[5000:5200]))
    assert trainer.predict(x[:0]).shape == (0, 3)


def test_predicting_changes_nothing(make_trainer: MakeTrainer) -> None:
    trainer, other = make_trainer(), make_trainer()
    for _ in range(3):
        trainer.predict(GRID)
        trainer.turn(batches=7)
        other.turn(batches=7)
    assert trainer.metrics == other.metrics
    assert states.same_bits(trainer.weights, other.weights)


@pytest.mark.parametrize("x", [[1.0, 2.0], [[1.0, 2.0, 3.0]], [[[1.0, 2.0]]]])
def test_points_of_another_shape_are_refused(make_trainer: MakeTrainer, x: Any) -> None:
    with pytest.raises(ValueError, match=r"x must be \[n, 2\]"):
        make_trainer().predict(x)
