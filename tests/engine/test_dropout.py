"""Dropout: its factors, seen from outside through the gradient of the output layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import Trainer
from engine.network import draw_dropout
from tests.engine import oracle, states
from tests.engine.conftest import MakeTrainer

RATE = 0.3


def watched(make_trainer: MakeTrainer, **more: Any) -> Trainer:
    """A network that learns next to nothing, from one row at a time."""
    return make_trainer(
        {
            "data": {"name": "points", "points": [[1, 2, 3], [1, 2, 3]], "task": "regression"},
            "layers": [{"units": 8, "activation": "softplus", "dropout": RATE}],
            "optimizer": {"name": "momentum", "learning_rate": 1e-5, "momentum": 0},
            "batch_size": 1,
            **more,
        }
    )


def read_factors(trainer: Trainer, steps: int, *, exact: bool = False) -> np.ndarray:
    """Returns [steps, units]: of each update, what dropout multiplied each unit by.

    The slot of momentum 0 holds the gradient; that of an outgoing weight is
    the bias's times the unit's activation times its factor.
    """
    found = []
    for _ in range(steps):
        before = states.read_state(trainer).params
        hidden = oracle.forward(trainer.spec, before, [[1, 2]]).hidden[-1][0]
        if exact:
            trainer.train(steps=1)
        else:
            trainer.turn(batches=1)
        output = states.take_apart(trainer.spec, states.read_state(trainer).m)[-1]
        found.append(output.kernel[:, 0] / (output.bias[0] * hidden))
    return np.array(found)


def test_a_unit_is_dropped_or_scaled_up(make_trainer: MakeTrainer) -> None:
    factors = read_factors(watched(make_trainer), 120)
    dropped = factors == 0
    np.testing.assert_allclose(factors[~dropped], 1 / (1 - RATE), rtol=1e-4)
    assert dropped.mean() == pytest.approx(RATE, abs=0.05)
    # Units and steps are independent of each other.
    assert 0.15 < dropped.mean(axis=0).min() <= dropped.mean(axis=0).max() < 0.45
    assert len({tuple(row) for row in dropped}) > 60


def test_the_same_units_are_dropped_in_both_kinds_of_program(make_trainer: MakeTrainer) -> None:
    general = read_factors(watched(make_trainer), 10)
    exact = read_factors(watched(make_trainer), 10, exact=True)
    assert (general == 0).any()
    np.testing.assert_array_equal(general == 0, exact == 0)
    np.testing.assert_allclose(general, exact, rtol=1e-4)


@pytest.mark.parametrize("exact", [False, True])
def test_the_gradient_is_that_of_the_oracle_with_these_factors(
    make_trainer: MakeTrainer, exact: bool
) -> None:
    trainer = watched(make_trainer)
    for _ in range(4):
        before = states.read_state(trainer).params
        (factors,) = read_factors(trainer, 1, exact=exact)
        expected = oracle.gradient(trainer.spec, before, [[1, 2]], [3], [factors[None, :]])
        np.testing.assert_allclose(states.read_state(trainer).m, expected, rtol=1e-4, atol=1e-5)


def test_a_seed_repeats_and_another_does_not(make_trainer: MakeTrainer) -> None:
    one, again, other = (read_factors(watched(make_trainer, seed=seed), 8) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert ((one == 0) != (other == 0)).any()


def test_wherever_turns_end_the_draws_go_on(make_trainer: MakeTrainer) -> None:
    value = {"layers": [{"units": 5, "dropout": 0.5}, {"units": 4, "dropout": 0.2}]}
    together, alone = make_trainer(value), make_trainer(value)
    together.turn(batches=37)
    for _ in range(37):
        alone.turn(batches=1)
    assert states.same_bits(together.weights, alone.weights)


def test_nothing_is_dropped_in_pictures_metrics_and_predictions(make_trainer: MakeTrainer) -> None:
    dry = {"layers": [{"units": 5}, {"units": 4}]}
    wet = {"layers": [{"units": 5, "dropout": 0.9}, {"units": 4, "dropout": 0.9}]}
    one, other = make_trainer(dry), make_trainer(wet)
    assert one.metrics == other.metrics
    for name, array in one.frame().items():
        assert states.same_bits(array, other.frame()[name]), name


def test_a_rate_of_0_changes_nothing_in_other_layers(make_trainer: MakeTrainer) -> None:
    """Draws are made for all layers together; a layer without dropout is left alone."""
    layers = [{"units": 6, "activation": "softplus", "dropout": 0.9},
              {"units": 6, "activation": "softplus", "dropout": 0.0}]  # fmt: skip
    factors = read_factors(watched(make_trainer, layers=layers, batch_size=1), 1)
    # The gradient of the output sees the second layer's units, none of which is dropped.
    assert (factors != 0).all()


KEY = np.array([3, 4], np.uint32)


_draw = jax.jit(draw_dropout, static_argnums=(1, 3))


def draw(layers: Sequence[int], rates: list[float], units: int, rows: range) -> np.ndarray:
    places = jnp.asarray(rows, jnp.int32)
    return np.asarray(_draw(KEY, tuple(layers), jnp.asarray(rates, jnp.float32), units, places))


def test_a_factor_depends_on_layer_unit_and_row_alone() -> None:
    whole = draw(range(4), [0.5] * 4, 32, range(64))
    assert whole.shape == (4, 32, 64)
    assert set(np.unique(whole)) == {0, 2}
    assert whole.mean() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(draw((2,), [0.5], 5, range(16, 33))[0], whole[2, :5, 16:33])
    np.testing.assert_array_equal(draw((0, 3), [0.5] * 2, 7, range(3))[1], whole[3, :7, :3])


def test_factors_of_layers_units_and_rows_are_independent() -> None:
    whole = draw(range(4), [0.5] * 4, 32, range(64)) > 0
    for axis in range(3):
        moved = np.roll(whole, 1, axis)
        assert (moved == whole).mean() == pytest.approx(0.5, abs=0.03)
    # No unit of any layer draws what another does, and no row.
    assert len(np.unique(whole.reshape(4 * 32, 64), axis=0)) == 4 * 32
    assert len(np.unique(whole.reshape(4 * 32, 64), axis=1).T) == 64


def test_more_dropout_drops_a_superset() -> None:
    few, many = draw((0,), [0.2], 16, range(50)), draw((0,), [0.6], 16, range(50))
    assert ((few == 0) <= (many == 0)).all()
    assert few.max() == pytest.approx(1 / 0.8)
    assert many.max() == pytest.approx(1 / 0.4)
