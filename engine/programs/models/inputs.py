"""Runtime arguments of a compiled program: integer choices and float rates, packed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jax import Array

from engine.base.arrays import Floats, Ints
from engine.functions.optimizer_registry import pack_coefficients
from engine.functions.update_rule import Coefficients
from engine.spec import Spec

Number = int | Array


class Choices(NamedTuple):
    """Integer choices: compiled into an exact model, arguments of a general one."""

    head: Number
    outputs: Number
    schedule: Number
    batch: Number
    n_train: Number
    n_rows: Number
    tile: Number
    n_validation: Number


class Rates(NamedTuple):
    """Float rates, arguments of every model."""

    coefficients: Coefficients
    learning_rate: Array
    clip_norm: Array
    l1: Array
    l2: Array
    warmup_steps: Array
    decay_steps: Array
    decay_rate: Array
    label_extent: Array
    slopes: Array
    dropout: Array


class Inputs(NamedTuple):
    """Arguments of a program besides weights and data.

    Attributes:
        choices: int32, empty or `Choices`, depth, whether the output layer is trained; activations
            of hidden layers, and whether they are normalized, and trained.
        rates: float32, `Rates` in order, flat.
        mask: float32 [layers, units], or empty.
    """

    choices: Array | Ints
    rates: Array | Floats
    mask: Array | Floats


#: Numbers of `Choices`.
CHOICES = len(Choices._fields)
_N_COEFFICIENTS = len(Coefficients._fields)
_N_SINGLES = 8


def n_rates(layers: int) -> int:
    """Returns the length of `Inputs.rates` with room for so many layers."""
    return _N_COEFFICIENTS + _N_SINGLES + 2 * layers


def pack_rates(spec: Spec, label_extent: float, layers: int) -> Floats:
    """Packs a spec's numbers.

    Args:
        spec: the spec.
        label_extent: largest |label| of the data.
        layers: hidden layers that there is room for.

    Returns:
        float32 [n_rates(layers)].
    """
    optimizer, schedule, penalty = spec.optimizer, spec.schedule, spec.regularization
    clip_norm = np.inf if optimizer.clip_norm is None else optimizer.clip_norm
    room = np.zeros(layers - len(spec.layers))
    return np.concatenate(
        [
            pack_coefficients(optimizer.name, optimizer.rates),
            [optimizer.learning_rate, clip_norm, penalty.l1, penalty.l2],
            [schedule.warmup_steps, schedule.decay_steps, schedule.decay_rate, label_extent],
            [layer.negative_slope for layer in spec.layers],
            room,
            [layer.dropout for layer in spec.layers],
            room,
        ]
    ).astype(np.float32)


def unpack_rates(flat: Array, layers: int) -> Rates:
    """Takes packed numbers apart, inside a program."""
    singles = flat[_N_COEFFICIENTS : _N_COEFFICIENTS + _N_SINGLES]
    per_layer = flat[_N_COEFFICIENTS + _N_SINGLES :]
    return Rates(
        Coefficients(*(flat[i] for i in range(_N_COEFFICIENTS))),
        *(singles[i] for i in range(_N_SINGLES)),  # pyright: ignore[reportCallIssue]
        slopes=per_layer[:layers],
        dropout=per_layer[layers:],
    )
