"""Spec of the hidden layers and the output layer, and of how their initial weights are drawn."""

from __future__ import annotations

from pydantic import Field

from engine.data.kinds import IMAGES, PLANE
from engine.functions.activations import ACTIVATIONS
from engine.spec.base import SpecPart, hint
from engine.spec.names import ActivationName, InitializerName

MAX_UNITS = PLANE.units[1]


class LayerSpec(SpecPart):
    """One hidden layer."""

    units: int = Field(
        default=4,
        ge=1,
        le=IMAGES.units[1],
        json_schema_extra=hint("layers.units", 1, maximum=MAX_UNITS, images=[*IMAGES.units]),
    )
    activation: ActivationName = Field(default="tanh", json_schema_extra=hint("layers.activation"))
    negative_slope: float = Field(
        default=0.1, ge=0, le=1, json_schema_extra=hint("layers.negative_slope", 0.01)
    )
    dropout: float = Field(
        default=0.0, ge=0, le=0.9, json_schema_extra=hint("layers.dropout", 0.05)
    )
    batch_norm: bool = Field(default=False, json_schema_extra=hint("layers.batch_norm"))
    trainable: bool = Field(default=True, json_schema_extra=hint("layers.trainable"))

    @property
    def pieces(self) -> int:
        """Weighted sums of each unit."""
        return ACTIVATIONS[self.activation].pieces

    @property
    def sums(self) -> int:
        """Weighted sums: of every unit, and of each of its pieces."""
        return self.units * self.pieces


class OutputSpec(SpecPart):
    """The output layer; its units and its activation follow from the task and the loss."""

    trainable: bool = Field(default=True, json_schema_extra=hint("output.trainable"))


class InitializerSpec(SpecPart):
    """How initial weights are drawn; biases start at 0."""

    name: InitializerName = Field(
        default="glorot_uniform", json_schema_extra=hint("initializer.name")
    )
    scale: float = Field(default=1.0, ge=0, le=5, json_schema_extra=hint("initializer.scale", 0.05))
