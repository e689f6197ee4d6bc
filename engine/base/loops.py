"""Folding of loops: XLA compiles a loop of small operations as one function.

Otherwise each turn of a loop launches its operations one after the other, which takes several
times longer than the operations of a small network do. Matrix products, sorts and scatters are
library calls and keep a loop from being folded.

XLA reads the option once, when the first backend of a process starts; it is none of those that a
single program may be compiled with (jax 0.10.2 refuses it there). An XLA that does not know it ends
the process, so it is only given to the versions that were tried.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.base.devices import small_network_device

_FLAG = "--xla_backend_extra_options"
_OPTION = "xla_cpu_small_while_loop_byte_threshold"
#: What a loop may read and write at most; no program for points comes near.
_MOST_BYTES = 100_000_000

#: Versions of jaxlib that know the option.
_KNOWN = ("0.10.",)

#: Options of XLA for loops of products, or of larger sums: it would have a library compute them, by
#: a call that keeps a loop from being folded.
FOLDING_OPTIONS: dict[str, Any] = {"xla_cpu_experimental_ynn_fusion_type": ""}

logger = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")


def fold_loops() -> None:
    """Tells XLA to fold loops, unless its extra options are set already."""
    flags = os.environ.get("XLA_FLAGS", "")
    if _FLAG not in flags and version("jaxlib").startswith(_KNOWN):
        os.environ["XLA_FLAGS"] = f"{flags} {_FLAG}={_OPTION}={_MOST_BYTES}".strip()


@cache
def are_loops_folded() -> bool:
    """Whether XLA does so; says once if not, since small networks then train more slowly."""

    def count(n: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, n, lambda i, x: jnp.sin(x) + i, jnp.float32(0))

    with jax.default_device(small_network_device()):
        program = jax.jit(count).lower(jnp.int32(9)).compile().as_text()
    folded = "small_call" in (program or "")
    if not folded:
        logger.warning("XLA does not fold loops here: small networks train more slowly")
    return folded


def run_folded(run: Callable[[S], T], arguments: S, one: Array) -> T:
    """Returns what a function of arrays returns, computed as one kernel; it is a loop of one turn.

    Otherwise each of its small operations is launched on its own.

    Args:
        run: the function, of nothing but its arguments; without matrix products, sorts and
            scatters.
        arguments: arrays.
        one: int32, the number 1; not known when the program is compiled, or there is no loop.
    """
    nothing = jax.tree.map(lambda of: jnp.zeros(of.shape, of.dtype), jax.eval_shape(run, arguments))

    def turn(_: Array, carry: tuple[S, T]) -> tuple[S, T]:
        # The barrier keeps XLA from seeing that they stay the same: it would take what depends on
        # them alone out of the loop.
        passed = lax.optimization_barrier(carry[0])
        return passed, run(passed)

    return lax.fori_loop(0, one, turn, (arguments, nothing))[1]


def unfolded_loop(
    low: int | Array, high: int | Array, body: Callable[[Array, T], T], first: T
) -> T:
    """Returns what `lax.fori_loop` does, by a loop that is not folded.

    XLA folds a loop of small matrix products, too, and computes these itself in place of calling
    the library, which takes longer from about 32 x 32 x 32 numbers on. A sort keeps it from that.
    """

    def step(i: Array, value: T) -> T:
        return body(lax.sort(jnp.stack([i, i]))[0], value)

    return lax.fori_loop(low, high, step, first)
