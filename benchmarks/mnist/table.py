"""The lecture's table: five networks for MNIST, each trained from five seeds."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from statistics import mean, stdev
from typing import Any

from benchmarks.mnist.data import make_programs
from benchmarks.report import Row
from engine import PRESETS, Programs, Trainer, merge_patch, parse_spec

SEEDS = range(5)


@dataclass(frozen=True)
class Model:
    """A line of the table.

    Attributes:
        preset: what is trained.
        epochs: for how long.
        target: mean test accuracy, percent.
        patch: what differs from the preset.
        note: the same in words.
    """

    preset: str
    epochs: int
    target: float
    patch: dict[str, Any] = field(default_factory=dict)
    note: str = ""


#: What did best without a schedule, on the last 10,000 train images after training on the others.
_CONSTANT = {
    "schedule": {"name": "constant"},
    "optimizer": {"name": "nadam", "learning_rate": 0.001},
    "batch_size": 512,
    "layers": [
        {"units": 1024, "activation": "relu", "dropout": 0.3, "batch_norm": True} for _ in range(3)
    ],
}
MODELS = (
    Model("mnist_1", 10, 92.6),
    Model("mnist_2", 10, 97.4),
    Model("mnist_3", 10, 98.01),
    Model("mnist_4", 10, 98.06),
    Model(
        "mnist_5",
        20,
        98.40,
        _CONSTANT,
        ", three of 1024, constant rate",
    ),
    Model("mnist_5", 20, 98.7),
)


def measure_table() -> list[Row]:
    """Trains every network from every seed; the test images have chosen nothing."""
    programs = make_programs()
    return [_measure(model, programs) for model in MODELS]


def _measure(model: Model, programs: Programs) -> Row:
    preset = next(preset for preset in PRESETS if preset.id == model.preset)
    what = f"{preset.title}{model.note}"
    reached = []
    for seed in SEEDS:
        spec = parse_spec(merge_patch(preset.spec, {**model.patch, "seed": seed}))
        metrics = Trainer(spec, programs).train(epochs=model.epochs)
        reached.append(100 * metrics["test_accuracy"])
        print(f"  {what}, seed {seed}: {reached[-1]:.2f} %", file=sys.stderr, flush=True)
    middle = mean(reached)
    missed = model.target - middle
    return Row(
        what,
        f"{middle:.2f} % \u00b1 {stdev(reached):.2f}",
        f"{model.target:.2f} %",
        missed <= 0,
        f"{model.epochs} epochs, {len(reached)} seeds, {min(reached):.2f} to {max(reached):.2f}",
        f"by {missed:.2f}" if missed > 0 else "",
    )
