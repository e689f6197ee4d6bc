"""Lanes: one function of many networks, which lie along the last axis of every array.

`jax.vmap` puts what it adds first in most of its results. With the networks last the innermost
loop of each operation runs over them, whatever the operation is, so a processor computes one
number of as many networks at once as its vectors are long; sums over rows or units stay whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.extend.core import ClosedJaxpr, Literal

T = TypeVar("T")

#: Operations on each number alone; operands are scalars or as large as the result.
_ELEMENTWISE = {
    "abs", "add", "add_any", "and", "atan2", "ceil", "clamp", "convert_element_type", "copy", "cos",
    "div", "eq", "erf", "exp", "expm1", "floor", "ge", "gt", "integer_pow", "is_finite", "le",
    "log", "log1p", "logistic", "lt", "max", "min", "mul", "ne", "neg", "nextafter", "not", "or",
    "pow", "rem", "round", "rsqrt", "select_n", "shift_left", "shift_right_arithmetic",
    "shift_right_logical", "sign", "sin", "sqrt", "square", "stop_gradient", "sub", "tan", "tanh",
    "xor",
}  # fmt: skip
#: Sums and the like over some axes.
_REDUCTIONS = {"reduce_sum", "reduce_max", "reduce_min", "reduce_and", "reduce_or", "argmax"}
#: Operations that stand for a function, by the name of its parameter.
_CALLS = {"jit": "jaxpr", "custom_jvp_call": "call_jaxpr", "closed_call": "call_jaxpr"}


def run_lanes(function: Callable[..., T], *own: Any, lanes: int) -> T:
    """Calls a function once for all lanes.

    Args:
        function: pure, of the arrays of one lane; arrays that it closes over are shared by all.
        own: its arguments, arrays [..., lanes].
        lanes: how many.

    Returns:
        Its results, arrays [..., lanes].
    """

    def describe_one(array: Array) -> Any:
        return jax.ShapeDtypeStruct(array.shape[:-1], array.dtype)

    shapes = jax.tree.map(describe_one, own)
    program, result = jax.make_jaxpr(function, return_shape=True)(*shapes)
    values = jax.tree.leaves(own)
    results, differ = _run(program, values, [True] * len(values), lanes)
    full = [r if d else _spread(r, lanes) for r, d in zip(results, differ, strict=True)]
    return jax.tree.unflatten(jax.tree.structure(result), full)


def _run(
    program: ClosedJaxpr, values: Sequence[Any], differ: Sequence[bool], lanes: int
) -> tuple[list[Any], list[bool]]:
    """Runs a program of one lane for all of them.

    Args:
        program: what is run.
        values: its arguments.
        differ: whether each argument has lanes.
        lanes: how many.

    Returns:
        Its results, and whether each has lanes.
    """
    jaxpr = program.jaxpr
    known: dict[Any, tuple[Any, bool]] = {}
    known.update(zip(jaxpr.constvars, ((const, False) for const in program.consts), strict=True))
    known.update(zip(jaxpr.invars, zip(values, differ, strict=True), strict=True))

    def read(atom: Any) -> tuple[Any, bool]:
        return (atom.val, False) if isinstance(atom, Literal) else known[atom]

    for equation in jaxpr.eqns:
        results, own = _run_equation(equation, [*map(read, equation.invars)], lanes)
        known.update(zip(equation.outvars, zip(results, own, strict=True), strict=True))
    found = [read(atom) for atom in jaxpr.outvars]
    return [value for value, _ in found], [own for _, own in found]


def _run_equation(
    equation: Any, operands: Sequence[tuple[Any, bool]], lanes: int
) -> tuple[list[Any], list[bool]]:
    """Runs one operation; operands are values, and whether they have lanes."""
    primitive, settings = equation.primitive, equation.params
    values, differ = [value for value, _ in operands], [own for _, own in operands]
    if primitive.name in _CALLS:
        return _run(settings[_CALLS[primitive.name]], values, differ, lanes)
    bind = partial(primitive.bind, **settings)
    shape = equation.outvars[0].aval.shape
    if not any(differ) or primitive.name in _REDUCTIONS:
        results = bind(*values)
    elif primitive.name in _ELEMENTWISE:
        results = bind(*(_fit(*operand, shape, lanes) for operand in operands))
    elif primitive.name == "broadcast_in_dim":
        axes = (*settings["broadcast_dimensions"], len(shape))
        results = lax.broadcast_in_dim(values[0], (*shape, lanes), axes)
    elif primitive.name in ("reshape", "squeeze"):
        results = values[0].reshape(*shape, lanes)
    else:
        results = jax.vmap(bind, [-1 if own else None for own in differ], -1)(*values)
    results = list(results) if primitive.multiple_results else [results]
    return results, [any(differ)] * len(results)


def _fit(value: Any, own: bool, shape: tuple[int, ...], lanes: int) -> Any:
    """Returns an operand as large as the result of an elementwise operation, [*shape, lanes]."""
    if own and value.ndim == len(shape) + 1:
        return value
    axes = (len(shape),) if own else tuple(range(jnp.ndim(value)))
    return lax.broadcast_in_dim(value, (*shape, lanes), axes)


def _spread(value: Any, lanes: int) -> Array:
    """Returns a shared array [...] as [..., lanes]."""
    return lax.broadcast_in_dim(value, (*value.shape, lanes), tuple(range(value.ndim)))
