"""Sharpness: the largest eigenvalue of the Hessian of what is trained, and where it has to stop.

Gradient descent with a fixed rate oscillates, and then diverges, along a direction in which the
loss is curved more than 2 / rate. Networks trained on whole batches come to that edge and stay
there: the edge of stability.

References:
    Cohen, Kaur, Li, Kolter, Talwalkar, "Gradient Descent on Neural Networks Typically Occurs at
    the Edge of Stability", 2021, arXiv:2103.00065.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.data.datasets import Dataset
from engine.insight.backpropagation import Batch, run_both_ways
from engine.insight.derivatives import Doubles
from engine.insight.gradual import Gradual
from engine.insight.one_step import NUDGE, find_factor
from engine.insight.surfaces.path import PathPoint
from engine.network import Layout
from engine.spec import Spec

#: Share of the time that goes into it while a run goes on.
SHARE = 0.02
#: Rows of a product; more of them would go to threads of the BLAS.
ROWS = 128
#: Products with the Hessian for one number, at most.
MOST_PRODUCTS = 32
#: Share of the sharpness that the remainder is once it is known.
PRECISION = 1e-3
#: Of the vector that the next search begins with, the share that is drawn anew: what was not the
#: largest may have become it.
FRESH = 0.05
#: Numbers that are kept, at most; every second one goes when there are more.
MOST_ROWS = 128


@dataclass(frozen=True)
class Sharpness:
    """The sharpness of one step.

    Attributes:
        step: updates done.
        value: the largest eigenvalue.
        limit: what it may be at most for the optimizer to settle; NaN where there is no such.
        vector: float64 [n], the direction in which the loss is curved so.
    """

    step: int
    value: float
    limit: float
    vector: Doubles


class SharpnessHistory:
    """Sharpness of one run while it is looked at."""

    def __init__(self) -> None:
        self._current: Gradual[Sharpness] = Gradual(SHARE)
        self._key: Any = None
        self._rows: list[Sharpness] = []

    def show(
        self, spec: Spec, data: Dataset, key: Any, present: PathPoint, *, now: bool
    ) -> Slices[Floats | None]:
        """Returns float32 [n, 3], steps, sharpness and limit (NaN: none); None before the first.

        Args:
            spec: the network.
            data: its points.
            key: what the numbers are of; another one begins anew.
            present: the run at this step.
            now: whether the last row has to be of this step.
        """
        if key != self._key:
            self._key, self._rows = key, []
        self._rows = [row for row in self._rows if row.step <= present.step]
        last = self._rows[-1].vector if self._rows else None

        def begin() -> Slices[Sharpness]:
            return measure_sharpness(spec, data, present, last)

        newest = yield from self._current.get((key, spec), begin, now=now)
        if newest is not None and newest.step <= present.step:
            self._keep(newest)
        if not self._rows:
            return None
        rows = [(row.step, row.value, row.limit) for row in self._rows]
        return np.array(rows, np.float32)

    def _keep(self, newest: Sharpness) -> None:
        if self._rows and self._rows[-1] is newest:
            return
        if self._rows and self._rows[-1].step >= newest.step:
            self._rows.pop()
        self._rows.append(newest)
        if len(self._rows) > MOST_ROWS:
            del self._rows[1::2]


def measure_sharpness(
    spec: Spec,
    data: Dataset,
    present: PathPoint,
    start: Doubles | None,
    precision: float = PRECISION,
) -> Slices[Sharpness]:
    """Finds the largest eigenvalue of the Hessian, a product of it and a vector at a time.

    The Hessian is that of what updates change: frozen layers are left out.

    Lanczos: power iteration that keeps all of its vectors, and takes the best one in their span.

    Args:
        spec: the network.
        data: its points.
        present: the run at this step.
        start: the direction that was found last.
        precision: it is known once the remainder is this share of it.
    """
    flat = present.params.astype(np.float64)
    trained = Layout.of(spec).spread(spec.trainable)
    vector = _draw(trained, start)
    basis: list[Doubles] = []
    products: list[Doubles] = []
    value, best = 0.0, vector
    for _ in range(min(MOST_PRODUCTS, int(trained.sum()))):
        basis.append(vector)
        products.append(trained * (yield from multiply_hessian(spec, data, flat, vector)))
        span, image = np.stack(basis), np.stack(products)
        values, coordinates = np.linalg.eigh((span @ image.T + image @ span.T) / 2)
        value, chosen = float(values[-1]), coordinates[:, -1]
        best = chosen @ span
        rest = products[-1] - span.T @ (span @ products[-1])
        rest -= span.T @ (span @ rest)
        size = float(np.linalg.norm(rest))
        if not np.isfinite(size) or size * abs(chosen[-1]) <= precision * abs(value):
            break
        vector = rest / size
    return Sharpness(present.step, value, find_limit(spec, find_factor(spec, present.step)), best)


def multiply_hessian(spec: Spec, data: Dataset, flat: Doubles, vector: Doubles) -> Slices[Doubles]:
    """Multiplies the Hessian of the mean train loss and the L2 penalty by a vector.

    The central difference of two gradients in float64, which leaves eight digits. The L1 penalty
    has no curvature. Without dropout; batches that are normalized are all train points.

    Args:
        spec: the network.
        data: its points.
        flat: float64 [n], its parameters.
        vector: float64 [n], of length 1.

    Returns:
        float64 [n].
    """
    n = data.n_train
    size = n if spec.normalized else ROWS
    product = 2 * spec.regularization.l2 * Layout.of(spec).kernel_mask * vector
    for start in range(0, n, size):
        rows = np.arange(start, min(start + size, n))
        ones = [np.ones((len(rows), layer.units)) for layer in spec.layers]
        batch = Batch(rows, data.x[rows], data.labels[rows], ones)
        ahead, behind = (
            run_both_ways(spec, flat + side * NUDGE * vector, batch).gradient for side in (1, -1)
        )
        product = product + (ahead - behind) / (2 * NUDGE) * len(rows) / n
        yield
    return product


def _draw(trained: NDArray[np.bool_], start: Doubles | None) -> Doubles:
    n = len(trained)
    fresh = np.random.Generator(np.random.Philox(key=np.zeros(2, np.uint64))).standard_normal(n)
    fresh /= np.linalg.norm(fresh)
    vector = fresh if start is None or len(start) != n else start + FRESH * fresh
    vector = trained * vector
    # Where every layer is frozen there is no direction.
    return vector / max(float(np.linalg.norm(vector)), 1e-300)


def find_limit(spec: Spec, factor: float) -> float:
    """Returns the sharpness beyond which an optimizer with a rate of its own diverges.

    SGD: 2 / rate. Momentum b: (2 + 2 b) / rate. Nesterov: (2 + 2 b) / ((1 + 2 b) rate). Others
    give each weight a rate of its own: NaN.

    Args:
        spec: the network.
        factor: what the schedule multiplies the learning rate by.
    """
    optimizer = spec.optimizer
    rate, momentum = optimizer.learning_rate * factor, optimizer.momentum
    if rate <= 0:
        return float("nan")
    if optimizer.name == "sgd":
        return 2 / rate
    if optimizer.name == "momentum":
        return (2 + 2 * momentum) / rate
    if optimizer.name == "nesterov":
        return (2 + 2 * momentum) / ((1 + 2 * momentum) * rate)
    return float("nan")
