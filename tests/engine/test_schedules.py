"""Schedules of the learning rate, against optax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine.functions.schedules import SCHEDULES, rate_factor
from tests.engine import states
from tests.engine.conftest import MakeTrainer

STEPS = [0, 1, 2, 3, 9, 10, 11, 49, 50, 51, 59, 60, 61, 99, 100, 110, 149, 160, 1000, 123_456]

#: (decay steps, decay rate) -> optax's schedule of a rate that starts at 1.
REFERENCES: dict[str, Callable[[int, float], optax.Schedule]] = {
    "constant": lambda steps, rate: optax.constant_schedule(1.0),
    "step": lambda steps, rate: optax.exponential_decay(1.0, steps, rate, staircase=True),
    "exponential": lambda steps, rate: optax.exponential_decay(1.0, steps, rate),
    "cosine": lambda steps, rate: optax.cosine_decay_schedule(1.0, steps),
}


def factor(index: Any, step: int, warmup: int, decay_steps: int, rate: float) -> float:
    numbers = (jnp.float32(number) for number in (step, warmup, decay_steps, rate))
    return float(rate_factor(index, *numbers))


def test_there_is_a_reference_for_every_schedule() -> None:
    assert list(REFERENCES) == list(SCHEDULES)


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("warmup", [0, 10])
@pytest.mark.parametrize(("decay_steps", "rate"), [(50, 0.5), (1, 0.9), (1000, 1.0), (77, 0.01)])
def test_factors_are_those_of_optax(name: str, warmup: int, decay_steps: int, rate: float) -> None:
    after = REFERENCES[name](decay_steps, rate)
    reference = optax.join_schedules([optax.linear_schedule(0.0, 1.0, warmup), after], [warmup])
    for step in STEPS:
        expected = float(np.asarray(reference(step) if warmup else after(step)))
        for index in (SCHEDULES.index(name), jnp.int32(SCHEDULES.index(name))):
            found = factor(index, step, warmup, decay_steps, rate)
            assert found == pytest.approx(expected, rel=1e-4, abs=1e-6), step


@pytest.mark.parametrize("name", ["step", "exponential"])
def test_a_decay_rate_of_0_stops_after_the_first(name: str) -> None:
    assert factor(SCHEDULES.index(name), 0, 0, 10, 0.0) == 1.0
    assert factor(SCHEDULES.index(name), 10, 0, 10, 0.0) == 0.0
    assert factor(SCHEDULES.index(name), 1000, 0, 10, 0.0) == 0.0


@pytest.mark.parametrize("exact", [False, True])
def test_a_schedule_counts_the_steps_of_the_run(make_trainer: MakeTrainer, exact: bool) -> None:
    """A rate that is 0 from step 30 on stops the weights there, wherever the turns end."""
    schedule = {"name": "step", "decay_steps": 30, "decay_rate": 0.0}
    trainer = make_trainer({"schedule": schedule})
    train = (lambda n: trainer.train(steps=n)) if exact else (lambda n: trainer.turn(batches=n))
    train(29)
    before = trainer.weights
    train(1)
    at_30 = trainer.weights
    train(40)
    assert (before != at_30).any()
    assert states.same_bits(trainer.weights, at_30)
    trainer.edit({"optimizer": {"name": "adam"}})
    train(1)
    assert states.same_bits(trainer.weights, at_30), "moments begin anew, the schedule does not"
    trainer.edit({"schedule": {"name": "constant"}})
    train(1)
    assert (trainer.weights != at_30).any()


def test_nothing_moves_at_the_start_of_a_warm_up(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"schedule": {"warmup_steps": 10}})
    start = trainer.weights
    trainer.turn(batches=1)
    assert states.same_bits(trainer.weights, start)
    moves = []
    for _ in range(3):
        before = trainer.weights
        trainer.turn(batches=1)
        moves.append(float(np.abs(trainer.weights - before).sum()))
    assert all(moves)
