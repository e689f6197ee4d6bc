"""Classification report: confusion matrix, precision, recall, F1 and ROC curves of each part.

References:
    Fawcett, "An introduction to ROC analysis", 2006.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.data.datasets import PARTS, Dataset
from engine.functions.heads import HEADS, head_index
from engine.spec import Spec

Doubles = NDArray[np.float64]
#: Rows of a curve at most: more are not told apart in a picture.
MAX_CORNERS = 200


@dataclass(frozen=True)
class Roc:
    """ROC curve of one class against all others.

    Attributes:
        false_positive_rate: float64 [n], share of the other rows whose score is at least the
            threshold, which falls from row to row; begins with 0 and ends with 1.
        true_positive_rate: float64 [n], the same of the rows of the class.
        auc: area under it; NaN where all rows, or none, are of the class: there is no curve then.
    """

    false_positive_rate: Doubles
    true_positive_rate: Doubles
    auc: float


@dataclass(frozen=True)
class ClassificationReport:
    """How well the classes of each part are told apart.

    Attributes:
        matrices: float32 [parts, K, K]: how many rows of a class (row) were predicted as which
            class (column), for each of `PARTS`.
        scores: float32 [parts, K + 1, 4]: precision, recall, F1 and number of rows of each class,
            then their means over the classes, and all rows.
        curves: float32 [n, 4]: part, class, and false and true positive rate, curve by curve.
        auc: float32 [parts, classes with a curve]; of a binary task that of class 1 alone.
    """

    matrices: Floats
    scores: Floats
    curves: Floats
    auc: Floats


def report_classes(spec: Spec, data: Dataset, outputs: Floats) -> ClassificationReport | None:
    """Compares predictions with labels.

    Args:
        spec: of the network.
        data: the points.
        outputs: float32 [outputs, n], after the output activation.

    Returns:
        None for regression.
    """
    if spec.task == "regression":
        return None
    labels = data.labels.astype(np.intp)
    if spec.task == "binary":
        head = HEADS[head_index(spec.task, spec.resolved_loss)]
        predicted = (outputs[0] >= (head.negative + 1) / 2).astype(np.intp)
        shown, n_classes = {1: outputs[0]}, 2
    else:
        predicted = outputs.argmax(axis=0)
        shown, n_classes = dict(enumerate(outputs)), spec.n_outputs
    matrices, scores, curves, auc = [], [], [np.zeros((0, 4))], []
    for number, part in enumerate(PARTS):
        rows = data.rows(part)
        matrices.append(count_pairs(labels[rows], predicted[rows], n_classes))
        scores.append(measure_classes(matrices[-1]))
        traced = [trace_roc(labels[rows] == label, values[rows]) for label, values in shown.items()]
        auc.append([roc.auc for roc in traced])
        curves += [_tabulate(number, label, roc) for label, roc in zip(shown, traced, strict=True)]
    return ClassificationReport(
        np.array(matrices, np.float32), np.array(scores, np.float32),
        np.concatenate(curves).astype(np.float32), np.array(auc, np.float32),
    )  # fmt: skip


def count_pairs(labels: NDArray[np.intp], predicted: NDArray[np.intp], n_classes: int) -> Doubles:
    """Returns the confusion matrix, float64 [K, K]: label by row, prediction by column."""
    pairs = np.bincount(labels * n_classes + predicted, minlength=n_classes * n_classes)
    return pairs.reshape(n_classes, n_classes).astype(np.float64)


def measure_classes(matrix: Doubles) -> Doubles:
    """Returns precision, recall, F1 and rows of each class, then their means and all rows.

    precision = tp / (tp + fp), recall = tp / (tp + fn), F1 = 2 tp / (2 tp + fp + fn); 0 for 0 / 0,
    as in scikit-learn.

    Args:
        matrix: float64 [K, K], see `count_pairs`.

    Returns:
        float64 [K + 1, 4].
    """
    right, rows, taken = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    shares = [_divide(right, taken), _divide(right, rows), _divide(2 * right, rows + taken)]
    each = np.stack([*shares, rows], axis=1)
    return np.concatenate([each, [[*each[:, :3].mean(axis=0), rows.sum()]]])


def _divide(some: Doubles, whole: Doubles) -> Doubles:
    return np.divide(some, whole, out=np.zeros_like(some), where=whole > 0)


def trace_roc(positive: NDArray[np.bool_], scores: Floats) -> Roc:
    """Traces a ROC curve: both rates for each score as the threshold, from the highest on.

    Args:
        positive: bool [n], rows of the class.
        scores: float32 [n], how sure the network is of it.
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return Roc(np.zeros(0), np.zeros(0), np.nan)
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(positive[order])[ends]
    true = np.append(0.0, hits / n_positive)
    false = np.append(0.0, (1 + ends - hits) / n_negative)
    return Roc(false, true, float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)))


def _tabulate(part: int, label: int, roc: Roc) -> Doubles:
    """Returns the corners of a curve, float64 [n, 4], evenly thinned if there are many."""
    x, y = roc.false_positive_rate, roc.true_positive_rate
    turns = np.diff(x, 2).astype(bool) | np.diff(y, 2).astype(bool)
    kept = (
        np.flatnonzero(np.concatenate([[True], turns, [True]])) if len(x) > 2 else np.arange(len(x))
    )
    if len(kept) > MAX_CORNERS:
        kept = kept[np.linspace(0, len(kept) - 1, MAX_CORNERS).round().astype(int)]
    ones = np.ones(len(kept))
    return np.stack([part * ones, label * ones, x[kept], y[kept]], axis=1)
