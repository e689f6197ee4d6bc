"""The names of the contract, in the order in which a page lists them: those of the registries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic_core.core_schema import CoreSchema, literal_schema

from engine.functions import (
    activations,
    features,
    heads,
    initializers,
    losses,
    optimizers,
    schedules,
)

Task = Literal["binary", "multiclass", "regression"]

BinaryDataset = Literal["circle", "xor", "gauss", "spiral", "moons", "checkerboard", "rings"]
MulticlassDataset = Literal["blobs", "arms"]
RegressionDataset = Literal["plane", "bumps", "ridge"]
ImageDataset = Literal["mnist", "fashion_mnist", "digits"]
DatasetName = Literal[BinaryDataset, MulticlassDataset, RegressionDataset, "points", ImageDataset]


@dataclass(frozen=True)
class OneOf:
    """Restricts a string to the names of a registry."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return literal_schema(list(self.names))


FEATURES: tuple[str, ...] = features.FEATURES.names
ACTIVATIONS: tuple[str, ...] = activations.ACTIVATIONS.names
INITIALIZERS: tuple[str, ...] = initializers.INITIALIZERS.names
LOSSES: tuple[str, ...] = losses.LOSSES.names
OPTIMIZERS: tuple[str, ...] = optimizers.OPTIMIZERS.names
SCHEDULES: tuple[str, ...] = schedules.SCHEDULES.names
FeatureName = Annotated[str, OneOf(FEATURES)]
ActivationName = Annotated[str, OneOf(ACTIVATIONS)]
InitializerName = Annotated[str, OneOf(INITIALIZERS)]
LossName = Annotated[str, OneOf(LOSSES)]
OptimizerName = Annotated[str, OneOf(OPTIMIZERS)]
ScheduleName = Annotated[str, OneOf(SCHEDULES)]

BINARY_DATASETS: tuple[str, ...] = get_args(BinaryDataset)
MULTICLASS_DATASETS: tuple[str, ...] = get_args(MulticlassDataset)
REGRESSION_DATASETS: tuple[str, ...] = get_args(RegressionDataset)
IMAGE_DATASETS: tuple[str, ...] = get_args(ImageDataset)
#: Losses that fit each task; the first one is its default.
TASK_LOSSES: dict[str, tuple[str, ...]] = heads.TASK_LOSSES

#: Pixels along a side of the images of each set; all have ten classes.
IMAGE_SIDES: dict[str, int] = {"mnist": 28, "fashion_mnist": 28, "digits": 8}
