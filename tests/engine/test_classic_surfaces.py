"""Classic surfaces: their slopes, their minima, and paths that are those of the optimizers."""

from __future__ import annotations

import jax
import numpy as np
import optax
import pytest

from engine import SURFACES, Spec, descend, parse_spec
from engine.functions.optimizer_registry import OPTIMIZERS
from engine.spec.training import OptimizerSpec

OPTAX = {
    "sgd": optax.sgd(0.01),
    "momentum": optax.sgd(0.01, 0.9),
    "nesterov": optax.sgd(0.01, 0.9, nesterov=True),
    "adagrad": optax.adagrad(0.01),
    "adadelta": optax.adadelta(0.01, rho=0.9, eps=1e-7),
    "rmsprop": optax.rmsprop(0.01, decay=0.9, eps=1e-7),
    "adam": optax.adam(0.01, eps=1e-7),
    "adamw": optax.adamw(0.01, eps=1e-7, weight_decay=0.01),
    "nadam": optax.nadam(0.01, eps=1e-7),
    "lion": optax.lion(0.01, b2=0.999, weight_decay=0.01),
}


def settings(name: str, rate: float = 0.01) -> OptimizerSpec:
    return parse_spec({"optimizer": {"name": name, "learning_rate": rate}}).optimizer


@pytest.mark.parametrize("name", SURFACES)
def test_slopes_are_those_of_finite_differences(name: str) -> None:
    surface, h = SURFACES[name], 1e-6
    for x, y in np.random.default_rng(1).uniform(-2, 2, (20, 2)):
        across = (surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h)
        along = (surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h)
        np.testing.assert_allclose(surface.slope(x, y), (across, along), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", SURFACES)
def test_minima_are_lowest(name: str) -> None:
    surface = SURFACES[name]
    told = surface.describe()
    lowest = min(surface.value(*place) for place in surface.minima)
    assert np.min(told["heights"]) >= lowest - 1e-9
    for place in surface.minima:
        np.testing.assert_allclose(surface.value(*place), lowest, atol=1e-9)
        np.testing.assert_allclose(surface.slope(*place), 0, atol=1e-3)
    row, column = 7, 40
    x, y = told["x"][column], told["y"][row]
    assert told["heights"][row][column] == pytest.approx(surface.value(x, y))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_paths_are_those_of_optax(name: str) -> None:
    """Over 30 updates of Himmelblau's function; optax computes in float32."""
    surface = SURFACES["himmelblau"]
    found = descend(surface, [settings("sgd"), settings(name)], surface.start, 30)[1]
    params = np.array(surface.start, np.float32)
    state = OPTAX[name].init(params)
    gradient = jax.jit(jax.grad(lambda p: surface.value(p[0], p[1])))
    for t in range(31):
        np.testing.assert_allclose(found[t], np.asarray(params), rtol=1e-3, atol=1e-4)
        change, state = OPTAX[name].update(gradient(params), state, params)
        params = optax.apply_updates(params, change)


def test_what_diverges_ends_and_leaves_the_others_alone() -> None:
    surface = SURFACES["rosenbrock"]
    good, bad = descend(surface, [settings("adam"), settings("sgd", 1.0)], surface.start, 50)
    assert np.isfinite(good).all()
    assert np.isnan(bad[-1]).all()
    assert np.isfinite(bad[0]).all()


def test_a_path_ends_in_a_minimum_of_the_bowl() -> None:
    path = descend(SURFACES["bowl"], [Spec().optimizer], (1.0, -2.0), 500)[0]
    np.testing.assert_allclose(path[-1], 0, atol=1e-5)
    np.testing.assert_array_equal(path[0], [1, -2])
