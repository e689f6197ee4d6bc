"""Forward and backward pass of one batch in NumPy and float64, every number of it kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import HEADS, head_index, make_targets
from engine.insight.derivatives import (
    Doubles,
    activate_output,
    differentiate,
    differentiate_loss,
    take_largest,
)
from engine.insight.layer_values import select_features
from engine.network import Layout, ParameterArrays
from engine.network.normalization import EPSILON
from engine.spec import Spec


@dataclass(frozen=True)
class Batch:
    """Points that an update is made of, with dropout's factors.

    Attributes:
        rows: numbers among the points.
        x: float32 [rows, 2].
        labels: float32 [rows].
        factors: [rows, units] of each hidden layer.
    """

    rows: Any
    x: Floats
    labels: Floats
    factors: Sequence[Doubles]


@dataclass
class LayerValues:
    """Numbers of one layer, [rows, units] each; gradients are of each row's own loss.

    Of a maxout layer `sums`, `z`, `slopes`, `by_z` and `by_sums` have a number for each piece, and
    slopes are 1 for the largest, 0 for the others.

    With batch normalization rows act on each other; gradients are then of the sum of all losses.

    Attributes:
        sums: weighted inputs plus bias.
        z: pre-activations: the sums, normalized where the layer is.
        a: activations.
        h: what the next layer gets: activations after dropout.
        slopes: f'(z).
        by_h: gradient for h.
        by_z: gradient for z.
        by_sums: gradient for the sums.
        mean: of the batch [units]; empty without batch normalization.
        variance: of the batch [units].
    """

    sums: Doubles
    z: Doubles
    a: Doubles
    h: Doubles
    slopes: Doubles
    by_h: Doubles
    by_z: Doubles
    by_sums: Doubles
    mean: Doubles
    variance: Doubles


@dataclass(frozen=True)
class Passes:
    """Forward and backward pass.

    Attributes:
        layers: features, hidden layers, output.
        losses: of each row.
        targets: [rows, K].
        gradient: of the mean loss for the flat vector, penalty left out.
    """

    layers: list[LayerValues]
    losses: Doubles
    targets: Doubles
    gradient: Doubles


_NONE = np.zeros(0)


def _values(a: Doubles) -> LayerValues:
    """Numbers of a layer that computes nothing."""
    zeros = np.zeros_like(a)
    return LayerValues(a, a, a, a, np.ones_like(a), zeros, zeros, zeros, _NONE, _NONE)


def run_forward(spec: Spec, flat: Doubles, batch: Batch) -> tuple[list[LayerValues], Any]:
    """Runs a network in training.

    Returns:
        The numbers of features, hidden layers and output, gradients all 0; losses with their
        gradients for outputs and logits, and targets.
    """
    params = Layout.of(spec).split(flat)
    layers = [_values(select_features(spec, batch.x))]
    for layer, settings in enumerate(spec.layers):
        sums = layers[-1].h @ params.kernels[layer] + params.biases[layer]
        z, mean, variance = sums, _NONE, _NONE
        if settings.batch_norm:
            mean, variance = sums.mean(axis=0), sums.var(axis=0)
            if not settings.trainable:
                averages = params.means[layer], params.variances[layer]
                mean, variance = (np.asarray(one, np.float64) for one in averages)
            normal = (sums - mean) / np.sqrt(variance + EPSILON)
            z = np.asarray(params.scales[layer] * normal + params.shifts[layer], np.float64)
        a, slopes = differentiate(settings.activation, z, _slopes_of(spec, params, layer))
        a, slopes = take_largest(a, slopes, settings.pieces)
        none = np.zeros_like(a)
        h = a * batch.factors[layer]
        values = LayerValues(sums, z, a, h, slopes, none, none, none, mean, variance)
        layers.append(values)
    logits = layers[-1].h @ params.kernels[-1] + params.biases[-1]
    head = HEADS[head_index(spec.task, spec.resolved_loss)]
    outputs = activate_output(head.activation, logits)
    targets = make_targets(batch.labels, head, spec.n_outputs).astype(np.float64)
    loss = differentiate_loss(head, logits, outputs, targets)
    last = _values(outputs)
    last.sums = last.z = logits
    layers.append(last)
    return layers, (*loss, targets)


def run_both_ways(spec: Spec, flat: Doubles, batch: Batch) -> Passes:
    """Runs a network forward and backward.

    Args:
        spec: the network.
        flat: its parameters.
        batch: the points.
    """
    layout = Layout.of(spec)
    params = layout.split(flat)
    layers, (losses, by_output, by_logits, targets) = run_forward(spec, flat, batch)
    rows = len(losses)
    gradient = np.zeros(layout.size)
    found = layout.split(gradient)
    output = layers[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        output.slopes = np.where(by_output != 0, by_logits / by_output, 0.0)
    output.by_h, output.by_z, output.by_sums = by_output, by_logits, by_logits
    for layer in range(len(spec.layers), -1, -1):
        below, here = layers[layer], layers[layer + 1]
        found.kernels[layer][:] = below.h.T @ here.by_sums / rows
        if layer == len(spec.layers) or not spec.layers[layer].batch_norm:
            # The bias before a normalization would be subtracted again.
            found.biases[layer][:] = here.by_sums.mean(axis=0)
        below.by_h = here.by_sums @ params.kernels[layer].T
        if layer:
            _go_back(spec, params, found, layer - 1, below, batch.factors[layer - 1])
        else:
            below.by_z = below.by_sums = below.by_h
    return Passes(layers, losses, targets, gradient)


def _slopes_of(spec: Spec, params: ParameterArrays, layer: int) -> Any:
    settings = spec.layers[layer]
    if ACTIVATIONS[settings.activation].learned_slope:
        return params.slopes[layer]
    return np.full(settings.sums, np.float32(settings.negative_slope), np.float64)


def _go_back(
    spec: Spec,
    params: ParameterArrays,
    found: ParameterArrays,
    layer: int,
    here: LayerValues,
    factors: Doubles,
) -> None:
    """Goes back through dropout, activation and normalization of a hidden layer."""
    settings, rows = spec.layers[layer], len(here.z)
    by_a = here.by_h * factors
    here.by_z = here.by_sums = np.tile(by_a, settings.pieces) * here.slopes
    if ACTIVATIONS[settings.activation].learned_slope:
        found.slopes[layer][:] = (by_a * np.minimum(here.z, 0.0)).sum(axis=0) / rows
    if settings.batch_norm:
        deviation = np.sqrt(here.variance + EPSILON)
        normal = (here.sums - here.mean) / deviation
        found.scales[layer][:] = (here.by_z * normal).mean(axis=0)
        found.shifts[layer][:] = here.by_z.mean(axis=0)
        rest = here.by_z
        if settings.trainable:
            # Mean and variance depend on the rows of the batch.
            rest = rest - found.shifts[layer] - normal * found.scales[layer]
        here.by_sums = np.asarray(params.scales[layer]) / deviation * rest
