"""Exact networks: one architecture, on points or on images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from jax import Array

from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import head_index
from engine.network import Drop, Layout, Normalize, ParameterArrays, by_moving_averages, run_layers
from engine.network.pieces import list_pieces
from engine.spec import Spec


@dataclass(frozen=True)
class ExactNetwork:
    """A network as far as its outputs go: the key of programs that only evaluate it.

    Attributes:
        widths: units of every layer from the inputs to the output.
        activations: of every hidden layer.
        normalized: whether a hidden layer is.
        head: index in `losses.HEADS`.
        axis: along which rows of data lie, see `run_layers`: 1 for points, 0 for images.
        fused: whether products are multiplications and sums, see `Dense.apply`.
        unrolled: whether they are sums of terms.
    """

    widths: tuple[int, ...]
    activations: tuple[str, ...]
    normalized: tuple[bool, ...]
    head: int
    axis: int = 1
    fused: bool = False
    unrolled: bool = False

    @classmethod
    def of(cls, spec: Spec) -> ExactNetwork:
        """Describes the network of a spec."""
        return cls(
            widths=spec.widths,
            activations=tuple(layer.activation for layer in spec.layers),
            normalized=tuple(layer.batch_norm for layer in spec.layers),
            head=head_index(spec.task, spec.resolved_loss),
            axis=0 if spec.data.is_images else 1,
        )

    @cached_property
    def layout(self) -> Layout:
        """Layout of the parameters in the flat vector."""
        pieces = list_pieces(self.activations)
        return Layout(self.widths, normalized=any(self.normalized), pieces=pieces)

    @property
    def n_hidden(self) -> int:
        """Hidden layers."""
        return len(self.activations)

    def forward(
        self,
        slopes: Array,
        params: ParameterArrays,
        x: Array,
        drop: Drop | None = None,
        normalize: Normalize | None = None,
    ) -> tuple[Array, list[Array]]:
        """Runs the network; by moving averages unless told how to normalize.

        Args:
            slopes: float32 [layers], constant slopes for z < 0.
            params: the parameters.
            x: inputs, lying along `axis`.
            drop: dropout, while training.
            normalize: batch normalization.

        Returns:
            Logits and the activations of every hidden layer, lying as x does.
        """
        if normalize is None and self.layout.normalized:
            normalize = by_moving_averages(params, self.axis)
        used = [ACTIVATIONS[name] for name in self.activations]
        functions = tuple(entry.apply for entry in used)
        learned = tuple(entry.learned_slope for entry in used)
        return run_layers(
            functions, slopes, learned, params, x, drop, normalize, self.normalized,
            self.layout.pieces, self.axis, self.fused, self.unrolled,
        )  # fmt: skip
