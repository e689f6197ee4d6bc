"""Shuffled train rows of the running epoch, on the device."""

from __future__ import annotations

from typing import Any

import jax
from jax import Array

from engine.base.devices import image_device
from engine.data.shuffles import order_rows
from engine.programs.models import ExactModel


class ShuffledRows:
    """Cache of one epoch's shuffled rows, which all calls of that epoch read."""

    def __init__(self) -> None:
        self._rows: tuple[Any, Array] | None = None

    def get(self, seed: int, epoch: int, model: ExactModel) -> Array:
        """Returns int32 [batches * batch]: an epoch's rows in their order, padded with row 0."""
        key = (seed, epoch, model.n_train, model.batch)
        if self._rows is None or self._rows[0] != key:
            length = model.batches * model.batch
            rows = order_rows(seed, epoch, model.n_train, 1, length)
            self._rows = key, jax.device_put(rows, image_device())
        return self._rows[1]

    def release_memory(self) -> None:
        """Drops the rows; they can be drawn again."""
        self._rows = None
