"""First-order optimizers as one update rule with coefficients.

    m' = a m + b g                                      first moment
    v' = c v + d g^2                                    second moment
    n  = k g / (1 - b1^t) + l m' / (1 - b1^(t + s)) + o m   numerator
    p' = p - rate (n / (e (sqrt(v' / (1 - b2^t) + r) + q) + f) + w p)

SGD, momentum, Nesterov, Adagrad, RMSProp, Adam, AdamW and Nadam are settings
of it; Lion takes the sign of n, and Adadelta keeps squared updates in m. So an
optimizer can change while a compiled program runs. The arithmetic is that of
optax 0.2.8, and tests hold it to that update by update.

Parameters, gradients and moments are flat vectors. Both moments start at 0;
Adagrad's initial accumulator 0.1 is part of r.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.spec import OptimizerSpec

_ADAGRAD_START = 0.1


class Coefficients(NamedTuple):
    """The numbers of the rule, float32 scalars."""

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


def make_coefficients(spec: OptimizerSpec) -> Coefficients:
    """Returns the rule's numbers for an optimizer and its rates.

    References:
        Polyak, 1964 (momentum); Nesterov, 1983; Duchi et al., 2011 (Adagrad);
        Zeiler, arXiv:1212.5701 (Adadelta); Hinton, 2012 (RMSProp); Kingma and
        Ba, arXiv:1412.6980 (Adam); Loshchilov and Hutter, arXiv:1711.05101
        (AdamW); Dozat, 2016 (Nadam); Chen et al., arXiv:2302.06675 (Lion).
    """
    b1, b2, rho, eps = spec.beta_1, spec.beta_2, spec.rho, spec.epsilon
    plain = Coefficients(floor=1.0, use_gradient=1.0)
    momentum = Coefficients(floor=1.0, keep_m=spec.momentum, add_m=1.0, use_m=1.0)
    adam = Coefficients(
        keep_m=b1, add_m=1 - b1, keep_v=b2, add_v=1 - b2, use_m=1.0,
        decay_m=b1, decay_v=b2, divide=1.0, outside=eps,
    )  # fmt: skip
    rms = Coefficients(keep_v=rho, add_v=1 - rho, use_gradient=1.0, divide=1.0, inside=eps)
    match spec.name:
        case "sgd":
            return plain
        case "momentum":
            return momentum
        case "nesterov":
            return momentum._replace(use_gradient=1.0, use_m=spec.momentum)
        case "adagrad":
            inside = eps + _ADAGRAD_START
            return plain._replace(keep_v=1.0, add_v=1.0, divide=1.0, floor=0.0, inside=inside)
        case "adadelta":
            return rms._replace(keep_m=rho, add_m=1 - rho, squared_updates=1.0)
        case "rmsprop":
            return rms
        case "adam":
            return adam
        case "adamw":
            return adam._replace(weight_decay=spec.weight_decay)
        case "nadam":
            return adam._replace(use_gradient=1 - b1, use_m=b1, ahead=1.0)
        case "lion":
            return Coefficients(
                keep_m=b2, add_m=1 - b2, use_gradient=1 - b1, use_old_m=b1,
                floor=1.0, sign=1.0, weight_decay=spec.weight_decay,
            )  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """Which terms of the rule a program contains; a tight one leaves out the rest."""

    m: bool = True
    v: bool = True
    correction: bool = True
    sign: bool = True
    squared_updates: bool = True
    weight_decay: bool = True


#: What each optimizer needs, by its name in the contract.
OPTIMIZERS: dict[str, Terms] = {
    "sgd": Terms(False, False, False, False, False, False),
    "momentum": Terms(True, False, False, False, False, False),
    "nesterov": Terms(True, False, False, False, False, False),
    "adagrad": Terms(False, True, False, False, False, False),
    "adadelta": Terms(True, True, False, False, True, False),
    "rmsprop": Terms(False, True, False, False, False, False),
    "adam": Terms(True, True, True, False, False, False),
    "adamw": Terms(True, True, True, False, False, True),
    "nadam": Terms(True, True, True, False, False, False),
    "lion": Terms(True, False, False, True, False, True),
}


def pack_coefficients(spec: OptimizerSpec) -> NDArray[np.float32]:
    """Returns the rule's numbers as one float32 vector, in the order of `Coefficients`."""
    return np.array(make_coefficients(spec), np.float32)


def update(
    c: Coefficients,
    rate: Array,
    t: Array,
    params: Array,
    gradient: Array,
    m: Array,
    v: Array,
    terms: Terms | None = None,
) -> tuple[Array, Array, Array]:
    """Does one update.

    Args:
        c: the rule's numbers.
        rate: float32 scalar, the learning rate of this step.
        t: float32 scalar, updates since the moments were zero, this one included.
        params: float32 [n].
        gradient: float32 [n].
        m: float32 [n], first moment (Adadelta: mean squared update).
        v: float32 [n], second moment.
        terms: the terms to compile; all of them if None.

    Returns:
        The new params, m and v.
    """
    terms = terms or Terms()
    new_m, new_v = m, v
    if terms.m:
        new_m = c.keep_m * m + c.add_m * gradient
    if terms.v:
        new_v = c.keep_v * v + c.add_v * jnp.square(gradient)

    if terms.correction:
        step = c.use_gradient * gradient / (1.0 - jnp.power(c.decay_m, t))
        step += c.use_m * new_m / (1.0 - jnp.power(c.decay_m, t + c.ahead))
        mean_square = new_v / (1.0 - jnp.power(c.decay_v, t))
    else:
        step = c.use_gradient * gradient
        if terms.m:
            step += c.use_m * new_m
        mean_square = new_v
    if terms.sign:
        step += c.use_old_m * m
        step = jnp.where(c.sign > 0, jnp.sign(step), step)
    if terms.v:
        root = jnp.sqrt(mean_square + c.inside)
        step = step / (c.divide * (root + c.outside) + c.floor)
    if terms.squared_updates:
        scaled = step * jnp.sqrt(jnp.maximum(m, 0.0) + c.inside)
        kept = c.keep_m * m + c.add_m * jnp.square(scaled)
        step = jnp.where(c.squared_updates > 0, scaled, step)
        new_m = jnp.where(c.squared_updates > 0, kept, new_m)
    if terms.weight_decay:
        step = step + c.weight_decay * params
    return params - rate * step, new_m, new_v
