"""A second engine to compare with: plain NumPy, float64, nothing shared with `engine`.

Parameters are one flat vector: per dense layer the kernel [in, out] row by
row, then the bias; at the end one slope per hidden unit and, if any layer is
normalized, all scales, shifts, moving means and moving variances. Gradients
are central differences of the objective.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Spec

Doubles = NDArray[np.float64]

_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(z: Doubles) -> Doubles:
    return np.exp(-np.logaddexp(0.0, -z))


def _softplus(z: Doubles) -> Doubles:
    return np.logaddexp(0.0, z)


def _elu(z: Doubles, alpha: float) -> Doubles:
    return np.where(z > 0, z, alpha * (np.exp(np.minimum(z, 0)) - 1))


#: (z, slope) -> activation.
ACTIVATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "linear": lambda z, s: z,
    "sigmoid": lambda z, s: _sigmoid(z),
    "tanh": lambda z, s: np.tanh(z),
    "relu": lambda z, s: np.maximum(z, 0),
    "leaky_relu": lambda z, s: np.maximum(z, 0) + s * np.minimum(z, 0),
    "prelu": lambda z, s: np.maximum(z, 0) + s * np.minimum(z, 0),
    "elu": lambda z, s: _elu(z, 1.0),
    "selu": lambda z, s: 1.0507009873554805 * _elu(z, 1.6732632423543772),
    "gelu": lambda z, s: z * 0.5 * (1 + _erf(z / math.sqrt(2))),
    "silu": lambda z, s: z * _sigmoid(z),
    "mish": lambda z, s: z * np.tanh(_softplus(z)),
    "softplus": lambda z, s: _softplus(z),
    "sin": lambda z, s: np.sin(z),
    "step": lambda z, s: (z >= 0).astype(float),
    "maxout": lambda z, s: z,
}
#: Weighted sums of each unit, where it has several: all first pieces, then all second.
PIECES = {"maxout": 2}
#: Activations with a corner or a jump at 0.
KINKED = frozenset({"relu", "leaky_relu", "prelu", "selu", "step"})

FEATURES: dict[str, Callable[[Doubles, Doubles], Doubles]] = {
    "x1": lambda a, b: a,
    "x2": lambda a, b: b,
    "x1_squared": lambda a, b: a**2,
    "x2_squared": lambda a, b: b**2,
    "x1_x2": lambda a, b: a * b,
    "sin_x1": lambda a, b: np.sin(a),
    "sin_x2": lambda a, b: np.sin(b),
    "cos_x1": lambda a, b: np.cos(a),
    "cos_x2": lambda a, b: np.cos(b),
    "radius": np.hypot,
}


@dataclass
class Run:
    """What a forward pass computes; rows are points.

    Attributes:
        outputs: [n, K], after the output activation.
        logits: [n, K], before it.
        hidden: per hidden layer [n, units], before dropout.
        pre: per hidden layer [n, sums], before the activation.
    """

    outputs: Doubles
    logits: Doubles
    hidden: list[Doubles]
    pre: list[Doubles]


def widths(spec: Spec) -> list[int]:
    """Units from the features to the output."""
    return [len(spec.features), *(layer.units for layer in spec.layers), spec.n_outputs]


def sums(spec: Spec) -> list[int]:
    """Weighted sums of every hidden layer."""
    return [layer.units * PIECES.get(layer.activation, 1) for layer in spec.layers]


def kernel_shapes(spec: Spec) -> list[tuple[int, int]]:
    """[in, sums] of every dense layer."""
    return list(zip(widths(spec)[:-1], [*sums(spec), spec.n_outputs], strict=True))


def n_weights(spec: Spec) -> int:
    """Kernels and biases."""
    return sum(a * b + b for a, b in kernel_shapes(spec))


def is_normalized(spec: Spec) -> bool:
    """Whether any layer is normalized."""
    return any(layer.batch_norm for layer in spec.layers)


def n_flat(spec: Spec) -> int:
    """Everything that a trainer saves."""
    return n_weights(spec) + sum(sums(spec)) * (5 if is_normalized(spec) else 1)


def split(spec: Spec, flat: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """Returns kernels, biases and slopes."""
    at = 0
    kernels, biases, slopes = [], [], []
    for rows, columns in kernel_shapes(spec):
        kernels.append(flat[at : at + rows * columns].reshape(rows, columns))
        at += rows * columns
        biases.append(flat[at : at + columns])
        at += columns
    for count in sums(spec):
        slopes.append(flat[at : at + count])
        at += count
    assert len(flat) == n_flat(spec)
    return kernels, biases, slopes


def split_normal(spec: Spec, flat: Any) -> list[list[Any]]:
    """Returns scales, shifts, means and variances of every hidden layer."""
    counts = sums(spec)
    ends = np.cumsum(counts)[:-1]
    rest = flat[n_weights(spec) + sum(counts) :].reshape(4, sum(counts))
    return [np.split(row, ends) for row in rest]


def features(spec: Spec, x: Any) -> Doubles:
    """[n, features] of points [n, 2]."""
    points = np.asarray(x, float)
    return np.stack([FEATURES[name](points[:, 0], points[:, 1]) for name in spec.features], axis=1)


def forward(
    spec: Spec,
    flat: Any,
    x: Any,
    masks: Sequence[Doubles] | None = None,
    *,
    training: bool = False,
) -> Run:
    """Runs the network.

    Args:
        spec: the network.
        flat: its parameters.
        x: [n, 2].
        masks: [n, units] of each hidden layer, dropout's factors.
        training: whether layers are normalized by these rows, not by moving averages; frozen
            ones never are.
    """
    flat = np.asarray(flat, float)
    kernels, biases, slopes = split(spec, flat)
    normal = split_normal(spec, flat) if is_normalized(spec) else []
    h, hidden, pre = features(spec, x), [], []
    for i, layer in enumerate(spec.layers):
        z = h @ kernels[i] + biases[i]
        if layer.batch_norm:
            scale, shift, mean, variance = (values[i] for values in normal)
            if training and layer.trainable:
                mean, variance = z.mean(axis=0), z.var(axis=0)
            z = scale * (z - mean) / np.sqrt(variance + 1e-3) + shift
        learned = layer.activation == "prelu"
        slope = slopes[i] if learned else np.float64(layer.negative_slope)
        h = ACTIVATIONS[layer.activation](z, slope)
        if layer.activation in PIECES:
            h = np.maximum(*np.split(h, 2, axis=1))
        pre.append(z)
        hidden.append(h)
        if masks is not None:
            h = h * masks[i]
    logits = h @ kernels[-1] + biases[-1]
    return Run(activate_output(spec, logits), logits, hidden, pre)


def activate_output(spec: Spec, z: Doubles) -> Doubles:
    """Applies the output activation to logits [n, K]."""
    if spec.task == "multiclass":
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    if spec.task == "regression" or spec.resolved_loss == "hinge":
        return z
    return _sigmoid(z) if spec.resolved_loss == "binary_crossentropy" else np.tanh(z)


def loss_rows(spec: Spec, run: Run, labels: Any) -> Doubles:
    """The loss of every row."""
    labels = np.asarray(labels, float)
    name = spec.resolved_loss
    if spec.task == "multiclass":
        y = np.eye(spec.n_outputs)[labels.astype(int)]
        if name == "mean_squared_error":
            return ((run.outputs - y) ** 2).mean(axis=1)
        shifted = run.logits - run.logits.max(axis=1, keepdims=True)
        return -(y * (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))).sum(axis=1)
    p, z = run.outputs[:, 0], run.logits[:, 0]
    if name == "binary_crossentropy":
        return labels * np.logaddexp(0, -z) + (1 - labels) * np.logaddexp(0, z)
    y = 2 * labels - 1 if spec.task == "binary" else labels
    if name == "hinge":
        return np.maximum(0, 1 - y * p)
    error = np.abs(p - y)
    if name == "mean_squared_error":
        return error**2
    if name == "mean_absolute_error":
        return error
    assert name == "huber"
    return np.where(error <= 1, 0.5 * error**2, error - 0.5)


def penalty(spec: Spec, flat: Any) -> float:
    """l1 sum|w| + l2 sum w^2 over the kernels."""
    kernels, _, _ = split(spec, np.asarray(flat, float))
    l1, l2 = spec.regularization.l1, spec.regularization.l2
    return float(sum(l1 * np.abs(k).sum() + l2 * (k**2).sum() for k in kernels))


def right_rows(spec: Spec, run: Run, labels: Any) -> NDArray[np.bool_]:
    """Whether each answer is right: the nearer target, or the largest of K."""
    labels = np.asarray(labels)
    if spec.task == "multiclass":
        return run.outputs.argmax(axis=1) == labels
    low = 0.0 if spec.resolved_loss == "binary_crossentropy" else -1.0
    nearer_one = np.abs(run.outputs[:, 0] - 1) <= np.abs(run.outputs[:, 0] - low)
    return nearer_one == (labels > 0)


def measure(
    spec: Spec, flat: Any, x: Any, labels: Any, n_train: int, n_validation: int = 0
) -> dict[str, float]:
    """The contract's metrics but step and epoch."""
    first_test = n_train + n_validation
    parts = {"train": slice(None, n_train), "test": slice(first_test, None)}
    if n_validation:
        parts["validation"] = slice(n_train, first_test)
    run = forward(spec, flat, x)
    rows = loss_rows(spec, run, labels)
    found = {"penalty": penalty(spec, flat)}
    for name, part in parts.items():
        found[f"{name}_loss"] = float(rows[part].mean())
        if spec.task == "regression":
            y = np.asarray(labels, float)[part]
            square = float(((run.outputs[part, 0] - y) ** 2).mean())
            found[f"{name}_rmse"] = math.sqrt(square)
            variance = float(((y - y.mean()) ** 2).mean())
            found[f"{name}_r2"] = 1 - square / variance if variance else float(square == 0)
        else:
            found[f"{name}_accuracy"] = float(right_rows(spec, run, labels)[part].mean())
    return found


def objective(
    spec: Spec, flat: Any, x: Any, labels: Any, masks: Sequence[Doubles] | None = None
) -> float:
    """Mean loss plus penalty: what training makes smaller."""
    rows = loss_rows(spec, forward(spec, flat, x, masks, training=True), labels)
    return float(rows.mean()) + penalty(spec, flat)


def gradient(
    spec: Spec,
    flat: Any,
    x: Any,
    labels: Any,
    masks: Sequence[Doubles] | None = None,
    eps: float = 1e-6,
) -> Doubles:
    """Central differences of the objective; |w| has slope 0 at 0, as sign(0) is."""
    flat = np.asarray(flat, float)
    found = np.zeros_like(flat)
    for i in range(len(flat)):
        ends = []
        for side in (eps, -eps):
            moved = flat.copy()
            moved[i] += side
            ends.append(objective(spec, moved, x, labels, masks))
        found[i] = (ends[0] - ends[1]) / (2 * eps)
    return found


def clip(gradient: Doubles, norm: float | None) -> Doubles:
    """Clips by the global norm."""
    length = float(np.linalg.norm(gradient))
    return gradient if norm is None or length < norm else gradient * (norm / length)


def margin(spec: Spec, flat: Any, x: Any, labels: Any) -> float:
    """How far the nearest corner or jump of the loss is, in pre-activations and errors."""
    run = forward(spec, flat, x, training=True)
    gaps = [math.inf]
    for layer, z in zip(spec.layers, run.pre, strict=True):
        if layer.activation in KINKED:
            gaps.append(float(np.abs(z).min()))
        if layer.activation in PIECES:
            gaps.append(float(np.abs(np.subtract(*np.split(z, 2, axis=1))).min()))
    y = np.asarray(labels, float)
    if spec.resolved_loss in {"mean_absolute_error", "huber", "hinge"}:
        target = 2 * y - 1 if spec.task == "binary" else y
        size = np.abs(run.outputs[:, 0] - target)
        corner = {"mean_absolute_error": 0.0, "huber": 1.0, "hinge": None}[spec.resolved_loss]
        gap = 1 - target * run.outputs[:, 0] if corner is None else size - corner
        gaps.append(float(np.abs(gap).min()))
    return min(gaps)
