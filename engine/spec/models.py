"""The spec: one frozen pydantic model that defines a run.

The engine runs it, the API validates with it, and its JSON Schema makes the
page's controls. Field hints beside the standard JSON Schema keywords:
`label` (key of the catalogue of words), `step` (of a slider) and
`scale: "log"` where the quantity is one.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import pairwise
from math import prod
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from engine.data.kinds import DATASETS, IMAGES, PLANE, DataSet
from engine.functions.activations import ACTIVATIONS
from engine.spec.names import (
    FEATURES,
    TASK_LOSSES,
    ActivationName,
    DatasetName,
    FeatureName,
    InitializerName,
    LossName,
    OptimizerName,
    ScheduleName,
    Task,
)

MAX_POINTS = 5000
MAX_LABEL = 1e6
MAX_LAYERS = PLANE.layers[1]
MAX_UNITS = PLANE.units[1]
MAX_CLASSES = PLANE.classes[1]
MAX_BATCH = PLANE.batch_size[1]
SEED_MAX = 2**31 - 1


def hint(label: str, step: float | None = None, log: bool = False, **more: Any) -> dict[str, Any]:
    """Returns the extra schema keywords that a control is made from."""
    extra: dict[str, Any] = {"label": label, **more}
    if step is not None:
        extra["step"] = step
    if log:
        extra["scale"] = "log"
    return extra


def rule_error(path: str, rule: str, value: object) -> PydanticCustomError:
    """Returns the error of a rule that spans several fields."""
    return PydanticCustomError("rule", "{rule}", {"path": path, "rule": rule, "value": value})


def _in_order(features: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(features)) != len(features):
        raise rule_error("features", "must not repeat a feature", list(features))
    return tuple(name for name in FEATURES if name in features)


Coordinate = Annotated[float, Field(ge=-6, le=6)]
Label = Annotated[float, Field(ge=-MAX_LABEL, le=MAX_LABEL)]
Point = Annotated[tuple[Coordinate, Coordinate, Label], Field(strict=False)]
Seed = Annotated[int, Field(ge=0, le=SEED_MAX)]
Rate = Annotated[float, Field(ge=0, le=0.9999)]


class SpecPart(BaseModel):
    """Base of the spec and its parts: frozen, strict, and without extras."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=False
    )


class DataSpec(SpecPart):
    """What is trained on."""

    name: DatasetName = Field(default="circle", json_schema_extra=hint("data.name"))
    seed: Seed = Field(default=0, json_schema_extra=hint("data.seed"))
    samples: int = Field(default=500, ge=50, le=2000, json_schema_extra=hint("data.samples", 10))
    noise: float = Field(default=0.0, ge=0, le=0.5, json_schema_extra=hint("data.noise", 0.01))
    label_noise: float = Field(
        default=0.0, ge=0, le=0.5, json_schema_extra=hint("data.label_noise", 0.01)
    )
    class_balance: float = Field(
        default=0.5, ge=0.1, le=0.9, json_schema_extra=hint("data.class_balance", 0.05)
    )
    classes: int = Field(default=3, ge=3, le=5, json_schema_extra=hint("data.classes", 1))
    test_fraction: float = Field(
        default=0.5, ge=0.1, le=0.9, json_schema_extra=hint("data.test_fraction", 0.05)
    )
    points: Annotated[tuple[Point, ...], Field(strict=False, max_length=MAX_POINTS)] | None = Field(
        default=None, json_schema_extra=hint("data.points")
    )
    task: Task | None = Field(default=None, json_schema_extra=hint("data.task"))

    @model_validator(mode="after")
    def _points_fit(self) -> Self:
        if self.name != "points":
            return self
        points = self.points or ()
        if len(points) < 2:
            raise rule_error("data.points", "must have 2 points or more", len(points))
        labels = {label for _, _, label in points}
        if self.task == "binary" and not labels <= {0, 1}:
            bad = min(labels - {0, 1})
            raise rule_error("data.points", "labels of a binary task must be 0 or 1", bad)
        if self.task == "multiclass" and not _are_classes(labels):
            bad = next(v for v in sorted(labels) if not _are_classes({v}))
            rule = f"labels of a multiclass task must be whole numbers 0 to {MAX_CLASSES - 1}"
            raise rule_error("data.points", rule, bad)
        return self

    @property
    def is_images(self) -> bool:
        """Whether images are trained on, and not points of the plane."""
        return self.entry.kind is IMAGES

    @property
    def entry(self) -> DataSet:
        """What the data set says of itself."""
        return DATASETS[self.name]

    @cached_property
    def resolved_task(self) -> Task:
        """The task: that of the data set, or of the points' labels; looked for once."""
        task = self.entry.task
        if task is not None:
            return cast(Task, task)
        if self.task is not None:
            return self.task
        labels = {label for _, _, label in self.points or ()}
        if labels <= {0, 1}:
            return "binary"
        return "multiclass" if _are_classes(labels) else "regression"

    @property
    def n_outputs(self) -> int:
        """Units of the output layer: 1, or the number of classes."""
        if self.resolved_task != "multiclass":
            return 1
        if self.entry.classes:
            return len(self.entry.classes)
        if self.entry.make is not None:
            return self.classes
        return max(2, 1 + int(max(label for _, _, label in self.points or ())))


def _are_classes(labels: set[float]) -> bool:
    return all(label == int(label) and 0 <= label < MAX_CLASSES for label in labels)


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


class InitializerSpec(SpecPart):
    """How initial weights are drawn; biases start at 0."""

    name: InitializerName = Field(
        default="glorot_uniform", json_schema_extra=hint("initializer.name")
    )
    scale: float = Field(default=1.0, ge=0, le=5, json_schema_extra=hint("initializer.scale", 0.05))


class OptimizerSpec(SpecPart):
    """Optimizer and its hyperparameters."""

    name: OptimizerName = Field(default="sgd", json_schema_extra=hint("optimizer.name"))
    learning_rate: float = Field(
        default=0.03, ge=1e-5, le=10, json_schema_extra=hint("optimizer.learning_rate", log=True)
    )
    momentum: Rate = Field(default=0.9, json_schema_extra=hint("optimizer.momentum", 0.01))
    rho: Rate = Field(default=0.9, json_schema_extra=hint("optimizer.rho", 0.01))
    beta_1: Rate = Field(default=0.9, json_schema_extra=hint("optimizer.beta_1", 0.01))
    beta_2: Rate = Field(default=0.999, json_schema_extra=hint("optimizer.beta_2", 0.001))
    epsilon: float = Field(
        default=1e-7, ge=1e-10, le=0.1, json_schema_extra=hint("optimizer.epsilon", log=True)
    )
    weight_decay: float = Field(
        default=0.01, ge=0, le=1, json_schema_extra=hint("optimizer.weight_decay", 0.001)
    )
    clip_norm: Annotated[float, Field(ge=0.01, le=100)] | None = Field(
        default=None, json_schema_extra=hint("optimizer.clip_norm", log=True)
    )

    @property
    def rates(self) -> dict[str, float]:
        """All numbers by name; each optimizer reads those that its entry names."""
        return {name: value for name, value in self if isinstance(value, float)}


class ScheduleSpec(SpecPart):
    """How the learning rate changes with the step."""

    name: ScheduleName = Field(default="constant", json_schema_extra=hint("schedule.name"))
    warmup_steps: int = Field(
        default=0, ge=0, le=100_000, json_schema_extra=hint("schedule.warmup_steps")
    )
    decay_steps: int = Field(
        default=1000, ge=1, le=1_000_000, json_schema_extra=hint("schedule.decay_steps", log=True)
    )
    decay_rate: float = Field(
        default=0.5, ge=0, le=1, json_schema_extra=hint("schedule.decay_rate", 0.05)
    )


class RegularizationSpec(SpecPart):
    """Penalty l1 sum|w| + l2 sum w^2 over the kernels."""

    l1: float = Field(
        default=0.0, ge=0, le=10, json_schema_extra=hint("regularization.l1", log=True)
    )
    l2: float = Field(
        default=0.0, ge=0, le=10, json_schema_extra=hint("regularization.l2", log=True)
    )


@cache
def _name_pixels(shape: tuple[int, ...]) -> tuple[str, ...]:
    size = "x".join(map(str, shape))
    return tuple(f"pixel_{size}_{place}" for place in range(prod(shape)))


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
    initializer: InitializerSpec = Field(default_factory=InitializerSpec)
    loss: LossName | None = Field(default=None, json_schema_extra=hint("loss"))
    optimizer: OptimizerSpec = Field(default_factory=OptimizerSpec)
    schedule: ScheduleSpec = Field(default_factory=ScheduleSpec)
    regularization: RegularizationSpec = Field(default_factory=RegularizationSpec)
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
        kind = self.data.entry.kind
        _check_most("layers", len(self.layers), kind.layers[1], f"items for {kind.name}")
        for place, layer in enumerate(self.layers):
            _check_most(f"layers.{place}.units", layer.units, kind.units[1])
        least, most = kind.batch_size
        if self.batch_size < least:
            rule = f"must be at least {least} for {kind.name}"
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
    def inputs(self) -> tuple[str, ...]:
        """Names of what the first layer sees: the features, or an image's pixels."""
        return _name_pixels(self.data.entry.input_shape) if self.data.is_images else self.features

    @property
    def normalized(self) -> bool:
        """Whether any layer is normalized."""
        return any(layer.batch_norm for layer in self.layers)

    @property
    def n_parameters(self) -> int:
        """Trained numbers: kernels, biases, slopes of PReLU, scale and shift of normalization."""
        widths = self.widths
        dense = sum(a * b + b for a, b in pairwise(widths))
        slopes = sum(
            layer.units for layer in self.layers if ACTIVATIONS[layer.activation].learned_slope
        )
        normalization = sum(2 * layer.units for layer in self.layers if layer.batch_norm)
        return dense + slopes + normalization
