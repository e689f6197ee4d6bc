"""The spec: one frozen pydantic model that defines a run.

The engine runs it, the API validates with it, and its JSON Schema makes the
page's controls. Field hints beside the standard JSON Schema keywords:
`label` (key of the catalogue of words), `step` (of a slider) and
`scale: "log"` where the quantity is one.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.data.kinds import DATASETS, IMAGES, PLANE
from engine.functions.activations import ACTIVATIONS
from engine.spec.base import Seed, SpecPart, hint, rule_error
from engine.spec.data import DataSpec
from engine.spec.layers import InitializerSpec, LayerSpec, OutputSpec
from engine.spec.names import FEATURES, TASK_LOSSES, FeatureName, LossName, Task
from engine.spec.training import (
    EarlyStoppingSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
)

MAX_LAYERS = PLANE.layers[1]
MAX_BATCH = PLANE.batch_size[1]


def _in_order(features: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(features)) != len(features):
        raise rule_error("features", "must not repeat a feature", list(features))
    return tuple(name for name in FEATURES if name in features)


@cache
def _name_pixels(shape: tuple[int, ...]) -> tuple[str, ...]:
    size = "x".join(map(str, shape))
    return tuple(f"pixel_{size}_{index}" for index in range(prod(shape)))


def _names_images(data: Any) -> bool:
    if isinstance(data, DataSpec):
        return data.is_images
    name = data.get("name") if isinstance(data, dict) else None
    return isinstance(name, str) and name in DATASETS and DATASETS[name].kind is IMAGES


def _check_most(path: str, value: int, most: int, what: str = "") -> None:
    if value > most:
        rule = f"must have at most {most} {what}" if what else f"must be at most {most}"
        raise rule_error(path, rule, value)


class Spec(SpecPart):
    """Definition of a run. `Spec()` is the default playground."""

    version: Literal[1] = Field(default=1)
    seed: Seed = Field(default=42, json_schema_extra=hint("seed"))
    data: DataSpec = Field(default_factory=DataSpec)
    features: Annotated[
        tuple[FeatureName, ...], Field(strict=False, min_length=1), AfterValidator(_in_order)
    ] = Field(default=("x1", "x2"), json_schema_extra=hint("features"))
    layers: Annotated[tuple[LayerSpec, ...], Field(strict=False, max_length=MAX_LAYERS)] = Field(
        default=(LayerSpec(units=4), LayerSpec(units=2)),
        json_schema_extra=hint("layers", images=[*IMAGES.layers]),
    )
    output: OutputSpec = Field(default_factory=OutputSpec)
    initializer: InitializerSpec = Field(default_factory=InitializerSpec)
    loss: LossName | None = Field(default=None, json_schema_extra=hint("loss"))
    optimizer: OptimizerSpec = Field(default_factory=OptimizerSpec)
    schedule: ScheduleSpec = Field(default_factory=ScheduleSpec)
    regularization: RegularizationSpec = Field(default_factory=RegularizationSpec)
    early_stopping: EarlyStoppingSpec = Field(default_factory=EarlyStoppingSpec)
    batch_size: int = Field(
        default=10,
        ge=1,
        le=IMAGES.batch_size[1],
        json_schema_extra=hint("batch_size", 1, maximum=MAX_BATCH, images=[*IMAGES.batch_size]),
    )

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("version"), bool | float):
            raise rule_error("version", "must be 1", value["version"])
        if "batch_size" not in value and _names_images(value.get("data")):
            return {**value, "batch_size": IMAGES.batch_default}
        return value

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        data_kind = self.data.entry.kind
        _check_most("layers", len(self.layers), data_kind.layers[1], f"items for {data_kind.name}")
        for index, layer in enumerate(self.layers):
            _check_most(f"layers.{index}.units", layer.units, data_kind.units[1] // layer.pieces)
        least, most = data_kind.batch_size
        if self.batch_size < least:
            rule = f"must be at least {least} for {data_kind.name}"
            raise rule_error("batch_size", rule, self.batch_size)
        _check_most("batch_size", self.batch_size, most)
        return self

    @model_validator(mode="after")
    def _loss_fits(self) -> Self:
        fitting = TASK_LOSSES[self.task]
        if self.loss is not None and self.loss not in fitting:
            rule = f"must fit the {self.task} task: {', '.join(fitting)}"
            raise rule_error("loss", rule, self.loss)
        return self

    @property
    def task(self) -> Task:
        """binary, multiclass or regression: what the data ask for."""
        return self.data.resolved_task

    @property
    def n_outputs(self) -> int:
        """Units of the output layer."""
        return self.data.n_outputs

    @property
    def resolved_loss(self) -> str:
        """The loss that is trained: the named one, or the task's default."""
        return self.loss or TASK_LOSSES[self.task][0]

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer from the inputs to the output."""
        return (len(self.inputs), *(layer.units for layer in self.layers), self.n_outputs)

    @property
    def sums(self) -> tuple[int, ...]:
        """Weighted sums of each layer, the output layer's last."""
        return (*(layer.sums for layer in self.layers), self.n_outputs)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of what the first layer sees: features, columns, or an image's pixels."""
        if self.data.is_images:
            return _name_pixels(self.data.entry.input_shape)
        return self.data.inputs or self.features

    @property
    def input_columns(self) -> tuple[int, ...]:
        """Index of each input among all that the data set has; of points and tables."""
        known = self.data.entry.inputs
        return tuple(known.index(name) for name in self.inputs)

    @property
    def normalized(self) -> bool:
        """Whether any layer is normalized."""
        return any(layer.batch_norm for layer in self.layers)

    @property
    def trainable(self) -> tuple[bool, ...]:
        """Whether updates change a layer, for each one, the output layer last."""
        return (*(layer.trainable for layer in self.layers), self.output.trainable)

    @property
    def n_parameters(self) -> int:
        """Learned numbers: kernels, biases, slopes of PReLU, scale and shift of normalization."""
        dense = sum((a + 1) * b for a, b in zip(self.widths, self.sums, strict=False))
        slopes = sum(
            layer.units for layer in self.layers if ACTIVATIONS[layer.activation].learned_slope
        )
        normalization = sum(2 * layer.sums for layer in self.layers if layer.batch_norm)
        return dense + slopes + normalization
