"""Initial weights.

A draw is scaled on the host from one fixed-size block of random numbers, so
that any shape costs no compilation and the number drawn for a weight does not
depend on how wide its layer is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import numpy as np

from engine.arrays import Floats
from engine.devices import small_network_device
from engine.spec import InitializerSpec

#: Side of the block of draws: no kernel is larger.
BLOCK = 32

#: Standard deviation of a standard normal cut off at +-2.
TRUNCATED_DEVIATION = 0.8796256610342398


@cache
def _block_program() -> Callable[..., Any]:
    @jax.jit
    def draw(seed: jax.Array, numbers: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        key = jax.random.key(seed)
        for i in range(numbers.shape[0]):
            key = jax.random.fold_in(key, numbers[i])
        shape = (BLOCK, BLOCK)
        return (
            jax.random.uniform(key, shape, minval=-1.0, maxval=1.0),
            jax.random.normal(key, shape),
            jax.random.truncated_normal(key, -2.0, 2.0, shape) / TRUNCATED_DEVIATION,
        )

    return draw


def _blocks(seed: int, stream: tuple[int, int, int]) -> tuple[Floats, Floats, Floats]:
    with jax.default_device(small_network_device()):
        drawn = _block_program()(np.uint32(seed), np.array(stream, np.uint32))
    uniform, normal, truncated = (np.asarray(block) for block in drawn)
    return uniform, normal, truncated


#: Every initializer by its name in the contract:
#: (uniform, normal, truncated normal, scale, fan_in, fan_out) -> weights.
INITIALIZERS: dict[str, Callable[[Floats, Floats, Floats, float, int, int], Floats]] = {
    "zeros": lambda u, n, t, scale, i, o: np.zeros_like(u),
    "constant": lambda u, n, t, scale, i, o: np.full_like(u, scale),
    "random_normal": lambda u, n, t, scale, i, o: n * scale,
    "random_uniform": lambda u, n, t, scale, i, o: u * scale,
    "glorot_normal": lambda u, n, t, scale, i, o: t * scale * np.sqrt(2 / (i + o)),
    "glorot_uniform": lambda u, n, t, scale, i, o: u * scale * np.sqrt(6 / (i + o)),
    "he_normal": lambda u, n, t, scale, i, o: t * scale * np.sqrt(2 / i),
    "he_uniform": lambda u, n, t, scale, i, o: u * scale * np.sqrt(6 / i),
    "lecun_normal": lambda u, n, t, scale, i, o: t * scale * np.sqrt(1 / i),
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
        fan_in: rows, 1 to 32.
        fan_out: columns, 1 to 32.

    Returns:
        float32 [fan_in, fan_out].

    References:
        Glorot and Bengio, "Understanding the difficulty of training deep
        feedforward neural networks", 2010. He et al., 2015, arXiv:1502.01852.
        LeCun et al., "Efficient BackProp", 1998.
    """
    uniform, normal, truncated = (b[:fan_in, :fan_out] for b in _blocks(seed, stream))
    draw = INITIALIZERS[spec.name]
    kernel = draw(uniform, normal, truncated, spec.scale, fan_in, fan_out)
    return np.ascontiguousarray(kernel, np.float32)
