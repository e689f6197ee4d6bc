"""What an entry says that it reads is what it depends on."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from engine import describe_spec
from engine.functions.activations import ACTIVATIONS
from engine.functions.optimizers import OPTIMIZERS, make_coefficients
from engine.functions.schedules import SCHEDULES
from engine.spec import OptimizerSpec
from tests.engine.test_schema import field

RATES = OptimizerSpec().rates


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_reads_its_rates_and_no_other(name: str) -> None:
    now = make_coefficients(name, RATES)
    changed = {key for key in RATES if make_coefficients(name, {**RATES, key: 0.321}) != now}
    assert changed == set(OPTIMIZERS[name].reads)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_reads_its_parameters_and_no_other(name: str) -> None:
    def factor(**changes: float) -> list[float]:
        numbers = {"decay_steps": 10.0, "decay_rate": 0.5, **changes}
        of = SCHEDULES[name].factor
        steps, rate = (jnp.float32(numbers[key]) for key in ("decay_steps", "decay_rate"))
        return [float(of(jnp.float32(t), steps, rate)) for t in (3, 12, 25)]

    changed = {key for key in ("decay_steps", "decay_rate") if factor(**{key: 0.9}) != factor()}
    assert changed == set(SCHEDULES[name].reads)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_reads_the_slope_or_not(name: str) -> None:
    z = jnp.linspace(-3, 3, 20)
    one, other = (np.asarray(ACTIVATIONS[name].apply(z, jnp.float32(s))) for s in (0.1, 0.7))
    assert ACTIVATIONS[name].reads == (() if (one == other).all() else ("negative_slope",))


def test_a_page_is_told_what_each_choice_reads() -> None:
    reads = describe_spec()["reads"]
    assert reads["optimizer.name"]["adamw"] == [
        "optimizer.beta_1", "optimizer.beta_2", "optimizer.epsilon", "optimizer.weight_decay",
    ]  # fmt: skip
    assert reads["schedule.name"]["cosine"] == ["schedule.decay_steps"]
    assert reads["layers.activation"]["prelu"] == ["layers.negative_slope"]
    for choice, paths in reads.items():
        place = choice.replace("layers.", "layers.0.")
        assert list(paths) == field(place)["enum"]
        for path in {path for listed in paths.values() for path in listed}:
            assert field(path.replace("layers.", "layers.0."))["label"] == path
