"""The spec: names, rules, validation and patches."""

from engine.spec.data import MAX_CLASSES, MAX_LABEL, MAX_POINTS, DataSpec
from engine.spec.layers import MAX_UNITS, InitializerSpec, LayerSpec
from engine.spec.models import MAX_BATCH, MAX_LAYERS, Spec
from engine.spec.names import TABLE_DATASETS
from engine.spec.patch import merge_patch, patch_spec
from engine.spec.previews import preview_points
from engine.spec.schema import TASK_DATASETS, describe_spec
from engine.spec.training import OptimizerSpec, RegularizationSpec, ScheduleSpec
from engine.spec.validation import describe, dump_spec, parse_spec

__all__ = [
    "MAX_BATCH",
    "MAX_CLASSES",
    "MAX_LABEL",
    "MAX_LAYERS",
    "MAX_POINTS",
    "MAX_UNITS",
    "TABLE_DATASETS",
    "TASK_DATASETS",
    "DataSpec",
    "InitializerSpec",
    "LayerSpec",
    "OptimizerSpec",
    "RegularizationSpec",
    "ScheduleSpec",
    "Spec",
    "describe",
    "describe_spec",
    "dump_spec",
    "merge_patch",
    "parse_spec",
    "patch_spec",
    "preview_points",
]
