"""Spec of the data: which points or images are trained on."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Self, cast

from pydantic import AfterValidator, Field, model_validator

from engine.data.kinds import COMPONENTS, DATASETS, IMAGES, PLANE, TABLE, DataSet
from engine.data.tables import COLUMNS
from engine.spec.base import Seed, SpecPart, hint, rule_error
from engine.spec.names import AxisName, ColumnName, DatasetName, Task

MAX_POINTS = 5000
MAX_LABEL = 1e6
MAX_CLASSES = PLANE.classes[1]

Coordinate = Annotated[float, Field(ge=-6, le=6)]
Label = Annotated[float, Field(ge=-MAX_LABEL, le=MAX_LABEL)]
Point = Annotated[tuple[Coordinate, Coordinate, Label], Field(strict=False)]


def _in_order(columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(columns)) != len(columns):
        raise rule_error("data.columns", "must not repeat a column", list(columns))
    return tuple(name for name in COLUMNS if name in columns)


Columns = Annotated[
    tuple[ColumnName, ...], Field(strict=False, min_length=1), AfterValidator(_in_order)
]
Axes = Annotated[tuple[AxisName, AxisName], Field(strict=False)]


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
    columns: Columns | None = Field(default=None, json_schema_extra=hint("data.columns"))
    axes: Axes | None = Field(default=None, json_schema_extra=hint("data.axes"))

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

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        known = self.entry.inputs if self.is_table else ()
        for path, names in (("columns", self.columns), ("axes", self.axes)):
            allowed = (*known, *COMPONENTS) if known and path == "axes" else known
            stranger = next((name for name in names or () if name not in allowed), None)
            if stranger is not None:
                rule = f"must name columns of {self.name}" if known else "must be null for points"
                raise rule_error(f"data.{path}", rule, stranger)
        if self.axes is None:
            return self
        if self.axes[0] == self.axes[1]:
            raise rule_error("data.axes", "must be two different ones", list(self.axes))
        if set(self.axes) & set(COMPONENTS):
            if self.axes != COMPONENTS:
                rule = f"must be two columns, or {' and '.join(COMPONENTS)}"
                raise rule_error("data.axes", rule, list(self.axes))
            if len(self.inputs) < 2:
                raise rule_error("data.axes", "needs two inputs or more", list(self.axes))
        return self

    @property
    def is_images(self) -> bool:
        """Whether images are trained on, and not points of the plane."""
        return self.entry.kind is IMAGES

    @property
    def is_table(self) -> bool:
        """Whether rows of a table are trained on."""
        return self.entry.kind is TABLE

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns of a table that the network sees; none for other data."""
        table = self.entry.table
        return () if table is None else self.columns or table.default_columns

    def has_rows_of(self, other: DataSpec) -> bool:
        """Whether another spec means the very same rows, maybe seen or shown otherwise."""
        shown = {"columns": None, "axes": None}
        return self.model_copy(update=shown) == other.model_copy(update=shown)

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
