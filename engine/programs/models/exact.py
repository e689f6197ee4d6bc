"""Exact models: one network with every choice of its training compiled in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from engine.base.arrays import Floats
from engine.base.counters import count_batches
from engine.base.loops import FOLDING_OPTIONS
from engine.data.datasets import Dataset
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES
from engine.functions.update_rule import Terms
from engine.network import (
    BatchStatistics,
    Drop,
    FlatParameters,
    Layout,
    ParameterArrays,
    Parameters,
    SplitParameters,
    by_batch,
    draw_dropout,
)
from engine.programs.models.exact_network import ExactNetwork
from engine.programs.models.inputs import Choices, Inputs, Rates, pack_rates, unpack_rates
from engine.programs.models.pixels import read_images
from engine.programs.models.plane_arrays import Indices, PlaneArrays, pixel_features
from engine.programs.models.sizes import (
    BOUNDARY,
    FUSED_OPERATIONS,
    MOST_OPERATIONS,
    NARROW_ROWS,
    NARROW_UNITS,
    Sizes,
    epochs_per_call,
)
from engine.spec import Spec

#: (batch) -> inputs of its rows, lying as the network takes them, and targets [K, rows].
TakeBatch = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True)
class ExactModel:
    """A network as it is trained and shown: the key of an exact program.

    Attributes:
        network: the network.
        features: inputs of points, by index in those of the data set; none for images.
        dropped: whether a hidden layer drops units.
        optimizer: the update rule's name; None where its coefficients say which one it is.
        schedule: index in `schedules.SCHEDULES`.
        warmup: whether the learning rate warms up.
        regularized: whether there is a penalty.
        clipped: whether gradients are clipped.
        batch: rows of a batch.
        n_train: rows of an epoch.
        trainable: whether updates change a layer, the output layer last.
        n_rows: rows of points that are shown; 0 for images.
        tile: side of the units' tiles; 0 for images.
        n_validation: rows behind the train rows that are measured as a part of their own.
        padded: whether hidden layers have room for more units than a network may have; then
            `Inputs.mask` says which numbers of the flat vector there are, bool [n], and all
            others stay 0.
    """

    network: ExactNetwork
    features: tuple[int, ...]
    dropped: tuple[bool, ...]
    optimizer: str | None
    schedule: int
    warmup: bool
    regularized: bool
    clipped: bool
    batch: int
    n_train: int
    trainable: tuple[bool, ...]
    n_rows: int = 0
    tile: int = 0
    n_validation: int = 0
    padded: bool = False

    @classmethod
    def of(
        cls, spec: Spec, n_train: int, n_rows: int = 0, tile: int = 0, n_validation: int = 0
    ) -> ExactModel:
        """Describes a spec's own program for a data set of so many rows."""
        images = spec.data.is_images
        return cls(
            network=ExactNetwork.of(spec),
            features=() if images else spec.input_columns,
            dropped=tuple(layer.dropout > 0 for layer in spec.layers),
            optimizer=spec.optimizer.name,
            schedule=SCHEDULES.index(spec.schedule.name),
            warmup=spec.schedule.warmup_steps > 0,
            regularized=spec.regularization.l1 > 0 or spec.regularization.l2 > 0,
            clipped=spec.optimizer.clip_norm is not None,
            batch=min(spec.batch_size, n_train),
            n_train=n_train,
            trainable=spec.trainable,
            n_rows=n_rows,
            tile=tile,
            n_validation=n_validation,
        )

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Computed once: every frame looks its program up."""
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    def pad_units(self, units: int) -> ExactModel:
        """Returns a model with room for so many units in every hidden layer."""
        widths = self.network.widths
        padded = (widths[0], *(units for _ in widths[1:-1]), widths[-1])
        return replace(self, network=replace(self.network, widths=padded), padded=True)

    @property
    def layout(self) -> Layout:
        """Layout of the parameters: the exact one, or that of all there is room for."""
        return self.network.layout

    @property
    def axis(self) -> int:
        """Along which rows of data lie in `forward`."""
        return self.network.axis

    @cached_property
    def parameters(self) -> Parameters:
        """The form of parameters while training: one vector where products are library calls."""
        flat = self.axis and not self.fused
        return FlatParameters(self.layout) if flat else SplitParameters(self.layout)

    @property
    def term_sets(self) -> tuple[Terms, ...]:
        """Terms that the optimizer uses, as the only choice."""
        return (Terms() if self.optimizer is None else OPTIMIZERS[self.optimizer].terms,)

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate depends on the step."""
        return self.schedule != SCHEDULES.index("constant") or self.warmup

    @property
    def batches(self) -> int:
        """Updates of an epoch."""
        return count_batches(self.n_train, self.batch)

    @property
    def rows(self) -> int:
        """Rows of a batch whose gradient one call computes: all of them, or an equal part.

        It depends on shapes alone, so that training repeats bit for bit. Batch normalization
        needs the mean and variance of the whole batch, so its batches stay whole.
        """
        operations = 6 * self.layout.n_weights * self.batch
        if self.layout.normalized or operations <= MOST_OPERATIONS:
            return self.batch
        calls = min(self.batch, math.ceil(operations / MOST_OPERATIONS))
        return -(-self.batch // calls)

    @property
    def largest_product(self) -> int:
        """Multiplications of the largest product of a batch."""
        return self.batch * max(a * b for a, b in pairwise(self.network.widths))

    @property
    def narrow(self) -> bool:
        """Whether matrix products are so small that XLA is to write them out itself."""
        small = max(self.network.widths) <= NARROW_UNITS and self.batch <= NARROW_ROWS
        return bool(self.axis) and small

    @property
    def compiler_options(self) -> dict[str, Any]:
        """Options of XLA for this model's turn."""
        return FOLDING_OPTIONS if self.narrow else {}

    @property
    def fused(self) -> bool:
        """Whether products of an update are multiplications and sums, so that its loop folds."""
        pays = self.layout.n_hidden > 1 and self.largest_product <= FUSED_OPERATIONS
        return bool(self.axis) and (self.network.fused or (pays and not self.narrow))

    @property
    def folded(self) -> bool:
        """Whether an update, and what is measured after it, are computed as one kernel."""
        return self.narrow or self.fused

    @cached_property
    def trained_network(self) -> ExactNetwork:
        """The network as an update runs it: fused products are faster by rows."""
        return replace(self.network, axis=0, fused=True) if self.fused else self.network

    @cached_property
    def shown_network(self) -> ExactNetwork:
        """The network as it is evaluated and painted: many rows at a time."""
        return replace(self.network, unrolled=True) if self.axis else self.network

    @property
    def training_axis(self) -> int:
        """Along which rows of data lie in an update."""
        return self.trained_network.axis

    @property
    def input_columns(self) -> tuple[int, ...]:
        """Features that the program is given."""
        return self.features

    @cached_property
    def sizes(self) -> Sizes:
        """Just what the data and pictures take."""
        return Sizes(
            rows=self.n_rows,
            order=epochs_per_call(self.n_train) * self.n_train,
            columns=BOUNDARY * BOUNDARY,
            tiles=self.tile * self.tile,
            choices=0,
            mask=(0, 0),
        )

    @property
    def optimization_level(self) -> int:
        """Of XLA's backend."""
        return 3

    def indices(self, spec: Spec) -> Indices:
        """Returns indices that leave everything where it is: the layout is the network's own."""
        return Indices(None, np.arange(self.layout.n_units, dtype=np.int32))

    def lay_out(self, spec: Spec, data: Dataset, targets: Floats, tile: int) -> PlaneArrays:
        """Returns data and pixels, of the network's inputs alone."""
        columns, entry = self.input_columns, spec.data.entry
        shown = pixel_features(entry, data.plane, BOUNDARY, columns, BOUNDARY * BOUNDARY)
        tiles = pixel_features(entry, data.plane, tile, columns, tile * tile)
        x = np.ascontiguousarray(entry.compute_inputs(data.x)[:, columns])
        return PlaneArrays(x, targets, shown, tiles)

    def pack(self, spec: Spec, label_extent: float, data: Dataset, tile: int) -> Inputs:
        """Returns the arguments for a spec; the sizes are compiled in."""
        nothing = np.zeros((0, 0), np.float32)
        rates = pack_rates(spec, label_extent, len(spec.layers))
        return Inputs(np.zeros(0, np.int32), rates, nothing)

    def choices(self, inputs: Inputs) -> Choices:
        """Returns the choices, all known."""
        return Choices(
            self.network.head, self.network.widths[-1], self.schedule, self.batch, self.n_train,
            self.n_rows, self.tile, self.n_validation,
        )  # fmt: skip

    def rates(self, inputs: Inputs) -> Rates:
        """Reads the numbers."""
        return unpack_rates(jnp.asarray(inputs.rates), self.layout.n_hidden)

    def moves_averages(self, inputs: Inputs, layer: int) -> bool:
        """Whether a layer's moving averages follow its batches."""
        return self.network.normalized[layer]

    def spread_trainable(self, inputs: Inputs) -> Any | None:
        """Returns whether updates change each number, see `Parameters`; None if they change all."""
        if self.padded:
            there = jnp.asarray(inputs.mask) & jnp.asarray(self.layout.spread(self.trainable))
            return self.parameters.of_flat(there)
        return None if all(self.trainable) else self.parameters.spread(self.trainable)

    def forward(
        self, inputs: Inputs, params: ParameterArrays, x: Array
    ) -> tuple[Array, list[Array]]:
        """Runs the network; see `ExactNetwork.forward`. Logits are always [K, rows]."""
        logits, hidden = self.shown_network.forward(self.rates(inputs).slopes, params, x)
        return logits if self.axis else logits.T, hidden

    def forward_batch(
        self, inputs: Inputs, params: ParameterArrays, x: Array, weights: Array, drop: Drop | None
    ) -> tuple[Array, BatchStatistics]:
        """Runs the network as an update does.

        Args:
            inputs: the rates.
            params: the parameters.
            x: inputs of the batch, lying along `training_axis`.
            weights: float32 [rows], share of each row in the batch.
            drop: what `dropout` returns.

        Returns:
            Logits [K, rows], and mean and variance of the batch, by normalized layer.
        """
        seen: BatchStatistics = {}
        network, axis = self.trained_network, self.training_axis
        normalize = None
        if self.layout.normalized:
            normalize = by_batch(params, weights, seen, axis, self.trainable)
        logits, _ = network.forward(self.rates(inputs).slopes, params, x, drop, normalize)
        return logits if axis else logits.T, seen

    def dropout(self, rates: Rates, key: Array, rows: Array) -> Drop | None:
        """Draws only for the layers that drop."""
        if not any(self.dropped):
            return None

        def drop(layer: int, h: Array) -> Array:
            if not self.dropped[layer]:
                return h
            units = h.shape[1 - self.training_axis]
            rate = rates.dropout[layer : layer + 1]
            factors = draw_dropout(key, (layer,), rate, units, rows)[0]
            return h * (factors if self.training_axis else factors.T)

        return drop

    def begin_epoch(self, x: Array, y: Array, order: Array, epoch: Array | int) -> TakeBatch:
        """Returns what takes the batches of one epoch.

        Points are gathered once for the whole epoch and then sliced; images, far more of
        them, batch by batch.

        Args:
            x: float32 [rows, features], or images uint8 [rows, pixels].
            y: float32 [rows, K], targets, or labels int32 [rows].
            order: int32 [n], the shuffled rows, epoch after epoch (of images: of one epoch).
            epoch: counted from the start of `order`.
        """
        if not self.axis:
            return self._take_images(x, y, order)
        xs, ys = self.gather_epoch(x, y, order, epoch)
        return lambda b: self.slice_batch(xs, ys, b)

    def gather_epoch(
        self, x: Array, y: Array, order: Array, epoch: Array | int
    ) -> tuple[Array, Array]:
        """Returns the rows of an epoch of points as they are trained on, padded to whole batches.

        Args:
            x: float32 [rows, features].
            y: float32 [rows, K], targets.
            order: int32 [n], the shuffled rows, epoch after epoch.
            epoch: counted from the start of `order`.
        """
        n = self.n_train
        rows = lax.dynamic_slice(order, (epoch * n,), (n,))
        room = ((0, self.batches * self.batch - n), (0, 0))
        return jnp.pad(x[rows], room), jnp.pad(y[rows], room)

    def slice_batch(self, xs: Array, ys: Array, b: Array) -> tuple[Array, Array]:
        """Returns inputs and targets of a batch of points, see `TakeBatch`.

        Args:
            xs: float32 [rows, features], or [rows, features, networks], see `gather_epoch`.
            ys: float32 [rows, K], or [rows, K, networks].
            b: the batch.
        """
        bx, by = (lax.dynamic_slice_in_dim(of, b * self.batch, self.batch) for of in (xs, ys))
        return jnp.swapaxes(bx, 0, 1) if self.training_axis else bx, jnp.swapaxes(by, 0, 1)

    def _take_images(self, images: Array, labels: Array, order: Array) -> TakeBatch:
        def take(b: Array) -> tuple[Array, Array]:
            rows = lax.dynamic_slice(order, (b * self.batch,), (self.batch,))
            return read_images(images, labels, rows, self.network.widths[-1])

        return take
