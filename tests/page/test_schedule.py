"""The schedule of the learning rate: the page's arithmetic is the engine's."""

from __future__ import annotations

from itertools import product

import jax
import numpy as np

from engine.functions.schedules import SCHEDULES, rate_factor
from tests.page.node import Modules

STEPS = [0, 1, 2, 9, 10, 11, 49, 50, 51, 59, 60, 99, 100, 107, 110, 499, 1000, 1499, 5000, 123_456]
WARMUPS = (0, 1, 10, 500)
DECAYS = ((1, 0.9), (50, 0.5), (77, 0.01), (1000, 1.0), (1000, 0.96), (250, 0.0), (1_000_000, 0.3))

#: Rates of every schedule and set of numbers, step by step, as the page works them out.
RATES = """
    const { makeSchedule } = await import("spec/schedule");
    const [cases, steps] = arguments;
    return cases.map((schedule) => {
      const rateAt = makeSchedule({ optimizer: { learning_rate: 0.03 }, schedule });
      return steps.map(rateAt);
    });
"""


def test_rates_are_those_of_the_engine(modules: Modules) -> None:
    cases = [
        {"name": name, "warmup_steps": warmup, "decay_steps": steps, "decay_rate": rate}
        for name, warmup, (steps, rate) in product(SCHEDULES, WARMUPS, DECAYS)
    ]
    found = np.array(modules.load(RATES, cases, STEPS))
    of_steps = jax.jit(jax.vmap(rate_factor, (None, 0, None, None, None)))
    for case, rates in zip(cases, found, strict=True):
        numbers = (case["warmup_steps"], case["decay_steps"], case["decay_rate"])
        factors = of_steps(
            SCHEDULES.index(case["name"]), np.array(STEPS, np.float32), *map(np.float32, numbers)
        )
        np.testing.assert_allclose(rates, 0.03 * np.asarray(factors), rtol=0, atol=0.03e-6)


def test_a_span_holds_the_warm_up_and_the_present_step(modules: Modules) -> None:
    spans = modules.load(
        """const { spanOf } = await import("spec/schedule");
           const schedule = { name: "cosine", warmup_steps: 200, decay_steps: 1000 };
           const constant = { ...schedule, name: "constant" };
           return [[schedule, 0], [schedule, 1349], [schedule, 1351], [schedule, 99999],
             [constant, 0], [constant, 301]].map(([s, step]) => spanOf({ schedule: s }, step));"""
    )
    assert spans == [1350, 1350, 2700, 172_800, 300, 600]
