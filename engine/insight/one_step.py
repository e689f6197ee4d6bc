"""One step: every number of a network's next update, from the inputs to the new weights.

Forward pass, loss, backward pass, penalty, clipping and optimizer in NumPy and float64; the very
batch and the very factors of dropout that the run takes next. Nothing is compiled, and no state is
changed. Tests hold it to the update that the programs make, and to finite differences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.data.datasets import Dataset
from engine.data.shuffles import shuffle_rows
from engine.frames.frames import StepRequest
from engine.functions.optimizer_registry import pack_coefficients
from engine.functions.schedules import SCHEDULES
from engine.functions.update_rule import Coefficients, update
from engine.insight.backpropagation import Batch, LayerValues, Passes, run_both_ways, run_forward
from engine.insight.derivatives import Doubles
from engine.insight.dropout_factors import draw_factors
from engine.network import Layout
from engine.network.normalization import MOMENTUM
from engine.programs.training import State
from engine.spec import Spec

#: Rows of a batch that a description holds, at most; means and gradients are always of all.
MAX_ROWS = 32
#: How far a parameter is moved to both sides for a finite difference.
NUDGE = 1e-5
#: Columns of `step_parameters`.
PARAMETER_COLUMNS = (
    "old", "loss_gradient", "penalty_gradient", "gradient", "old_m", "new_m", "old_v", "new_v",
    "change", "new",
)  # fmt: skip
#: Numbers of `step_summary`.
SUMMARY = (
    "point", "batch", "loss", "penalty", "rate", "factor", "updates", "norm", "clip", "correct_m",
    "correct_v", "difference", "checked", "numeric",
)  # fmt: skip
#: Numbers of `step_values`, for each row and unit.
VALUES = ("sums", "z", "a", "h", "slopes", "by_h", "by_z", "by_sums")


@dataclass(frozen=True)
class Position:
    """Network and counters before the update.

    Attributes:
        spec: the network.
        data: the points.
        state: parameters and moments.
        counters: where training stands.
    """

    spec: Spec
    data: Dataset
    state: State[Floats]
    counters: Counters


def choose_batch(position: Position, point: int | None) -> Batch:
    """Returns the next batch of a run, or a train point as a batch of its own."""
    spec, data, counters = position.spec, position.data, position.counters
    if point is None:
        first = counters.first * spec.batch_size
        order = shuffle_rows(spec.seed, counters.epoch, data.n_train)
        rows = order[first : first + spec.batch_size]
    else:
        rows = np.array([min(point, data.n_train - 1)])
    rates = [layer.dropout for layer in spec.layers]
    units = [layer.units for layer in spec.layers]
    factors = draw_factors(spec.seed, counters.step, rates, units, len(rows))
    return Batch(rows, data.x[rows], data.labels[rows], factors)


def take_alone(position: Position, point: int) -> tuple[Dataset, Counters]:
    """Returns data and counters with which a program's next batch is one train point."""
    row = min(point, position.data.n_train - 1)
    x, labels = position.data.x[[row, row]], position.data.labels[[row, row]]
    return Dataset(x, labels, 1), replace(position.counters, first=0)


def describe_step(
    position: Position, request: StepRequest, engine_params: Floats | None = None
) -> dict[str, NDArray[Any]]:
    """Describes the next update of a network.

    Args:
        position: network and counters before it.
        request: what of it.
        engine_params: float32 [n], parameters after the update that a program made; None if none.

    Returns:
        `step_summary` float32 [14], the numbers of `SUMMARY`; `step_examples` float32
        [rows, 5 + K], row, x1, x2, label, loss and targets of the batch's first rows;
        `step_values` float32 [8, rows, sums], the `VALUES` of features, hidden units and outputs,
        of maxout units for each piece, where what a unit has one of (`a`, `h`, `by_h`) stands with
        its first piece; `step_units` float32 [hidden sums, 2], mean and variance of the batch
        before its normalization, 0 without; `step_parameters` float32 [n, 10],
        `PARAMETER_COLUMNS`.
    """
    spec, layout = position.spec, Layout.of(position.spec)
    batch = choose_batch(position, request.point)
    flat = position.state.params.astype(np.float64)
    passes = run_both_ways(spec, flat, batch)
    table, numbers = _update(position, flat, passes)
    numbers["difference"] = -1.0
    if engine_params is not None:
        numbers["difference"] = float(np.abs(table[:, -1] - engine_params).max(initial=0.0))
        table[:, -1] = engine_params
    numbers |= {
        "point": -1 if request.point is None else int(batch.rows[0]),
        "batch": len(batch.rows),
        "loss": float(passes.losses.mean()),
        "penalty": _penalty(spec, flat),
        "checked": -1,
    }
    if request.check is not None and request.check < layout.size:
        numbers["checked"] = request.check
        numbers["numeric"] = measure_slope(spec, flat, batch, request.check)
    some = slice(0, MAX_ROWS)
    places = position.data.plane.project(batch.x)
    examples = np.column_stack([batch.rows, places, batch.labels, passes.losses, passes.targets])[
        some
    ]
    joined = [
        np.concatenate([_fill_up(getattr(part, name)[some], part) for part in passes.layers], 1)
        for name in VALUES
    ]
    return {
        "step_summary": _narrow([numbers.get(name, 0.0) for name in SUMMARY]),
        "step_examples": _narrow(examples),
        "step_values": _narrow(joined),
        "step_units": _narrow(_describe_normalization(spec, passes)),
        "step_parameters": _narrow(table),
    }


def _fill_up(values: Doubles, layer: LayerValues) -> Doubles:
    """Returns [rows, sums] of [rows, units], with zeros for all pieces of a unit but the first."""
    return np.pad(values, ((0, 0), (0, layer.sums.shape[1] - values.shape[1])))


def measure_slope(spec: Spec, flat: Doubles, batch: Batch, index: int) -> float:
    """Returns the central difference of loss and penalty for one parameter."""
    ends = []
    for side in (NUDGE, -NUDGE):
        moved = flat.copy()
        moved[index] += side
        _, (losses, *_) = run_forward(spec, moved, batch)
        ends.append(float(losses.mean()) + _penalty(spec, moved))
    return (ends[0] - ends[1]) / (2 * NUDGE)


def _narrow(values: Any) -> Floats:
    """Float32, with the largest number there is in place of infinity and 0 for none."""
    most = float(np.finfo(np.float32).max)
    wide = np.asarray(values, np.float64)
    return np.clip(np.nan_to_num(wide, posinf=most, neginf=-most), -most, most).astype(np.float32)


def _penalty(spec: Spec, flat: Doubles) -> float:
    kernels = flat * Layout.of(spec).kernel_mask
    l1, l2 = spec.regularization.l1, spec.regularization.l2
    return float(l1 * np.abs(kernels).sum() + l2 * (kernels**2).sum())


def find_factor(spec: Spec, step: int) -> float:
    """Returns what the schedule multiplies the rate of an update by, see `rate_factor`."""
    schedule = spec.schedule
    if step < schedule.warmup_steps:
        return step / schedule.warmup_steps
    numbers = {
        "t": float(step - schedule.warmup_steps),
        "steps": float(schedule.decay_steps),
        "rate": schedule.decay_rate,
    }
    # The expression that exported sources compute the factor by.
    names = {name: name for name in numbers}
    code = SCHEDULES[schedule.name].code.format(
        floor="math.floor", cos="math.cos", minimum="min", **names
    )
    return float(eval(code, {"math": math, "min": min}, numbers))


def _update(position: Position, flat: Doubles, passes: Passes) -> tuple[Doubles, dict[str, float]]:
    """Returns the `PARAMETER_COLUMNS` [n, 10] of an update, and numbers of the summary.

    Layers that are not trainable have no gradient for the optimizer, and keep all numbers.
    """
    spec, layout = position.spec, Layout.of(position.spec)
    frozen = ~layout.spread(spec.trainable)
    l1, l2 = spec.regularization.l1, spec.regularization.l2
    mask = layout.kernel_mask
    by_penalty = mask * (l1 * np.sign(flat) + 2.0 * l2 * flat)
    whole = np.where(frozen, 0.0, passes.gradient + by_penalty)
    norm = float(np.linalg.norm(whole))
    most = spec.optimizer.clip_norm
    clip = 1.0 if most is None or norm < most else most / norm
    gradient = whole * clip
    packed = pack_coefficients(spec.optimizer.name, spec.optimizer.rates).astype(np.float64)
    coefficients = Coefficients(*packed.tolist())
    factor = find_factor(spec, position.counters.step)
    rate = float(np.float32(spec.optimizer.learning_rate)) * factor
    t = position.counters.updates + 1
    m, v = position.state.m.astype(np.float64), position.state.v.astype(np.float64)
    # With a rate of 1 the difference is what the rate is multiplied by.
    given: tuple[Any, ...] = (1.0, np.float64(t), flat, gradient, m, v)
    stepped, new_m, new_v = update(coefficients, *given, numpy=np)
    change = flat - stepped
    new = flat - rate * change
    _move_averages(spec, flat, new, passes)
    for moved, before in ((change, 0.0), (new, flat), (new_m, m), (new_v, v)):
        moved[...] = np.where(frozen, before, moved)
    columns = [flat, passes.gradient, by_penalty, gradient, m, new_m, v, new_v, change, new]
    numbers = {
        "rate": rate,
        "factor": factor,
        "updates": t,
        "norm": norm,
        "clip": clip,
        "correct_m": 1 - coefficients.decay_m**t,
        "correct_v": 1 - coefficients.decay_v**t,
    }
    return np.stack(columns, axis=1), numbers


def _move_averages(spec: Spec, flat: Doubles, new: Doubles, passes: Passes) -> None:
    """Moves the moving averages, which the optimizer leaves alone, towards those of the batch."""
    layout = Layout.of(spec)
    if not layout.normalized:
        return
    new[layout.moving_statistics_slice] = flat[layout.moving_statistics_slice]
    moved = layout.split(new)
    for layer, settings in enumerate(spec.layers):
        if settings.batch_norm and settings.trainable:
            values = passes.layers[layer + 1]
            for average, seen in (
                (moved.means[layer], values.mean),
                (moved.variances[layer], values.variance),
            ):
                average[:] = MOMENTUM * average + (1 - MOMENTUM) * seen


def _describe_normalization(spec: Spec, passes: Passes) -> Doubles:
    parts = [np.zeros((0, 2))]
    for settings, values in zip(spec.layers, passes.layers[1:-1], strict=True):
        pair = np.zeros((settings.sums, 2))
        if settings.batch_norm:
            pair[:] = np.stack([values.mean, values.variance], axis=1)
        parts.append(pair)
    return np.concatenate(parts)
