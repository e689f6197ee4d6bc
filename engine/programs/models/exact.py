"""Tight models: one architecture with every choice compiled in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.functions.activations import ACTIVATIONS
from engine.functions.features import FEATURES
from engine.functions.heads import head_index
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES
from engine.functions.update_rule import Terms
from engine.network import (
    Drop,
    Layout,
    Normalize,
    Parts,
    by_moving_averages,
    draw_dropout,
    run_layers,
)
from engine.programs.models.inputs import Inputs, Knobs, Rates, pack_rates, unpack_rates
from engine.spec import Spec


@dataclass(frozen=True)
class TightModel:
    """One architecture with every choice compiled in, as far as it changes the program."""

    widths: tuple[int, ...]
    features: tuple[int, ...]
    activations: tuple[str, ...]
    dropped: tuple[bool, ...]
    normalized: tuple[bool, ...]
    head: int
    optimizer: str
    schedule: int
    warmup: bool
    regularized: bool
    clipped: bool
    batch: int
    n_train: int
    n_rows: int
    tile: int

    @classmethod
    def of(cls, spec: Spec, n_train: int, n_rows: int, tile: int) -> TightModel:
        """Describes a spec's own program for a data set of so many rows."""
        return cls(
            widths=spec.widths,
            features=tuple(FEATURES.index(name) for name in spec.features),
            activations=tuple(layer.activation for layer in spec.layers),
            dropped=tuple(layer.dropout > 0 for layer in spec.layers),
            normalized=tuple(layer.batch_norm for layer in spec.layers),
            head=head_index(spec.task, spec.resolved_loss),
            optimizer=spec.optimizer.name,
            schedule=SCHEDULES.index(spec.schedule.name),
            warmup=spec.schedule.warmup_steps > 0,
            regularized=spec.regularization.l1 > 0 or spec.regularization.l2 > 0,
            clipped=spec.optimizer.clip_norm is not None,
            batch=min(spec.batch_size, n_train),
            n_train=n_train,
            n_rows=n_rows,
            tile=tile,
        )

    @cached_property
    def layout(self) -> Layout:
        """Places of the parameters: the exact ones."""
        return Layout(self.widths, normalized=any(self.normalized))

    @property
    def terms(self) -> Terms:
        """Terms that the optimizer uses."""
        return OPTIMIZERS[self.optimizer].terms

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate depends on the step."""
        return self.schedule != SCHEDULES.index("constant") or self.warmup

    @property
    def input_columns(self) -> tuple[int, ...]:
        """Features that the program is given."""
        return self.features

    def pack(self, spec: Spec, label_extent: float) -> Inputs:
        """Returns the arguments for a spec."""
        nothing = np.zeros((0, 0), np.float32)
        rates = pack_rates(spec, label_extent, len(spec.layers))
        return Inputs(np.zeros(0, np.int32), rates, nothing)

    def knobs(self, inputs: Inputs) -> Knobs:
        """Returns the choices, all known."""
        return Knobs(
            self.head, self.widths[-1], self.schedule, self.batch, self.n_train,
            self.n_rows, self.tile,
        )  # fmt: skip

    def rates(self, inputs: Inputs) -> Rates:
        """Reads the numbers."""
        return unpack_rates(jnp.asarray(inputs.rates), self.layout.n_hidden)

    def is_normalized(self, inputs: Inputs, layer: int) -> bool:
        """Whether a layer is normalized."""
        return self.normalized[layer]

    def forward(
        self,
        inputs: Inputs,
        params: Parts,
        x: Array,
        drop: Drop | None = None,
        normalize: Normalize | None = None,
    ) -> tuple[Array, list[Array]]:
        """Runs the exact network; by moving averages unless told how to normalize."""
        if normalize is None and self.layout.normalized:
            normalize = by_moving_averages(params)
        used = [ACTIVATIONS[name] for name in self.activations]
        functions = tuple(entry.apply for entry in used)
        learned = tuple(entry.learned_slope for entry in used)
        slopes = self.rates(inputs).slopes
        return run_layers(functions, slopes, learned, params, x, drop, normalize, self.normalized)

    def dropout(self, rates: Rates, key: Array, rows: Array) -> Drop | None:
        """Draws only for the layers that drop."""
        if not any(self.dropped):
            return None

        def drop(layer: int, h: Array) -> Array:
            if not self.dropped[layer]:
                return h
            rate = rates.dropout[layer : layer + 1]
            return h * draw_dropout(key, (layer,), rate, h.shape[0], rows)[0]

        return drop
