"""Names of the contract, in the order of the registries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic_core.core_schema import CoreSchema, literal_schema

from engine.data import (  # noqa: F401  they register their entries
    datasets,
    generated,
    images,
    tables,
)
from engine.data.kinds import COMPONENTS, DATASETS, IMAGES, TABLE
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
ColumnName = Annotated[str, OneOf(tables.COLUMNS)]
AxisName = Annotated[str, OneOf((*tables.COLUMNS, *COMPONENTS))]


def _of_task(task: str) -> tuple[str, ...]:
    return tuple(name for name, entry in DATASETS.items() if entry.make and entry.task == task)


#: Generated data sets of each task, image sets, and tables.
BINARY_DATASETS, MULTICLASS_DATASETS, REGRESSION_DATASETS = map(_of_task, heads.TASKS)
IMAGE_DATASETS = tuple(name for name, entry in DATASETS.items() if entry.kind is IMAGES)
#: Tables.
TABLE_DATASETS = tuple(name for name, entry in DATASETS.items() if entry.kind is TABLE)
DatasetName = Annotated[str, OneOf(DATASETS.names)]

#: Losses that fit each task; the first one is its default.
TASK_LOSSES: dict[str, tuple[str, ...]] = heads.TASK_LOSSES
