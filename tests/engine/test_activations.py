"""Activations one by one: values, derivatives, extremes, and the switch between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.functions.activation_registry import Activation
from engine.functions.activations import ACTIVATIONS
from engine.network.switches import switched
from tests.engine import oracle

Z = np.linspace(-6.03, 6.07, 243, dtype=np.float32)
SLOPE = 0.3


@cache
def compile_activation(name: str) -> Callable[[jax.Array], tuple[jax.Array, jax.Array]]:
    """Values and derivatives of as many numbers as Z has, compiled once for all tests."""
    apply = ACTIVATIONS[name].apply
    return jax.jit(jax.vmap(jax.value_and_grad(lambda z: apply(z, jnp.float32(SLOPE)))))


def value(name: str, z: float) -> float:
    return float(compile_activation(name)(jnp.full(Z.shape, z, jnp.float32))[0][0])


def derivative(name: str, z: float) -> float:
    return float(compile_activation(name)(jnp.full(Z.shape, z, jnp.float32))[1][0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_those_of_the_oracle(name: str) -> None:
    expected = oracle.ACTIVATIONS[name](Z.astype(float), np.float64(SLOPE))
    found, _ = compile_activation(name)(jnp.asarray(Z))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_those_of_the_oracle(name: str) -> None:
    eps, z = 1e-5, Z.astype(float)
    assert np.abs(Z).min() > 2 * eps
    up, down = (oracle.ACTIVATIONS[name](z + e, np.float64(SLOPE)) for e in (eps, -eps))
    _, found = compile_activation(name)(jnp.asarray(Z))
    np.testing.assert_allclose(found, (up - down) / (2 * eps), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "at_1", "at_minus_1"),
    [
        # Table values, to seven places.
        ("linear", 1.0, -1.0),
        ("sigmoid", 0.7310586, 0.2689414),
        ("tanh", 0.7615942, -0.7615942),
        ("relu", 1.0, 0.0),
        ("leaky_relu", 1.0, -0.3),
        ("prelu", 1.0, -0.3),
        ("elu", 1.0, -0.6321206),
        ("selu", 1.0507010, -1.1113307),
        ("gelu", 0.8413447, -0.1586553),
        ("silu", 0.7310586, -0.2689414),
        ("mish", 0.8650984, -0.3034015),
        ("softplus", 1.3132617, 0.3132617),
        ("sin", 0.8414710, -0.8414710),
        ("step", 1.0, 0.0),
    ],
)
def test_worked_values(name: str, at_1: float, at_minus_1: float) -> None:
    assert value(name, 1) == pytest.approx(at_1, abs=2e-7)
    assert value(name, -1) == pytest.approx(at_minus_1, abs=2e-7)


@pytest.mark.parametrize(
    ("name", "at_0"),
    [
        ("linear", 0), ("sigmoid", 0.5), ("tanh", 0), ("relu", 0), ("leaky_relu", 0), ("prelu", 0),
        ("elu", 0), ("selu", 0), ("gelu", 0), ("silu", 0), ("mish", 0), ("softplus", np.log(2)),
        ("sin", 0), ("step", 1),
    ],
)  # fmt: skip
def test_values_at_0(name: str, at_0: float) -> None:
    assert value(name, 0) == pytest.approx(at_0, abs=1e-7)
    assert np.isfinite(derivative(name, 0))


def test_the_derivative_of_relu_at_0_is_0() -> None:
    assert derivative("relu", 0) == 0


@pytest.mark.parametrize("z", [-1e4, -200.0, 200.0, 1e4])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_from_0_all_is_finite(name: str, z: float) -> None:
    assert np.isfinite(value(name, z))
    assert np.isfinite(derivative(name, z))


@pytest.mark.parametrize("z", [-3.0, -0.5, 0.0, 0.5, 3.0])
def test_step_has_no_gradient(z: float) -> None:
    assert derivative("step", z) == 0


def test_the_switch_gives_values_and_gradients_of_the_activation_it_chooses() -> None:
    z = jnp.asarray(np.random.default_rng(0).normal(0, 2, (4, 40)), jnp.float32)
    slope = jnp.asarray([[0.1], [0.4], [0.8], [0.3]], jnp.float32)
    weights = jnp.asarray(np.random.default_rng(1).normal(size=(4, 40)), jnp.float32)

    def chosen(index: jax.Array, z: jax.Array, slope: jax.Array) -> jax.Array:
        return jnp.sum(switched(0, index, z, slope) * weights)

    def apply_directly(entry: Activation, z: jax.Array, slope: jax.Array) -> jax.Array:
        a = entry.apply(z, slope)
        if entry.pieces > 1:
            # Two units of two pieces each, and half of the room is left.
            a = jnp.maximum(a[:2], a[2:])
        return jnp.sum(a * weights[: len(a)])

    run = jax.jit(jax.value_and_grad(chosen, (1, 2)))
    direct = jax.jit(
        lambda z, slope: {
            name: jax.value_and_grad(partial(apply_directly, entry), (0, 1))(z, slope)
            for name, entry in ACTIVATIONS.items()
        }
    )(z, slope)
    for name, entry in ACTIVATIONS.items():
        found, (dz, dslope) = run(jnp.int32(ACTIVATIONS.index(name)), z, slope)
        expected, (expected_dz, expected_dslope) = direct[name]
        assert float(found) == pytest.approx(float(expected), rel=1e-4, abs=1e-5), name
        np.testing.assert_allclose(dz, expected_dz, rtol=1e-5, atol=1e-6, err_msg=name)
        if entry.learned_slope:
            np.testing.assert_allclose(dslope, expected_dslope, rtol=1e-5, atol=1e-5)
        else:
            assert not dslope.any()
