"""What a program is told: choices and rates, packed into a few small arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jax import Array

from engine.base.arrays import Floats, Ints
from engine.functions.optimizers import pack_coefficients
from engine.functions.update_rule import Coefficients
from engine.spec import Spec

Number = int | Array


class Knobs(NamedTuple):
    """Choices that a tight model compiles in and a general one is told."""

    head: Number
    outputs: Number
    schedule: Number
    batch: Number
    n_train: Number
    n_rows: Number
    tile: Number


class Rates(NamedTuple):
    """Numbers that no model compiles in."""

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
    """What a program is told about a network, besides its weights and data.

    Attributes:
        knobs: int32, empty or `Knobs`, depth, activations, and whether layers are normalized.
        rates: float32, `Rates` in order, flat.
        mask: float32 [layers, units], or empty.
    """

    knobs: Array | Ints
    rates: Array | Floats
    mask: Array | Floats


#: Numbers of `Knobs`.
KNOBS = len(Knobs._fields)
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
