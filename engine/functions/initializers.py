"""Initializers: one entry each, and the draw of a kernel.

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
from engine.base.registry import Registry

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
def _block_program(distribution: str, side: int) -> Callable[..., Any]:
    @jax.jit
    def draw(seed: Array, numbers: Array) -> Array:
        key = jax.random.key(seed)
        for i in range(numbers.shape[0]):
            key = jax.random.fold_in(key, numbers[i])
        return _DRAWS[distribution](key, (side, side))

    return draw


def _draw_block(distribution: str, side: int, seed: int, stream: tuple[int, int, int]) -> Floats:
    with jax.default_device(small_network_device()):
        return np.asarray(
            _block_program(distribution, side)(np.uint32(seed), np.array(stream, np.uint32))
        )


def compile_draws() -> None:
    """Compiles the draws of every distribution for points of the plane, so that no edit has to."""
    for distribution in _DRAWS:
        _draw_block(distribution, BLOCKS[0], 0, (0, 0, 0))


@dataclass(frozen=True)
class Variance:
    """Variance scaling initializer: variance factor / fan.

    Attributes:
        factor: what the fan divides.
        mode: fan_in or fan_avg.
        distribution: uniform or truncated_normal.
    """

    factor: float
    mode: str
    distribution: str

    def deviation(self, scale: float, fan_in: int, fan_out: int) -> float:
        """Returns the standard deviation times a scale; of a uniform draw, its limit."""
        fan = (fan_in + fan_out) / 2 if self.mode == "fan_avg" else fan_in
        factor = 3 * self.factor if self.distribution == "uniform" else self.factor
        return scale * math.sqrt(factor / fan)


@dataclass(frozen=True)
class Initializer:
    """Initializer of kernels.

    Attributes:
        name: in specs, links and files.
        formula: as docs/formulas.md has it, with c = `initializer.scale`.
        draw: uniform in [-1, 1], (truncated) standard normal, or nothing.
        gain: (scale, fan_in, fan_out) -> what a draw is multiplied by.
        shift: scale -> what is added.
        variance: in place of what follows, where Keras and JAX know it by name.
        keras: the initializer; hole `{scale}`.
        pytorch: a statement about `module.weight`; hole `{scale}`.
        jax: a function of key and shape, or the definition of `draw`; hole `{scale}`.
    """

    name: str
    formula: str
    draw: str
    gain: Callable[[float, int, int], float] = lambda scale, i, o: scale
    shift: Callable[[float], float] = lambda scale: 0.0
    variance: Variance | None = None
    keras: str = ""
    pytorch: str = ""
    jax: str = ""


def scale_variance(name: str, formula: str, variance: Variance) -> Initializer:
    """Returns an initializer of Keras and JAX that scales a variance."""
    draw = "uniform" if variance.distribution == "uniform" else "truncated"
    return Initializer(name, formula, draw, variance.deviation, variance=variance)


_JAX = "jax.nn.initializers."
#: JAX's own goes from 0 up.
_JAX_UNIFORM = """
    def draw(key, shape):
        limit = {scale}
        return jax.random.uniform(key, shape, minval=-limit, maxval=limit)
"""

#: Every initializer by its name, in the contract's order.
INITIALIZERS: Registry[Initializer] = Registry("initializer")
INITIALIZERS.register(
    Initializer(
        "zeros", "0", "nothing",
        keras='"zeros"', pytorch="nn.init.zeros_(module.weight)", jax=f"{_JAX}zeros",
    ),
    Initializer(
        "constant", "c", "nothing", shift=lambda scale: scale,
        keras="keras.initializers.Constant({scale})",
        pytorch="nn.init.constant_(module.weight, {scale})",
        jax=f"{_JAX}constant({{scale}})",
    ),
    Initializer(
        "random_normal", "normal, standard deviation c", "normal",
        keras="keras.initializers.RandomNormal(0.0, {scale})",
        pytorch="nn.init.normal_(module.weight, std={scale})",
        jax=f"{_JAX}normal({{scale}})",
    ),
    Initializer(
        "random_uniform", "uniform in [-c, c]", "uniform",
        keras="keras.initializers.RandomUniform(-{scale}, {scale})",
        pytorch="nn.init.uniform_(module.weight, -{scale}, {scale})",
        jax=_JAX_UNIFORM,
    ),
    scale_variance(
        "glorot_normal", "normal*, standard deviation c sqrt(2 / (fan_in + fan_out))",
        Variance(1.0, "fan_avg", "truncated_normal"),
    ),
    scale_variance(
        "glorot_uniform", "uniform in ± c sqrt(6 / (fan_in + fan_out))",
        Variance(1.0, "fan_avg", "uniform"),
    ),
    scale_variance(
        "he_normal", "normal*, standard deviation c sqrt(2 / fan_in)",
        Variance(2.0, "fan_in", "truncated_normal"),
    ),
    scale_variance(
        "he_uniform", "uniform in ± c sqrt(6 / fan_in)", Variance(2.0, "fan_in", "uniform")
    ),
    scale_variance(
        "lecun_normal", "normal*, standard deviation c sqrt(1 / fan_in)",
        Variance(1.0, "fan_in", "truncated_normal"),
    ),
)  # fmt: skip


def draw_kernel(
    name: str, scale: float, seed: int, stream: tuple[int, int, int], fan_in: int, fan_out: int
) -> Floats:
    """Draws the kernel of one dense layer.

    Glorot: variance 2 / (fan_in + fan_out); He: 2 / fan_in; LeCun: 1 / fan_in.
    The normal ones are cut off at two standard deviations and rescaled, as in
    Keras and `jax.nn.initializers`. Deviation or limit is multiplied by
    `scale`.

    Args:
        name: of the initializer.
        scale: constant, deviation or limit, or gain.
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
    rule = INITIALIZERS[name]
    side = next(side for side in BLOCKS if side >= max(fan_in, fan_out))
    drawn = _draw_block(rule.draw, side, seed, stream)[:fan_in, :fan_out]
    kernel = drawn * rule.gain(scale, fan_in, fan_out) + rule.shift(scale)
    return np.ascontiguousarray(kernel, np.float32)
