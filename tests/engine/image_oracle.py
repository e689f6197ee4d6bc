"""Networks for images in plain NumPy, float64: what the engine is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Spec, Trainer
from engine.data.shuffles import shuffle_rows
from tests.engine import oracle

Doubles = NDArray[np.float64]


def logits(spec: Spec, flat: Any, images: Any) -> tuple[Doubles, list[Doubles]]:
    """Logits [n, K] and hidden activations of images of 0..255, in training's own moments.

    Normalized layers use the moments of the images given.
    """
    at, h = 0, np.asarray(images, float) / 255
    hidden = []
    shapes = list(zip(spec.widths, [*oracle.sums(spec), spec.n_outputs], strict=False))
    n_units, n_dense = sum(oracle.sums(spec)), sum(a * b + b for a, b in shapes)
    kinds = 5 if spec.normalized else 1
    numbers = np.asarray(flat, float)[n_dense:].reshape(kinds, n_units)
    unit = 0
    for layer, (rows, columns) in enumerate(shapes):
        kernel = np.asarray(flat[at : at + rows * columns], float).reshape(rows, columns)
        at += rows * columns
        bias = np.asarray(flat[at : at + columns], float)
        at += columns
        z = h @ kernel + bias
        if layer == len(spec.layers):
            return z, hidden
        one, own = spec.layers[layer], slice(unit, unit + columns)
        unit += columns
        if one.batch_norm:
            z = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-3)
            z = numbers[1, own] * z + numbers[2, own]
        slope = numbers[0, own] if one.activation == "prelu" else one.negative_slope
        h = oracle.ACTIVATIONS[one.activation](z, slope)
        if one.activation in oracle.PIECES:
            h = np.maximum(*np.split(h, 2, axis=1))
        hidden.append(h)
    raise AssertionError


def loss(spec: Spec, flat: Any, images: Any, labels: Any) -> float:
    """Mean loss and penalty."""
    z, _ = logits(spec, flat, images)
    top = z.max(axis=1, keepdims=True)
    log_p = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
    one_hot = np.eye(spec.n_outputs)[np.asarray(labels, int)]
    if spec.resolved_loss == "categorical_crossentropy":
        mean = -(log_p * one_hot).sum(axis=1).mean()
    else:
        mean = np.square(np.exp(log_p) - one_hot).mean()
    at, penalty = 0, 0.0
    for rows, columns in zip(spec.widths, [*oracle.sums(spec), spec.n_outputs], strict=False):
        kernel = np.asarray(flat[at : at + rows * columns], float)
        penalty += spec.regularization.l1 * np.abs(kernel).sum()
        penalty += spec.regularization.l2 * np.square(kernel).sum()
        at += rows * columns + columns
    return float(mean + penalty)


def batch(trainer: Trainer, step: int) -> tuple[Any, Any]:
    """Images [n, pixels] and labels of the batch that an update uses."""
    spec, images = trainer.spec, trainer.data.images
    n = len(images.train_images)
    epoch, place = divmod(step, -(-n // spec.batch_size))
    order = shuffle_rows(spec.seed, epoch, n)
    rows = order[place * spec.batch_size : (place + 1) * spec.batch_size]
    return images.train_images[rows].reshape(len(rows), -1), images.train_labels[rows]
