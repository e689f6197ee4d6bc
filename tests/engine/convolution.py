"""Kinds of layers that specs do not have: convolution, pooling, flatten.

They prove that layout, forward pass and edits take another kind without a change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from engine.functions.blocks import Axis, BlockShape  # noqa: F401 - the example uses both
from engine.functions.layer_kinds import Shape


def read_convolution() -> Any:
    """The worked example of docs/extending.md."""
    page = Path(__file__).parents[2] / "docs" / "extending.md"
    code = page.read_text(encoding="utf-8").partition("## A kind of layer")[2]
    names = dict(globals())
    exec(code.partition("```python\n")[2].partition("```")[0], names)
    return names["Convolution"]


@dataclass(frozen=True)
class MaxPooling:
    """The largest of each square."""

    size: int

    def shape_out(self, shape: Shape) -> Shape:
        return shape[0] // self.size, shape[1] // self.size, shape[2]

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        return ()

    def apply(self, blocks: tuple[Array, ...], h: Array) -> Array:
        window = (1, self.size, self.size, 1)
        return lax.reduce_window(h, -jnp.inf, lax.max, window, window, "VALID")


@dataclass(frozen=True)
class Flatten:
    """Every row as one vector."""

    def shape_out(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        return ()

    def apply(self, blocks: tuple[Array, ...], h: Array) -> Array:
        return h.reshape(len(h), -1)
