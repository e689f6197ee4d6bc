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
        weights: layer, source, unit and value of each weight that is set after the start.
    """

    id: str
    title: str
    spec: dict[str, Any]
    weights: tuple[tuple[int, int | str, int, float], ...] = ()


def _layers(*units: int, activation: str = "tanh") -> list[dict[str, Any]]:
    return [{"units": n, "activation": activation} for n in units]


def _adam(learning_rate: float) -> dict[str, Any]:
    return {"name": "adam", "learning_rate": learning_rate}


def _mnist(batch_size: int, learning_rate: float, *layers: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {"name": "mnist"},
        "layers": [{"activation": "relu", **layer} for layer in layers],
        "batch_size": batch_size,
        "optimizer": _adam(learning_rate),
    }


def _cosine(spec: dict[str, Any], epochs: int, warmup: float) -> dict[str, Any]:
    """Adds a schedule that ends after so many epochs of MNIST; `warmup` is a share of them."""
    steps = epochs * -(-60_000 // spec["batch_size"])
    first = round(warmup * steps)
    schedule = {"name": "cosine", "warmup_steps": first, "decay_steps": steps - first}
    return {**spec, "schedule": schedule}


#: Five networks for MNIST from a lecture, the first without a hidden layer. Rates and schedules
#: were chosen on 10,000 of the 60,000 train images, and never on the test images.
_LECTURE: tuple[Preset, ...] = (
    Preset("mnist_1", "MNIST 1: no hidden layer", _mnist(128, 0.002)),
    Preset(
        "mnist_2",
        "MNIST 2: two layers of 128",
        _mnist(128, 0.001, *[{"units": 128}] * 2),
    ),
    Preset(
        "mnist_3",
        "MNIST 3: two layers of 128, dropout",
        _cosine(_mnist(512, 0.012, *[{"units": 128, "dropout": 0.2}] * 2), 10, 0.3),
    ),
    Preset(
        "mnist_4",
        "MNIST 4: two layers of 512, dropout",
        _cosine(_mnist(512, 0.004, *[{"units": 512, "dropout": 0.2}] * 2), 10, 0.2),
    ),
    Preset(
        "mnist_5",
        "MNIST 5: three layers, dropout, batch normalization",
        _cosine(
            _mnist(
                256,
                0.006,
                {"units": 1024, "dropout": 0.2, "batch_norm": True},
                {"units": 512, "dropout": 0.3, "batch_norm": True},
                {"units": 256, "dropout": 0.3, "batch_norm": True},
            ),
            20,
            0.1,
        ),
    ),
)


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
        "iris",
        "Iris: three species from four lengths",
        {
            "data": {"name": "iris"},
            "layers": _layers(8),
            "optimizer": _adam(0.01),
        },
    ),
    Preset(
        "boston",
        "Boston: house prices from twelve columns",
        {
            "data": {"name": "boston"},
            "layers": _layers(16, activation="relu"),
            "optimizer": _adam(0.005),
            "batch_size": 16,
        },
    ),
    # Test points are the train points once more: x2 is no feature, and the split goes by place.
    Preset(
        "line",
        "A line through two points: two weights, one bowl",
        {
            "data": {
                "name": "points",
                "task": "regression",
                "seed": 1,
                "points": [[1, 0, 3], [2, 0, 5], [1, 1, 3], [2, 1, 5]],
            },
            "features": ["x1"],
            "layers": [],
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "batch_size": 2,
        },
        weights=((0, 0, 0, -1.0), (0, "bias", 0, 5.0)),
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
    *_LECTURE,
)
