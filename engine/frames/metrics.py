"""Metrics: the one function that names and computes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.data.datasets import Dataset, Part
from engine.functions.heads import HEADS, head_index
from engine.spec import Spec

Metrics = dict[str, float]

#: Parts of the data, and where the loss, accuracy and mean squared error of each are in a summary.
_PARTS = ("train", 0), ("test", 3)
_PARTS_WITH_VALIDATION = *_PARTS, ("validation", 7)


@dataclass(frozen=True)
class LabelStatistics:
    """Variance of the labels, which R^2 compares errors with, and their unit, which RMSE is in.

    Attributes:
        train: variance of the train rows.
        test: variance of the test rows.
        validation: variance of the validation rows; None if there are none.
        unit: what 1 of the labels is in their own unit; see `Dataset.label_unit`.
    """

    train: float
    test: float
    validation: float | None = None
    unit: float = 1.0

    @classmethod
    def of(cls, data: Dataset) -> LabelStatistics:
        """Computes the statistics of a data set."""
        labels = data.labels.astype(np.float64)
        train, test = (float(labels[data.rows(part)].var()) for part in ("train", "test"))
        validation = float(labels[data.rows("validation")].var()) if data.n_validation else None
        return cls(train, test, validation, data.label_unit)


def r_squared(mean_square: float, variance: float) -> float:
    """1 - mean squared error / variance of the labels.

    Labels that are all the same give 1 for no error and 0 for any, as in
    scikit-learn.
    """
    if variance > 0:
        return 1.0 - mean_square / variance
    return 1.0 if mean_square == 0 else 0.0


def make_metrics(
    task: str, step: int, epoch: int, summary: Floats, labels: LabelStatistics
) -> Metrics:
    """Names the numbers that a turn measured.

    Args:
        task: binary, multiclass or regression.
        step: updates done.
        epoch: epochs done.
        summary: float32 [>= 7]: loss, accuracy and mean squared error of train and of test, the
            penalty, then those of validation where there are such rows.
        labels: statistics of the labels.

    Returns:
        `step`, `epoch`, `train_loss`, `test_loss`, `penalty`, and accuracies in [0, 1], or RMSE
        (in the label's own unit) and R^2 for regression; the same of validation where there are
        such rows.
    """
    numbers = summary.tolist()
    parts = _PARTS if labels.validation is None else _PARTS_WITH_VALIDATION
    metrics: Metrics = {"step": step, "epoch": epoch}
    for part, at in parts:
        metrics[f"{part}_loss"] = numbers[at]
    metrics["penalty"] = numbers[6]
    if task != "regression":
        for part, at in parts:
            metrics[f"{part}_accuracy"] = numbers[at + 1]
        return metrics
    for part, at in parts:
        metrics[f"{part}_rmse"] = labels.unit * math.sqrt(numbers[at + 2])
    for part, at in parts:
        metrics[f"{part}_r2"] = r_squared(numbers[at + 2], getattr(labels, part))
    return metrics


def history_row(metrics: Metrics) -> list[float]:
    """Returns step, train loss, test loss, train metric and test metric (accuracy, or RMSE)."""
    measure = _name_measure(metrics)
    keys = ("step", "train_loss", "test_loss", f"train_{measure}", f"test_{measure}")
    return [metrics[key] for key in keys]


def validation_row(metrics: Metrics) -> list[float] | None:
    """Returns step, validation loss and validation metric; None if there are no such rows."""
    if "validation_loss" not in metrics:
        return None
    keys = ("step", "validation_loss", f"validation_{_name_measure(metrics)}")
    return [metrics[key] for key in keys]


def _name_measure(metrics: Metrics) -> str:
    return "accuracy" if "train_accuracy" in metrics else "rmse"


def score_outputs(
    spec: Spec, outputs: NDArray[np.floating[Any]], data: Dataset, part: Part
) -> float:
    """Returns the accuracy of some outputs, or their RMSE: the metric of `history_row`.

    Args:
        spec: whose task and loss they are of.
        outputs: [rows of all parts, K], after the output activation.
        data: the labels.
        part: whose rows are scored.
    """
    rows = data.rows(part)
    outputs, labels = np.asarray(outputs[rows], np.float64), data.labels[rows]
    if spec.task == "regression":
        return data.label_unit * float(np.sqrt(np.mean((outputs[:, 0] - labels) ** 2)))
    if spec.task == "multiclass":
        return float(np.mean(outputs.argmax(axis=1) == labels))
    middle = (HEADS[head_index(spec.task, spec.resolved_loss)].negative + 1) / 2
    return float(np.mean((outputs[:, 0] >= middle) == (labels > 0)))
