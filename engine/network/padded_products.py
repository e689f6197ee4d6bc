"""How products are computed in networks within a capacity, and those of their output layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.base.loops import unfolded_loop
from engine.functions.layer_kinds import Dense

T = TypeVar("T")


class Form(NamedTuple):
    """How layers are computed.

    Attributes:
        axis: along which rows of data lie: 1 for [units, rows], 0 for [rows, units].
        fused: whether products are multiplications and sums, see `Dense.apply`.
        folded: whether the loop over layers may be folded, see `engine.base.loops`.
        unrolled: whether products are sums of terms, see `Dense.sum_terms`.
    """

    axis: int
    fused: bool
    folded: bool
    unrolled: bool = False

    def multiply(self, kernel: Array, h: Array) -> Array:
        """Returns the product of a layer, before the bias."""
        if self.unrolled:
            return Dense.sum_terms(kernel, h)
        return Dense.apply(kernel, h, self.axis, self.fused)

    def loop(self, low: int, high: Array, body: Callable[[Array, T], T], first: T) -> T:
        """Runs a loop over layers."""
        run = lax.fori_loop if self.folded else unfolded_loop
        return run(low, high, body, first)


def _choose_outputs(form: Form, alone: Array, kernel: Array, h: Array) -> Array:
    """Returns the products of the output layer; of the first output alone if there is but one.

    Args:
        form: how they are computed.
        alone: bool scalar, whether there is one output.
        kernel: float32 [in, outputs].
        h: float32 [in, rows] or [rows, in].
    """
    products = (partial(part, form) for part in (_multiply_first, _multiply_all))
    return lax.cond(alone, *products, kernel, h)


def _multiply_first(form: Form, kernel: Array, h: Array) -> Array:
    z = form.multiply(kernel[:, :1], h)
    room = [(0, 0), (0, 0)]
    room[1 - form.axis] = (0, kernel.shape[1] - 1)
    return jnp.pad(z, room)


def _multiply_all(form: Form, kernel: Array, h: Array) -> Array:
    return form.multiply(kernel, h)


def _save_outputs(
    form: Form, alone: Array, kernel: Array, h: Array
) -> tuple[Array, tuple[Array, Array, Array]]:
    return _choose_outputs(form, alone, kernel, h), (alone, kernel, h)


def _pull_outputs(
    form: Form, saved: tuple[Array, Array, Array], cotangent: Array
) -> tuple[None, Array, Array]:
    def pull(part: Callable[..., Array]) -> Callable[..., tuple[Array, Array]]:
        return lambda kernel, h, of: jax.vjp(partial(part, form), kernel, h)[1](of)

    alone, kernel, h = saved
    pulls = pull(_multiply_first), pull(_multiply_all)
    return None, *lax.cond(alone, *pulls, kernel, h, cotangent)


#: `_choose_outputs`, differentiated within the branch that was chosen.
multiply_outputs = jax.custom_vjp(_choose_outputs, nondiff_argnums=(0,))
multiply_outputs.defvjp(_save_outputs, _pull_outputs)
