"""The one update rule against optax, update by update, for all ten optimizers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.typing import NDArray

from engine import Programs, parse_spec
from engine.functions.optimizer_registry import make_coefficients
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.update_rule import (
    TERM_SETS,
    Coefficients,
    Terms,
    choose_terms,
    update,
)
from engine.spec import OptimizerSpec
from tests.engine import oracle, states
from tests.engine.conftest import MakeTrainer

#: (rates, learning rate or schedule) -> optax's optimizer of that name.
REFERENCES: dict[str, Callable[[OptimizerSpec, Any], optax.GradientTransformation]] = {
    "sgd": lambda o, rate: optax.sgd(rate),
    "momentum": lambda o, rate: optax.sgd(rate, momentum=o.momentum),
    "nesterov": lambda o, rate: optax.sgd(rate, momentum=o.momentum, nesterov=True),
    "adagrad": lambda o, rate: optax.adagrad(rate, eps=o.epsilon),
    "adadelta": lambda o, rate: optax.adadelta(rate, rho=o.rho, eps=o.epsilon),
    "rmsprop": lambda o, rate: optax.rmsprop(rate, decay=o.rho, eps=o.epsilon),
    "adam": lambda o, rate: optax.adam(rate, o.beta_1, o.beta_2, eps=o.epsilon),
    "adamw": lambda o, rate: optax.adamw(
        rate, o.beta_1, o.beta_2, eps=o.epsilon, weight_decay=o.weight_decay
    ),
    "nadam": lambda o, rate: optax.nadam(rate, o.beta_1, o.beta_2, eps=o.epsilon),
    "lion": lambda o, rate: optax.lion(rate, o.beta_1, o.beta_2, weight_decay=o.weight_decay),
}
RATES: list[dict[str, float]] = [
    {},
    {
        "learning_rate": 0.3, "momentum": 0.5, "rho": 0.99, "beta_1": 0.3, "beta_2": 0.7,
        "epsilon": 1e-3, "weight_decay": 0.2,
    },
    {
        "learning_rate": 1e-3, "momentum": 0.0, "rho": 0.0, "beta_1": 0.0, "beta_2": 0.0,
        "epsilon": 0.1, "weight_decay": 0.0,
    },
    {"momentum": 0.9999, "rho": 0.9999, "beta_1": 0.9999, "beta_2": 0.9999},
]  # fmt: skip


def test_there_is_a_reference_for_every_optimizer() -> None:
    assert list(REFERENCES) == list(OPTIMIZERS)


def draw_gradients() -> tuple[jax.Array, jax.Array]:
    """Parameters [50], and forty gradients [40, 50] of very different size, some of them 0."""
    rng = np.random.default_rng(7)
    params = rng.normal(size=50)
    sizes = [10.0 ** rng.integers(-4, 2, 50) * (rng.random(50) > 0.1) for _ in range(40)]
    gradients = [rng.normal(size=50) * size for size in sizes]
    return jnp.asarray(params, jnp.float32), jnp.asarray(np.array(gradients), jnp.float32)


def make_numbers(spec: OptimizerSpec) -> Coefficients:
    return Coefficients(*map(jnp.float32, make_coefficients(spec.name, spec.rates)))


@cache
def follow_optax(name: str) -> list[NDArray[np.float32]]:
    """Parameters after each of the forty updates by optax, [40, 50] for each of RATES."""
    params, gradients = draw_gradients()

    def follow(rates: dict[str, float]) -> jax.Array:
        spec = OptimizerSpec.model_validate({"name": name, **rates})
        reference = REFERENCES[name](spec, spec.learning_rate)

        def step(now: Any, g: jax.Array) -> tuple[Any, jax.Array]:
            change, slots = reference.update(g, now[1], now[0])
            changed = now[0] + change
            return (changed, slots), changed

        return jax.lax.scan(step, (params, reference.init(params)), gradients)[1]

    return [np.asarray(each) for each in jax.jit(lambda: [follow(rates) for rates in RATES])()]


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("of", ["the optimizer", "its set", "all"])
def test_forty_updates_are_those_of_optax(name: str, of: str) -> None:
    params, gradients = draw_gradients()
    defaults = OptimizerSpec.model_validate({"name": name})
    chosen = TERM_SETS[int(choose_terms(make_numbers(defaults)))]
    terms = {"the optimizer": OPTIMIZERS[name].terms, "its set": chosen, "all": Terms()}
    rule = partial(update, terms=terms[of])

    @jax.jit
    def follow(c: Coefficients, rate: jax.Array) -> jax.Array:
        def step(now: Any, drawn: Any) -> tuple[Any, jax.Array]:
            t, g = drawn
            changed, m, v = rule(c, rate, t, now[0], g, *now[1:])
            return (changed, m, v), changed

        begun = params, jnp.zeros(50), jnp.zeros(50)
        return jax.lax.scan(step, begun, (jnp.arange(1.0, 41.0), gradients))[1]

    for rates, expected in zip(RATES, follow_optax(name), strict=True):
        spec = OptimizerSpec.model_validate({"name": name, **rates})
        found = follow(make_numbers(spec), jnp.float32(spec.learning_rate))
        for t in range(40):
            message = f"update {t + 1} with {rates}"
            np.testing.assert_allclose(found[t], expected[t], 2e-5, 2e-6, err_msg=message)


@pytest.mark.parametrize("name", REFERENCES)
def test_training_is_that_of_optax_fed_by_the_oracle(programs: Programs, name: str) -> None:
    """The whole way: gradient, penalty, clipping, warm-up, schedule and rule, 12 updates."""
    spec = parse_spec(
        {
            "data": {"samples": 50, "name": "gauss", "noise": 0.3, "test_fraction": 0.2},
            "layers": [{"units": 3, "activation": "tanh"}],
            "optimizer": {"name": name, "learning_rate": 0.02, "clip_norm": 0.3, "epsilon": 1e-4},
            "schedule": {"name": "cosine", "warmup_steps": 4, "decay_steps": 20},
            "regularization": {"l1": 0.01, "l2": 0.02},
            "batch_size": 256,
        }
    )
    flat = states.draw_params(spec, 5)
    trainer = states.load_state(spec, programs, flat)
    n = trainer.data.n_train
    x, labels = trainer.data.x[:n], trainer.data.labels[:n]
    rate = optax.warmup_cosine_decay_schedule(0.0, 0.02, 4, 24)
    reference = REFERENCES[name](spec.optimizer, rate)
    expected = jnp.asarray(flat)
    slots, refer = reference.init(expected), jax.jit(reference.update)
    for i in range(12):
        g = oracle.clip(oracle.gradient(spec, expected, x, labels), 0.3)
        change, slots = refer(jnp.asarray(g, jnp.float32), slots, expected)
        expected = expected + change
        trainer.turn(batches=1)
        found = states.read_state(trainer).params
        np.testing.assert_allclose(found, expected, atol=2e-5, err_msg=f"update {i + 1}")


def test_clipping_is_that_of_optax(make_trainer: MakeTrainer) -> None:
    value = {"optimizer": {"name": "momentum"}, "batch_size": 256, "layers": [{"units": 6}]}
    free, clipped = make_trainer(value), make_trainer(value)
    clipped.edit({"optimizer": {"clip_norm": 0.02}})
    free.turn(batches=1)
    clipped.turn(batches=1)
    g = jnp.asarray(states.read_state(free).m)
    expected: Any
    expected, _ = optax.clip_by_global_norm(0.02).update(g, optax.EmptyState())
    np.testing.assert_allclose(states.read_state(clipped).m, expected, rtol=1e-5, atol=1e-9)
    assert np.linalg.norm(g) > 0.03
