"""Presets: named specs to start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A named spec.

    Attributes:
        id: stable, for links and the command line.
        title: key of the catalogue of words is `preset.<id>`; this is the English one.
        spec: what differs from the defaults.
    """

    id: str
    title: str
    spec: dict[str, Any]


def _layers(*units: int, activation: str = "tanh") -> list[dict[str, Any]]:
    return [{"units": n, "activation": activation} for n in units]


_ADAM = {"name": "adam", "learning_rate": 0.01}

PRESETS: tuple[Preset, ...] = (
    Preset("circle", "Circle", {}),
    Preset("xor", "XOR", {"data": {"name": "xor"}, "layers": _layers(4, 4), "optimizer": _ADAM}),
    Preset("gauss", "Two clouds, no hidden layer", {"data": {"name": "gauss"}, "layers": []}),
    Preset(
        "spiral",
        "Spiral",
        {
            "data": {"name": "spiral"},
            "layers": _layers(8, 8, 8),
            "optimizer": _ADAM,
        },
    ),
)
