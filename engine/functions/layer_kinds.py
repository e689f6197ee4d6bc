"""Kinds of layers, one entry each: settings, shape in and out, blocks of parameters, exports.

A `LayerKind` makes a `Layer` of a layer's settings; layout, edits, penalties and names of weights
derive from the layer's blocks. `dense` is the only kind that specs have.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jax.numpy as jnp
from jax import Array

from engine.base.registry import Registry
from engine.functions.blocks import Axis, BlockShape, UnitParameter
from engine.functions.code import Code

Shape = tuple[int, ...]


#: Inputs of a layer whose product is a sum of terms, at most, and units where there are more.
_MOST_TERMS, _FEW_UNITS = 12, 2


class Layer(Protocol):
    """A layer of one kind, with its own sizes."""

    def shape_out(self, shape: Shape) -> Shape:
        """Returns the shape of the outputs for one row of inputs of a shape."""
        ...

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        """Returns the parameters for inputs of a shape: kernels, bias, unit parameters."""
        ...


@dataclass(frozen=True)
class Dense:
    """z = W^T h, with a kernel W [in, out]; the bias is added behind it.

    Attributes:
        units: outputs.
        unit_parameters: that every unit has besides.
    """

    units: int
    unit_parameters: tuple[UnitParameter, ...] = ()

    def shape_out(self, shape: Shape) -> Shape:
        """Returns the units."""
        return (self.units,)

    def blocks(self, shape: Shape) -> tuple[BlockShape, ...]:
        """Returns kernel, bias and unit parameters."""
        (inputs,), own, axes = shape, (self.units,), (Axis.OUT,)
        return (
            BlockShape("kernel", (inputs, self.units), (Axis.IN, Axis.OUT)),
            BlockShape("bias", own, axes),
            *(BlockShape(one.block_name, own, axes, one) for one in self.unit_parameters),
        )

    @staticmethod
    def apply(
        kernel: Array, h: Array, axis: int = 1, fused: bool = False, unrolled: bool = False
    ) -> Array:
        """Returns z before the bias.

        A matrix product is a library call of its own. Written as multiplications and a sum it is
        part of the loop around it, which pays for the few numbers of a small layer. Written as a
        sum of terms, w_1 h_1 + w_2 h_2 + ..., it is one pass over the rows, activation included,
        which pays where rows are thousands and terms few.

        Args:
            kernel: float32 [in, out].
            h: [in, rows], or [rows, in].
            axis: along which rows lie: 1 or 0.
            fused: whether it is multiplications and a sum.
            unrolled: whether it is a sum of terms, if there are few; with rows along axis 1.
        """
        if unrolled and (kernel.shape[0] <= _MOST_TERMS or kernel.shape[1] <= _FEW_UNITS):
            return Dense.sum_terms(kernel, h)
        if fused and axis:
            return jnp.sum(kernel[:, :, None] * h[:, None, :], axis=0)
        if fused:
            return jnp.sum(h[:, :, None] * kernel[None], axis=1)
        return kernel.T @ h if axis else h @ kernel

    @staticmethod
    def sum_terms(kernel: Array, h: Array) -> Array:
        """Returns z before the bias, w_1 h_1 + w_2 h_2 + ..., for h [in, rows]."""
        terms = [kernel[i][:, None] * h[i][None] for i in range(kernel.shape[0])]
        return functools.reduce(operator.add, terms)


@dataclass(frozen=True)
class LayerKind:
    """A kind of layer.

    Attributes:
        name: in the schema.
        sizes: settings of a layer that its shape follows from. Links begin a layer with them, and
            the page has them above its column.
        options: its other settings, in the order of the layer's menu on the page.
        keras: the class of the layer.
        pytorch: the module; holes `{inputs}`, `{units}` and `{options}`.
        pytorch_weights: names of blocks, and what PyTorch calls them.
        jax: an expression; holes `{layer}` and `{h}`.
    """

    name: str
    sizes: tuple[str, ...]
    options: tuple[str, ...]
    keras: Code
    pytorch: Code
    pytorch_weights: Mapping[str, str]
    jax: Code

    def describe(self) -> dict[str, Any]:
        """Returns what the page learns of it: `sizes` and `options`."""
        return {"sizes": list(self.sizes), "options": list(self.options)}


_JAX_DENSE = '''\
def dense(params, layer, h):
    """h W + b."""
    return h @ params[f"layers.{layer}.kernel"] + params[f"layers.{layer}.bias"]'''

#: Every kind of layer by its name.
LAYER_KINDS: Registry[LayerKind] = Registry("kind of layer")
DENSE = LayerKind(
    "dense",
    sizes=("units",),
    options=("activation", "dropout", "negative_slope", "batch_norm", "trainable"),
    keras=Code("layers.Dense"),
    pytorch=Code("nn.Linear({inputs}, {units}{options})"),
    pytorch_weights={"kernel": "weight", "bias": "bias"},
    jax=Code("dense(params, {layer}, {h})", definition=_JAX_DENSE),
)
LAYER_KINDS.register(DENSE)
