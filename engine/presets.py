"""Presets: named specs to start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A named spec.

    Attributes:
        id: stable, for links and the command line.
        title: in English; pages look up `preset.<id>` in their catalogue of words first.
        spec: what differs from the defaults.
    """

    id: str
    title: str
    spec: dict[str, Any]


def _layers(*units: int, activation: str = "tanh") -> list[dict[str, Any]]:
    return [{"units": n, "activation": activation} for n in units]


def _adam(learning_rate: float) -> dict[str, Any]:
    return {"name": "adam", "learning_rate": learning_rate}


PRESETS: tuple[Preset, ...] = (
    Preset("circle", "Circle: the default playground", {}),
    Preset(
        "xor",
        "XOR: why hidden layers are needed",
        {"data": {"name": "xor"}, "layers": _layers(4, 4), "optimizer": _adam(0.01)},
    ),
    Preset(
        "gauss",
        "Two clouds: a straight line is enough",
        {"data": {"name": "gauss"}, "layers": []},
    ),
    Preset(
        "spiral",
        "Spiral: three layers of ELU",
        {
            "data": {"name": "spiral"},
            "layers": _layers(8, 8, 8, activation="elu"),
            "optimizer": _adam(0.005),
        },
    ),
    Preset(
        "spiral_sin",
        "Spiral: sine units",
        {
            "data": {"name": "spiral"},
            "layers": _layers(8, 8, activation="sin"),
            "optimizer": _adam(0.005),
        },
    ),
    Preset(
        "xor_feature",
        "XOR: one good feature, no hidden layer",
        {"data": {"name": "xor"}, "features": ["x1_x2"], "layers": []},
    ),
    Preset(
        "checkerboard",
        "Checkerboard: many small regions",
        {
            "data": {"name": "checkerboard", "samples": 1000},
            "layers": _layers(8, 8, 8, activation="relu"),
            "optimizer": _adam(0.005),
        },
    ),
    Preset(
        "overfitting",
        "Overfitting: few points, much noise",
        {
            "data": {"name": "circle", "noise": 0.45, "samples": 80},
            "layers": _layers(8, 8, 8),
            "optimizer": _adam(0.01),
        },
    ),
    Preset(
        "dropout",
        "Overfitting held back by dropout",
        {
            "data": {"name": "circle", "noise": 0.45, "samples": 80},
            "layers": [{"units": 8, "activation": "tanh", "dropout": 0.2}] * 3,
            "optimizer": _adam(0.01),
        },
    ),
    Preset(
        "arms",
        "Three arms: softmax and cross-entropy",
        {
            "data": {"name": "arms", "noise": 0.1},
            "layers": _layers(8, 8, activation="elu"),
            "optimizer": _adam(0.01),
        },
    ),
    Preset(
        "bumps",
        "Bumps: regression",
        {
            "data": {"name": "bumps", "samples": 1000},
            "layers": _layers(8, 8, 8),
            "optimizer": _adam(0.01),
        },
    ),
    Preset(
        "vanishing",
        "Six sigmoid layers: the gradient vanishes",
        {"data": {"name": "xor"}, "layers": _layers(*[8] * 6, activation="sigmoid")},
    ),
    Preset(
        "batch_norm",
        "The same six layers with batch normalization",
        {
            "data": {"name": "xor"},
            "layers": [{"units": 8, "activation": "sigmoid", "batch_norm": True}] * 6,
            "batch_size": 32,
        },
    ),
    Preset(
        "step",
        "Step units: no gradient, nothing below learns",
        {
            "data": {"name": "xor"},
            "layers": _layers(8, activation="step"),
            "optimizer": _adam(0.01),
        },
    ),
)
