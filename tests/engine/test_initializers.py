"""Initial weights: distributions, scale, and what a draw depends on."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.functions.initializers import INITIALIZERS, draw_kernel
from tests.engine import states
from tests.engine.conftest import MakeTrainer

FAN_IN, FAN_OUT = 12, 20
GLOROT, HE, LECUN = 2 / (FAN_IN + FAN_OUT), 2 / FAN_IN, 1 / FAN_IN


def many(name: str, scale: float = 1.0) -> np.ndarray:
    """24,000 draws."""
    draws = [draw_kernel(name, scale, 3, (0, 0, i), FAN_IN, FAN_OUT) for i in range(100)]
    return np.stack(draws).astype(float)


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize(
    ("name", "variance"),
    [("glorot_uniform", GLOROT), ("he_uniform", HE), ("random_uniform", 1 / 3)],
)
def test_uniform(name: str, variance: float, scale: float) -> None:
    limit = scale * math.sqrt(3 * variance)
    drawn = many(name, scale)
    assert np.abs(drawn).max() <= limit * (1 + 1e-6)
    assert drawn.max() > 0.999 * limit
    assert drawn.min() < -0.999 * limit
    assert drawn.var() == pytest.approx(scale**2 * variance, rel=0.02)
    assert abs(drawn.mean()) < 0.02 * limit


@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize(
    ("name", "variance"), [("glorot_normal", GLOROT), ("he_normal", HE), ("lecun_normal", LECUN)]
)
def test_truncated_normal(name: str, variance: float, scale: float) -> None:
    deviation = scale * math.sqrt(variance)
    drawn = many(name, scale)
    # Cut off at two deviations of the normal before it was rescaled to the right variance.
    assert np.abs(drawn).max() <= 2 / 0.87962566 * deviation * (1 + 1e-6)
    assert np.abs(drawn).max() > 2.2 * deviation
    assert drawn.std() == pytest.approx(deviation, rel=0.02)
    assert abs(drawn.mean()) < 0.03 * deviation


def test_random_normal() -> None:
    drawn = many("random_normal", 0.7)
    assert drawn.std() == pytest.approx(0.7, rel=0.02)
    assert np.abs(drawn).max() > 3 * 0.7
    assert (np.abs(drawn) < 0.7).mean() == pytest.approx(0.6827, abs=0.01)


def test_zeros_and_constant() -> None:
    assert not many("zeros", 3.0).any()
    assert (many("constant", 0.25) == 0.25).all()


@pytest.mark.parametrize("name", [n for n in INITIALIZERS if n not in {"zeros", "constant"}])
def test_a_draw_depends_on_seed_and_stream_alone(name: str) -> None:
    one = draw_kernel(name, 1.0, 1, (0, 2, 0), 5, 7)
    assert one.dtype == np.float32
    assert one.shape == (5, 7)
    assert states.same_bits(one, draw_kernel(name, 1.0, 1, (0, 2, 0), 5, 7))
    others = [(2, (0, 2, 0)), (1, (1, 2, 0)), (1, (0, 3, 0)), (1, (0, 2, 1)), (1, (2, 0, 0))]
    for seed, stream in others:
        assert (draw_kernel(name, 1.0, seed, stream, 5, 7) != one).all()
    assert len(np.unique(one)) == one.size


def test_a_scale_of_0_draws_zeros() -> None:
    for name in INITIALIZERS:
        assert not draw_kernel(name, 0.0, 1, (0, 0, 0), 3, 3).any()


def test_a_trainer_starts_with_drawn_kernels_and_biases_of_0(make_trainer: MakeTrainer) -> None:
    layers = [{"units": 8, "negative_slope": 0.4, "activation": "prelu"}, {"units": 8}]
    trainer = make_trainer({"layers": layers, "features": ["x1", "x2", "radius"]})
    state = states.read_state(trainer)
    taken = states.take_apart(trainer.spec, state.params)
    for layer, (rows, columns) in zip(taken, [(3, 8), (8, 8), (8, 1)], strict=True):
        limit = math.sqrt(6 / (rows + columns))
        assert layer.kernel.shape == (rows, columns)
        assert np.abs(layer.kernel).max() <= limit
        assert len(np.unique(layer.kernel)) == layer.kernel.size
        assert not layer.bias.any()
    assert (taken[0].slopes == np.float32(0.4)).all()
    assert not state.m.any()
    assert not state.v.any()


def test_seeds_differ_and_repeat(make_trainer: MakeTrainer) -> None:
    first, again, other = (make_trainer({"seed": seed}).weights for seed in (1, 1, 2**31 - 1))
    assert states.same_bits(first, again)
    assert (first != other).mean() > 0.5
