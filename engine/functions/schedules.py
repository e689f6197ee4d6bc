"""Schedules of the learning rate: one entry each, a factor for every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array, lax

from engine.base.registry import Registry


@dataclass(frozen=True)
class Schedule:
    """Learning rate schedule after the warm-up.

    Attributes:
        name: in specs, links and files.
        formula: as docs/formulas.md has it.
        factor: (steps since the warm-up, decay_steps, decay_rate) -> factor.
        reads: parameters that it depends on, besides `warmup_steps`.
        about: what it does, as a comment in a source; holes `{rate}` and `{steps}`.
        code: the factor; holes `{t}`, `{steps}`, `{rate}`, and the framework's `{floor}`,
            `{cos}`, `{minimum}`.
    """

    name: str
    formula: str
    factor: Callable[[Array, Array, Array], Array]
    reads: tuple[str, ...]
    about: str
    code: str


#: Every schedule by its name, in the contract's order.
SCHEDULES: Registry[Schedule] = Registry("schedule")
SCHEDULES.register(
    Schedule(
        "constant", "1", lambda t, steps, rate: jnp.ones_like(rate), (), "1", "1.0",
    ),
    Schedule(
        "step", "r^floor(s / D)", lambda t, steps, rate: jnp.power(rate, jnp.floor(t / steps)),
        ("decay_steps", "decay_rate"),
        "times {rate} after each {steps} steps", "{rate} ** {floor}({t} / {steps})",
    ),
    Schedule(
        "exponential", "r^(s / D)", lambda t, steps, rate: jnp.power(rate, t / steps),
        ("decay_steps", "decay_rate"),
        "times {rate} over each {steps} steps", "{rate} ** ({t} / {steps})",
    ),
    Schedule(
        "cosine", "(1 + cos(π min(s / D, 1))) / 2",
        lambda t, steps, rate: 0.5 * (1.0 + jnp.cos(jnp.pi * jnp.minimum(t / steps, 1.0))),
        ("decay_steps",),
        "half a cosine down to 0 over {steps} steps",
        "(1 + {cos}(math.pi * {minimum}({t} / {steps}, 1))) / 2",
    ),
)  # fmt: skip


def rate_factor(
    index: Array | int, step: Array, warmup_steps: Array, decay_steps: Array, decay_rate: Array
) -> Array:
    """Returns what the learning rate is multiplied by.

    Warm-up: step / warmup_steps. Then, with t = step - warmup_steps: constant
    1; step rate^floor(t / decay_steps); exponential rate^(t / decay_steps);
    cosine (1 + cos(pi min(t / decay_steps, 1))) / 2.

    Args:
        index: in `SCHEDULES`; an int is compiled in, an array is switched by.
        step: float32 scalar, updates done so far.
        warmup_steps: float32 scalar, 0 for none.
        decay_steps: float32 scalar, 1 or more.
        decay_rate: float32 scalar, 0 to 1.

    Returns:
        float32 scalar in [0, 1].

    References:
        Loshchilov and Hutter, "SGDR", 2016, arXiv:1608.03983 (cosine); the
        arithmetic is that of `optax.schedules`.
    """
    t = jnp.maximum(step - warmup_steps, 0.0)
    branches = [entry.factor for entry in SCHEDULES.table]
    if isinstance(index, int):
        decayed = branches[index](t, decay_steps, decay_rate)
    else:
        decayed = lax.switch(index, branches, t, decay_steps, decay_rate)
    return jnp.where(step < warmup_steps, step / jnp.maximum(warmup_steps, 1.0), decayed)
