"""Registry of activation functions: the type of its entries, which are in `activations`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jax import Array

from engine.base.registry import Registry
from engine.functions.code import Code

Apply = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes:
        name: in specs, links and files.
        formula: in z, as docs/formulas.md has it.
        apply: (z, slope) -> activations, elementwise; differentiable almost everywhere.
        near_identity: kernel scale c and bias d for which f(c h + d) is nearest to h, by least
            squares over 201 points h in [-1, 1] (in [0, 1] where f is never negative).
        identity_of_positive: the same where h is never negative, if that is another pair.
        never_negative: whether f(z) >= 0 everywhere.
        reads: parameters of a layer that it depends on.
        learned_slope: whether the slope for z < 0 is learned, one number for each unit.
        pieces: weighted sums of each unit, of which it hands on the largest, see `pieces`.
        keras: an activation argument, or a layer; holes `{slope}` and `{pieces}`.
        pytorch: a module; holes `{slope}`, `{units}` and `{pieces}`.
        jax: an expression; holes `{z}`, `{slope}`, `{layer}` and `{pieces}`.
    """

    name: str
    formula: str
    apply: Apply
    near_identity: tuple[float, float]
    keras: Code
    pytorch: Code
    jax: Code
    identity_of_positive: tuple[float, float] | None = None
    never_negative: bool = False
    reads: tuple[str, ...] = ()
    learned_slope: bool = False
    pieces: int = 1


#: Every activation by its name, in the contract's order.
ACTIVATIONS: Registry[Activation] = Registry("activation")
