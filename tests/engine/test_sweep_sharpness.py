"""Sharpness of a sweep's cells against closed forms and `jax.hessian`, measured in turns."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine import Programs, Sweep, Trainer
from tests.engine.sweep_cases import make_spec, span, vary
from tests.engine.test_sharpness import largest_eigenvalue

RATES = span("optimizer.learning_rate", 0.1, 0.4, 3)


def largest_of_logistic(sweep: Sweep, column: int) -> float:
    """Of a network without layers: the mean of s (1 - s) x x^T, with a 1 for the bias."""
    snapshot = sweep.snapshot(0, column)
    data = snapshot.data
    x = np.column_stack([data.x[: data.n_train], np.ones(data.n_train)]).astype(np.float64)
    s = 1 / (1 + np.exp(-x @ snapshot.state.params[:3].astype(np.float64)))
    return float(np.linalg.eigvalsh((x * (s * (1 - s))[:, None]).T @ x / data.n_train)[-1])


def test_it_is_the_largest_eigenvalue_of_every_cell(programs: Programs) -> None:
    sweep = Sweep(make_spec(layers=[]), [RATES], seeds=2, programs=programs)
    assert np.isnan(sweep.sharpness).all()
    sweep.train(3)
    assert sweep.look(60.0)
    found = sweep.sharpness
    assert found.shape == (2, 2, 2)
    assert np.isnan(found[1, 1]).all(), "there is no fourth cell"
    expected = [largest_of_logistic(sweep, column) for column in range(2)]
    np.testing.assert_allclose(found[0, :, 0], expected, rtol=1e-2)
    np.testing.assert_allclose(found.reshape(-1, 2)[:3, 1], [20, 10, 5], rtol=1e-5)
    assert sweep.sharpness is found, "nothing is new"
    sweep.train(1)
    assert sweep.look(60.0)
    assert sweep.sharpness[0, 0, 0] == pytest.approx(largest_of_logistic(sweep, 0), rel=1e-2)
    sweep.reset()
    assert np.isnan(sweep.sharpness).all()


def test_cells_are_measured_in_turns_that_end(programs: Programs) -> None:
    """Far apart first; one that has diverged has none, nor a limit has an adaptive optimizer."""
    rates = vary("optimizer.learning_rate", 0.001, 0.002, 0.003, 10)
    spec = make_spec(data={"name": "plane", "samples": 60}, layers=[])
    now = itertools.count(0.0, 0.01)
    sweep = Sweep(
        spec, [rates, vary("optimizer.name", "sgd", "adam")], programs=programs,
        clock=lambda: next(now),
    )  # fmt: skip
    sweep.train(30)
    assert sweep.diverged.tolist() == [False, False, False, True] + [False] * 4
    order = []
    while not sweep.look(0.0):
        known = np.isfinite(sweep.sharpness[..., 0]).ravel()
        order += [cell for cell in np.flatnonzero(known).tolist() if cell not in order]
    assert order[:3] == [0, 2, 4]
    found = sweep.sharpness
    assert np.isnan(found[0, 3]).all()
    assert np.isfinite(found[..., 0]).sum() == 7
    assert np.isnan(found[1, :, 1]).all()


@pytest.mark.slow
def test_it_is_that_of_jax(programs: Programs) -> None:
    axes = [span("layers.units", 2, 5, 2), vary("layers.activation", "tanh", "relu")]
    sweep = Sweep(make_spec(regularization={"l2": 0.01}), axes, programs=programs)
    sweep.train(4)
    sweep.look(60.0)
    for row, column in itertools.product(range(2), range(2)):
        snapshot = sweep.snapshot(row, column)
        alone = Trainer(snapshot.spec, programs)
        alone.restore(snapshot)
        expected = largest_eigenvalue(alone)
        assert sweep.sharpness[row, column, 0] == pytest.approx(expected, rel=2e-2)
