"""Spec of the data: which points or images are trained on."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Self, cast

from pydantic import Field, model_validator

from engine.data.kinds import DATASETS, IMAGES, PLANE, DataSet
from engine.spec.base import Seed, SpecPart, hint, rule_error
from engine.spec.names import DatasetName, Task

MAX_POINTS = 5000
MAX_LABEL = 1e6
MAX_CLASSES = PLANE.classes[1]

Coordinate = Annotated[float, Field(ge=-6, le=6)]
Label = Annotated[float, Field(ge=-MAX_LABEL, le=MAX_LABEL)]
Point = Annotated[tuple[Coordinate, Coordinate, Label], Field(strict=False)]


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
    validation_fraction: float = Field(
        default=0.0, ge=0, le=0.5, json_schema_extra=hint("data.validation_fraction", 0.05)
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
