"""Metrics: the one function that names and computes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.base.arrays import Floats
from engine.data.datasets import Dataset

Metrics = dict[str, float]


@dataclass(frozen=True)
class Variances:
    """Variance of the labels, which R^2 compares errors with."""

    train: float
    test: float

    @classmethod
    def of(cls, data: Dataset) -> Variances:
        """Computes the variances of a data set."""
        labels = data.labels.astype(np.float64)
        return cls(float(labels[: data.n_train].var()), float(labels[data.n_train :].var()))


def r_squared(mean_square: float, variance: float) -> float:
    """1 - mean squared error / variance of the labels.

    Labels that are all the same give 1 for no error and 0 for any, as in
    scikit-learn.
    """
    if variance > 0:
        return 1.0 - mean_square / variance
    return 1.0 if mean_square == 0 else 0.0


def make_metrics(
    task: str, step: int, epoch: int, summary: Floats, variances: Variances
) -> Metrics:
    """Names the numbers that a turn measured.

    Args:
        task: binary, multiclass or regression.
        step: updates done.
        epoch: epochs done.
        summary: float32 [>= 7]: loss, accuracy and mean squared error of train
            and of test, and the penalty.
        variances: of the labels.

    Returns:
        `step`, `epoch`, `train_loss`, `test_loss`, `penalty`, and accuracies
        in [0, 1], or RMSE (unit of the label) and R^2 for regression.
    """
    train_loss, train_right, train_square, test_loss, test_right, test_square, penalty = (
        float(number) for number in summary[:7]
    )
    metrics: Metrics = {
        "step": step,
        "epoch": epoch,
        "train_loss": train_loss,
        "test_loss": test_loss,
        "penalty": penalty,
    }
    if task == "regression":
        metrics["train_rmse"] = float(np.sqrt(train_square))
        metrics["test_rmse"] = float(np.sqrt(test_square))
        metrics["train_r2"] = r_squared(train_square, variances.train)
        metrics["test_r2"] = r_squared(test_square, variances.test)
    else:
        metrics["train_accuracy"] = train_right
        metrics["test_accuracy"] = test_right
    return metrics


def history_row(metrics: Metrics) -> list[float]:
    """Returns step, train loss, test loss, train metric and test metric (accuracy, or RMSE)."""
    measure = "accuracy" if "train_accuracy" in metrics else "rmse"
    keys = ("step", "train_loss", "test_loss", f"train_{measure}", f"test_{measure}")
    return [metrics[key] for key in keys]
