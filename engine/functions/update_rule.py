"""General update rule of first-order optimizers, with coefficients.

    m' = a m + b g                                      first moment
    v' = c v + d g^2                                    second moment
    n  = k g / (1 - b1^t) + l m' / (1 - b1^(t + s)) + o m   numerator
    p' = p - rate (n / (e (sqrt(v' / (1 - b2^t) + r) + q) + f) + w p)

Parameters, gradients and moments are flat vectors. Both moments start at 0;
Adagrad's initial accumulator 0.1 is part of r.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import reduce
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array


class Coefficients(NamedTuple):
    """Coefficients of the rule, float32 scalars."""

    keep_m: float | Array = 0.0
    add_m: float | Array = 0.0
    keep_v: float | Array = 0.0
    add_v: float | Array = 0.0
    use_gradient: float | Array = 0.0
    use_m: float | Array = 0.0
    use_old_m: float | Array = 0.0
    decay_m: float | Array = 0.0
    decay_v: float | Array = 0.0
    ahead: float | Array = 0.0
    divide: float | Array = 0.0
    floor: float | Array = 0.0
    inside: float | Array = 0.0
    outside: float | Array = 0.0
    sign: float | Array = 0.0
    squared_updates: float | Array = 0.0
    weight_decay: float | Array = 0.0


@dataclass(frozen=True)
class Terms:
    """Terms of the rule that a program contains; an exact one leaves out the rest."""

    m: bool = True
    v: bool = True
    correction: bool = True
    sign: bool = True
    squared_updates: bool = True
    weight_decay: bool = True


#: Those of plain gradient descent.
NO_TERMS = Terms(*(False for _ in astuple(Terms())))
#: What a program for all optimizers switches between: plain gradient descent, every optimizer but
#: Adadelta, whose second root takes a third of the whole rule, and all terms.
TERM_SETS = (NO_TERMS, Terms(squared_updates=False), Terms())


def choose_terms(c: Coefficients) -> Array:
    """Returns the index in `TERM_SETS` of the first that has all terms in use, int32 scalar."""
    moments = (c.keep_m, c.add_m, c.use_m, c.use_old_m, c.keep_v, c.add_v, c.divide)
    used = [c.floor != 1.0, *(number != 0.0 for number in (*moments, c.sign, c.weight_decay))]
    return jnp.where(c.squared_updates > 0, 2, jnp.where(reduce(jnp.logical_or, used), 1, 0))


def update(
    c: Coefficients,
    rate: Array,
    t: Array,
    params: Array,
    gradient: Array,
    m: Array,
    v: Array,
    terms: Terms | None = None,
    numpy: Any = jnp,
) -> tuple[Array, Array, Array]:
    """Computes one update.

    Args:
        c: the rule's numbers.
        rate: float32 scalar, the learning rate of this step.
        t: float32 scalar, updates since the moments were zero, this one included.
        params: float32 [n].
        gradient: float32 [n].
        m: float32 [n], first moment (Adadelta: mean squared update).
        v: float32 [n], second moment.
        terms: the terms to compile; all of them if None.
        numpy: what computes it: JAX in programs, NumPy where every number is to be seen.

    Returns:
        The new params, m and v.
    """
    terms = terms or Terms()
    new_m, new_v = m, v
    if terms.m:
        new_m = c.keep_m * m + c.add_m * gradient
    if terms.v:
        new_v = c.keep_v * v + c.add_v * numpy.square(gradient)

    if terms.correction:
        # Numbers are divided first: of vectors that is among the slowest operations.
        step = gradient * (c.use_gradient / (1.0 - numpy.power(c.decay_m, t)))
        step += new_m * (c.use_m / (1.0 - numpy.power(c.decay_m, t + c.ahead)))
        mean_square = new_v * (1.0 / (1.0 - numpy.power(c.decay_v, t)))
    else:
        step = c.use_gradient * gradient
        if terms.m:
            step += c.use_m * new_m
        mean_square = new_v
    if terms.sign:
        step += c.use_old_m * m
        step = numpy.where(c.sign > 0, numpy.sign(step), step)
    if terms.v:
        root = numpy.sqrt(mean_square + c.inside)
        step = step / (c.divide * (root + c.outside) + c.floor)
    if terms.squared_updates:
        scaled = step * numpy.sqrt(numpy.maximum(m, 0.0) + c.inside)
        kept = c.keep_m * m + c.add_m * numpy.square(scaled)
        step = numpy.where(c.squared_updates > 0, scaled, step)
        new_m = numpy.where(c.squared_updates > 0, kept, new_m)
    if terms.weight_decay:
        step = step + c.weight_decay * params
    return params - rate * step, new_m, new_v
