"""Schema of specs for the page: JSON Schema with additions of the registries."""

from __future__ import annotations

from typing import Any

from engine.data.kinds import DATASETS
from engine.functions.activations import ACTIVATIONS
from engine.functions.features import FEATURES
from engine.functions.layer_kinds import LAYER_KINDS
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES
from engine.spec.models import Spec
from engine.spec.names import (
    BINARY_DATASETS,
    MULTICLASS_DATASETS,
    REGRESSION_DATASETS,
    TASK_LOSSES,
)

#: The data sets of each task.
TASK_DATASETS = {
    "binary": BINARY_DATASETS,
    "multiclass": MULTICLASS_DATASETS,
    "regression": REGRESSION_DATASETS,
}


def describe_spec() -> dict[str, Any]:
    """Returns the JSON Schema of the spec, with keys of its own beside those of the standard.

    Returns:
        `task_losses`: losses that fit each task, the default first. `dataset_tasks`: the task of
        each generated data set. `data_sets`: kind, task, input shape, names of classes, and limits
        of networks and batches. `layer_kinds`: settings of a layer of each kind. `features`: the
        formula of each one. `pieces`: weighted sums of each unit, of activations that have
        several. `reads`: for each path whose value is a choice, which paths each
        choice reads; others have no effect then.
    """
    return {
        **Spec.model_json_schema(),
        "task_losses": TASK_LOSSES,
        "dataset_tasks": {name: task for task, names in TASK_DATASETS.items() for name in names},
        "data_sets": {name: entry.describe() for name, entry in DATASETS.items()},
        "layer_kinds": {kind.name: kind.describe() for kind in LAYER_KINDS.values()},
        "pieces": {entry.name: entry.pieces for entry in ACTIVATIONS.table if entry.pieces > 1},
        "features": {entry.name: entry.describe() for entry in FEATURES.table},
        "reads": {
            "data.name": _name_paths("data", DATASETS),
            "optimizer.name": _name_paths("optimizer", OPTIMIZERS),
            "schedule.name": _name_paths("schedule", SCHEDULES),
            "layers.activation": _name_paths("layers", ACTIVATIONS),
        },
    }


def _name_paths(part: str, entries: Any) -> dict[str, list[str]]:
    return {name: [f"{part}.{key}" for key in entry.reads] for name, entry in entries.items()}
