"""Schedules of the learning rate: a factor for every step."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import Array, lax

#: (steps since the warm-up, decay_steps, decay_rate) -> factor.
SCHEDULES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "constant": lambda t, steps, rate: jnp.ones_like(rate),
    "step": lambda t, steps, rate: jnp.power(rate, jnp.floor(t / steps)),
    "exponential": lambda t, steps, rate: jnp.power(rate, t / steps),
    "cosine": lambda t, steps, rate: 0.5 * (1.0 + jnp.cos(jnp.pi * jnp.minimum(t / steps, 1.0))),
}
INDEX: dict[str, int] = {name: i for i, name in enumerate(SCHEDULES)}


def rate_factor(
    index: Array | int, step: Array, warmup_steps: Array, decay_steps: Array, decay_rate: Array
) -> Array:
    """Returns what the learning rate is multiplied by.

    Warm-up: step / warmup_steps. Then, with t = step - warmup_steps: constant
    1; step rate^floor(t / decay_steps); exponential rate^(t / decay_steps);
    cosine (1 + cos(pi min(t / decay_steps, 1))) / 2.

    Args:
        index: place in `SCHEDULES`; an int is compiled in, an array is switched by.
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
    branches = list(SCHEDULES.values())
    if isinstance(index, int):
        decayed = branches[index](t, decay_steps, decay_rate)
    else:
        decayed = lax.switch(index, branches, t, decay_steps, decay_rate)
    return jnp.where(step < warmup_steps, step / jnp.maximum(warmup_steps, 1.0), decayed)
