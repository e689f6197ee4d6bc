"""Registry of optimizers: the type of its entries, which are in `optimizers`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.base.registry import Registry
from engine.functions.code import OptimizerCall, Rates
from engine.functions.update_rule import Coefficients, Terms


@dataclass(frozen=True)
class Optimizer:
    """One optimizer.

    Attributes:
        name: in specs, links and files.
        formula: the update of a parameter w, as docs/formulas.md has it.
        reads: the rates that it depends on, besides the learning rate.
        terms: which terms of the rule a program contains that is compiled for it alone.
        coefficients: the numbers of the rule for some rates.
        keras: the call behind `learning_rate`.
        pytorch: the call behind parameters and `lr`; an own class has its definition.
        jax: the call of optax behind the learning rate.
    """

    name: str
    formula: str
    reads: tuple[str, ...]
    terms: Terms
    coefficients: Callable[[Rates], Coefficients]
    keras: OptimizerCall
    pytorch: OptimizerCall
    jax: OptimizerCall


#: Every optimizer by its name, in the contract's order.
OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")


def make_coefficients(name: str, rates: Rates) -> Coefficients:
    """Returns the rule's numbers for an optimizer and its rates."""
    return OPTIMIZERS[name].coefficients(rates)


def pack_coefficients(name: str, rates: Rates) -> NDArray[np.float32]:
    """Returns the rule's numbers as one float32 vector, in the order of `Coefficients`."""
    return np.array(make_coefficients(name, rates), np.float32)
