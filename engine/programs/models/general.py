"""General models: every network within a capacity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from engine.base.arrays import Floats
from engine.data.datasets import Dataset
from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import head_index
from engine.functions.schedules import SCHEDULES
from engine.functions.update_rule import TERM_SETS, Terms
from engine.network import (
    BatchStatistics,
    Capacity,
    Form,
    Layout,
    PaddedNetwork,
    ParameterArrays,
    StackedParameters,
    draw_dropout,
    run_padded,
    run_padded_batch,
)
from engine.network.padded import Keep, Kept
from engine.programs.models.inputs import CHOICES, Choices, Inputs, Rates, pack_rates, unpack_rates
from engine.programs.models.plane_arrays import Indices, PlaneArrays, pixel_features
from engine.programs.models.sizes import BOUNDARY, FUSED_OPERATIONS, ORDER_ROWS, Sizes
from engine.spec import MAX_BATCH, MAX_POINTS, Spec

#: Rows of data that a general program has room for.
MAX_ROWS = 5120
assert MAX_ROWS >= MAX_POINTS
#: Largest side of a unit's tile, pixels.
MAX_TILE = 64
#: Columns that a general program runs at a time.
CHUNK = 512
#: Boundary pixels, rounded up to whole chunks.
PIXELS = -(-BOUNDARY * BOUNDARY // CHUNK) * CHUNK
#: Rows that a general program trains on at a time: a batch, unless it is larger than most.
BATCH_CHUNK = 10


@dataclass(frozen=True)
class GeneralModel:
    """Every network within a capacity."""

    capacity: Capacity

    @cached_property
    def layout(self) -> Layout:
        """Layout of the parameters: the padded one."""
        return self.capacity.layout

    @property
    def axis(self) -> int:
        """Along which rows of data lie in `forward`."""
        return 1

    @property
    def training_axis(self) -> int:
        """Along which rows of data lie in an update."""
        return self.training_form.axis

    @property
    def form(self) -> Form:
        """How layers are computed for views."""
        return Form(axis=1, fused=False, folded=self._is_small, unrolled=self._is_small)

    @property
    def training_form(self) -> Form:
        """How layers of an update are computed: small ones fused, which is faster by rows."""
        fused = self._is_small and not self.capacity.normalized
        return Form(axis=0, fused=True, folded=True) if fused else self.form

    @property
    def folded(self) -> bool:
        """Whether all updates of a call are computed as one kernel."""
        return self.training_form.fused

    @property
    def _is_small(self) -> bool:
        return BATCH_CHUNK * self.capacity.units**2 <= FUSED_OPERATIONS

    @cached_property
    def parameters(self) -> StackedParameters:
        """The form of parameters while training."""
        return StackedParameters(self.layout)

    @property
    def batch_chunk(self) -> int:
        """Rows trained on at a time; the statistics of a batch need all of its rows."""
        return MAX_BATCH if self.capacity.normalized else BATCH_CHUNK

    @cached_property
    def sizes(self) -> Sizes:
        """Room for the largest data and pictures."""
        return Sizes(
            rows=MAX_ROWS,
            order=ORDER_ROWS + self.batch_chunk,
            columns=MAX_ROWS + PIXELS,
            tiles=MAX_TILE * MAX_TILE,
            choices=CHOICES + 2 + 3 * self.capacity.layers,
            mask=(self.capacity.layers, self.capacity.units),
        )

    @property
    def compiler_options(self) -> dict[str, Any]:
        """Options of XLA for this model's turn: none of its own."""
        return {}

    @property
    def optimization_level(self) -> int:
        """Of XLA's backend: level 1 compiles a quarter faster, and the program is as fast."""
        return 1

    @property
    def term_sets(self) -> tuple[Terms, ...]:
        """Terms of the optimizer that an update switches between."""
        return TERM_SETS

    @property
    def regularized(self) -> bool:
        """Always compiled."""
        return True

    @property
    def clipped(self) -> bool:
        """Always compiled."""
        return True

    @property
    def scheduled(self) -> bool:
        """Always compiled."""
        return True

    @property
    def input_columns(self) -> tuple[int, ...]:
        """All inputs that there is room for."""
        return tuple(range(self.capacity.features))

    def indices(self, spec: Spec) -> Indices:
        """Where the spec's exact parameters and units stand in the program's vectors."""
        widths = spec.widths[1:-1]
        starts = np.arange(len(widths)) * self.capacity.units
        units = [start + np.arange(width) for start, width in zip(starts, widths, strict=True)]
        return Indices(
            self.capacity.indices(Layout.of(spec), spec.input_columns),
            np.concatenate([np.zeros(0), *units]).astype(np.int32),
        )

    def lay_out(self, spec: Spec, data: Dataset, targets: Floats, tile: int) -> PlaneArrays:
        """Pads data and pixels; inputs that the network does not have are 0."""
        columns, entry = self.input_columns, spec.data.entry
        used = list(spec.input_columns)
        x = np.zeros((MAX_ROWS, len(columns)), np.float32)
        x[: data.n, used] = entry.compute_inputs(data.x)[:, used]
        y = np.zeros((MAX_ROWS, self.layout.widths[-1]), np.float32)
        y[: len(targets), : spec.n_outputs] = targets
        boundary = pixel_features(entry, data.plane, BOUNDARY, columns, PIXELS)
        tiles = pixel_features(entry, data.plane, tile, columns, MAX_TILE * MAX_TILE)
        return PlaneArrays(x, y, np.concatenate([x.T, boundary], axis=1), tiles)

    def pack(self, spec: Spec, label_extent: float, data: Dataset, tile: int) -> Inputs:
        """Returns the arguments for a spec and a data set of so many rows."""
        layers = self.capacity.layers
        used = [ACTIVATIONS.index(layer.activation) for layer in spec.layers]
        mask = np.zeros((layers, self.capacity.units), np.float32)
        for i, layer in enumerate(spec.layers):
            mask[i, : layer.units] = 1.0
        choices = Choices(
            head_index(spec.task, spec.resolved_loss),
            spec.n_outputs,
            SCHEDULES.index(spec.schedule.name),
            spec.batch_size,
            data.n_train,
            data.n,
            tile,
            data.n_validation,
        )
        room = [0] * (layers - len(used))
        normalized = [int(layer.batch_norm) for layer in spec.layers]
        trainable = [int(layer.trainable) for layer in spec.layers]
        depth = [len(spec.layers), int(spec.output.trainable)]
        depth += [*used, *room, *normalized, *room, *trainable, *room]
        return Inputs(
            np.array([*choices, *depth], np.int32), pack_rates(spec, label_extent, layers), mask
        )

    def choices(self, inputs: Inputs) -> Choices:
        """Reads the choices."""
        return Choices(*(jnp.asarray(inputs.choices)[i] for i in range(CHOICES)))

    def rates(self, inputs: Inputs) -> Rates:
        """Reads the numbers."""
        return unpack_rates(jnp.asarray(inputs.rates), self.capacity.layers)

    def moves_averages(self, inputs: Inputs, part: int) -> Array:
        """Whether moving averages follow the batches of the first layer (0), or inner ones (1)."""
        network = self._network(inputs)
        moves = (network.normalized > 0) & (network.trainable > 0)
        return moves[1:, None] if part else moves[0]

    def spread_trainable(self, inputs: Inputs) -> ParameterArrays:
        """Returns whether updates change each number; see `StackedParameters`."""
        hidden, output = self._network(inputs).trainable, jnp.asarray(inputs.choices)[CHOICES + 1]
        return self.parameters.spread(jnp.append(hidden, output) > 0)

    def _network(self, inputs: Inputs) -> PaddedNetwork:
        layers = self.capacity.layers
        made_of = jnp.asarray(inputs.choices)[CHOICES:]
        slopes, mask = self.rates(inputs).slopes, jnp.asarray(inputs.mask)
        activations, normalized, trainable = made_of[2:].reshape(3, layers)
        outputs = jnp.asarray(inputs.choices)[Choices._fields.index("outputs")]
        return PaddedNetwork(made_of[0], activations, slopes, mask, normalized, trainable, outputs)

    def take(self, x: Array, y: Array, rows: Array) -> tuple[Array, Array]:
        """Returns inputs, lying along `training_axis`, and targets [K, rows] of some rows."""
        batch = x[rows]
        return batch.T if self.training_axis else batch, y[rows].T

    def forward(
        self, inputs: Inputs, params: ParameterArrays, x: Array, keep: Keep[Kept], kept: Kept
    ) -> tuple[Array, Kept]:
        """Runs the network that the arguments describe; see `run_padded`."""
        return run_padded(self.form, self._network(inputs), params, x, keep, kept)

    def forward_batch(
        self, inputs: Inputs, params: ParameterArrays, x: Array, weights: Array, drop: Array
    ) -> tuple[Array, BatchStatistics]:
        """Runs the network as an update does; see `ExactModel.forward_batch`.

        Statistics are those of the first layer (0) and of all inner ones (1).
        """
        form, network = self.training_form, self._network(inputs)
        logits, statistics = run_padded_batch(form, network, params, x, weights, drop)
        seen = {part: own for part, own in enumerate(statistics) if own is not None}
        return logits if form.axis else logits.T, seen

    def dropout(self, rates: Rates, key: Array, rows: Array) -> Array:
        """Returns factors [layers, ...], like activations; draws none while all rates are 0."""
        layers, units = range(self.capacity.layers), self.capacity.units

        def draw() -> Array:
            return draw_dropout(key, layers, rates.dropout, units, rows)

        def keep() -> Array:
            return jnp.ones((len(layers), units, rows.shape[0]), jnp.float32)

        factors = lax.cond(jnp.any(rates.dropout > 0), draw, keep)
        return factors if self.training_axis else jnp.swapaxes(factors, 1, 2)
