"""Initial weights.

A draw is scaled on the host from a block of random numbers of fixed size, so
that any shape costs no compilation and the number drawn for a weight does not
depend on how wide its layer is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.base.arrays import Floats
from engine.base.devices import small_network_device
from engine.spec import InitializerSpec

#: Sides of the blocks of draws, the smallest that has room is taken: for points of the
#: plane, and for images.
BLOCKS = (32, 1024)

#: Standard deviation of a standard normal cut off at +-2.
TRUNCATED_DEVIATION = 0.8796256610342398

_DRAWS: dict[str, Callable[[Array, tuple[int, int]], Array]] = {
    "nothing": lambda key, shape: jnp.zeros(shape),
    "uniform": lambda key, shape: jax.random.uniform(key, shape, minval=-1.0, maxval=1.0),
    "normal": jax.random.normal,
    "truncated": lambda key, shape: (
        jax.random.truncated_normal(key, -2.0, 2.0, shape) / TRUNCATED_DEVIATION
    ),
}


@cache
def _block_program(kind: str, side: int) -> Callable[..., Any]:
    @jax.jit
    def draw(seed: Array, numbers: Array) -> Array:
        key = jax.random.key(seed)
        for i in range(numbers.shape[0]):
            key = jax.random.fold_in(key, numbers[i])
        return _DRAWS[kind](key, (side, side))

    return draw


def _draw_block(kind: str, side: int, seed: int, stream: tuple[int, int, int]) -> Floats:
    with jax.default_device(small_network_device()):
        return np.asarray(_block_program(kind, side)(np.uint32(seed), np.array(stream, np.uint32)))


def compile_draws() -> None:
    """Compiles every kind of draw for points of the plane, so that no edit has to."""
    for kind in _DRAWS:
        _draw_block(kind, BLOCKS[0], 0, (0, 0, 0))


@dataclass(frozen=True)
class Initializer:
    """How weights are drawn.

    Attributes:
        draw: uniform in [-1, 1], (truncated) standard normal, or nothing.
        gain: (scale, fan_in, fan_out) -> what a draw is multiplied by.
        shift: scale -> what is added.
    """

    draw: str
    gain: Callable[[float, int, int], float] = lambda scale, i, o: scale
    shift: Callable[[float], float] = lambda scale: 0.0


#: Every initializer by its name in the contract.
INITIALIZERS: dict[str, Initializer] = {
    "zeros": Initializer("nothing"),
    "constant": Initializer("nothing", shift=lambda scale: scale),
    "random_normal": Initializer("normal"),
    "random_uniform": Initializer("uniform"),
    "glorot_normal": Initializer("truncated", lambda s, i, o: s * math.sqrt(2 / (i + o))),
    "glorot_uniform": Initializer("uniform", lambda s, i, o: s * math.sqrt(6 / (i + o))),
    "he_normal": Initializer("truncated", lambda s, i, o: s * math.sqrt(2 / i)),
    "he_uniform": Initializer("uniform", lambda s, i, o: s * math.sqrt(6 / i)),
    "lecun_normal": Initializer("truncated", lambda s, i, o: s * math.sqrt(1 / i)),
}


def draw_kernel(
    spec: InitializerSpec, seed: int, stream: tuple[int, int, int], fan_in: int, fan_out: int
) -> Floats:
    """Draws the kernel of one dense layer.

    Glorot: variance 2 / (fan_in + fan_out); He: 2 / fan_in; LeCun: 1 / fan_in.
    The normal ones are cut off at two standard deviations and rescaled, as in
    Keras and `jax.nn.initializers`. Deviation or limit is multiplied by
    `spec.scale`.

    Args:
        spec: name and scale.
        seed: the run's seed.
        stream: three numbers that name the draw; equal ones give equal draws.
        fan_in: rows, 1 to 1024.
        fan_out: columns, 1 to 1024.

    Returns:
        float32 [fan_in, fan_out].

    References:
        Glorot and Bengio, "Understanding the difficulty of training deep
        feedforward neural networks", 2010. He et al., 2015, arXiv:1502.01852.
        LeCun et al., "Efficient BackProp", 1998.
    """
    rule = INITIALIZERS[spec.name]
    side = next(side for side in BLOCKS if side >= max(fan_in, fan_out))
    drawn = _draw_block(rule.draw, side, seed, stream)[:fan_in, :fan_out]
    kernel = drawn * rule.gain(spec.scale, fan_in, fan_out) + rule.shift(spec.scale)
    return np.ascontiguousarray(kernel, np.float32)
