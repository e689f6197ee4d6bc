"""How long the presets take to learn, as a page shows it: one epoch a frame, 60 frames a second."""

from __future__ import annotations

import time
from statistics import median

from benchmarks.report import Row
from engine import PRESETS, Programs, Trainer, merge_patch, parse_spec

WANTED = {"circle": 0.97, "xor": 0.97, "gauss": 0.97, "spiral": 0.95}
FRAME = 1 / 60
SECONDS = 10.0


def _train(spec: dict[str, object], wanted: float, programs: Programs) -> tuple[float, float]:
    """Returns the test accuracy after ten seconds, and when it first was what is wanted."""
    trainer = Trainer(parse_spec(spec), programs)
    spent, reached, accuracy = 0.0, SECONDS, 0.0
    while spent < SECONDS:
        begun = time.perf_counter()
        trainer.turn(epochs=1)
        spent += max(FRAME, time.perf_counter() - begun)
        accuracy = trainer.metrics["test_accuracy"]
        if accuracy >= wanted:
            reached = min(reached, spent)
    return accuracy, reached


def measure_accuracy(programs: Programs) -> list[Row]:
    """Trains presets from nine seeds, with general programs."""
    rows = []
    for name, wanted in WANTED.items():
        spec = next(preset.spec for preset in PRESETS if preset.id == name)
        runs = [
            _train(merge_patch(spec, {"seed": seed, "data": {"seed": seed}}), wanted, programs)
            for seed in range(9)
        ]
        middle = median(accuracy for accuracy, _ in runs)
        seconds = median(reached for _, reached in runs)
        detail = f"first reached after {seconds:.1f} s (median of 9 seeds)"
        rows.append(
            Row(
                f"{name}, test accuracy after 10 s",
                f"{middle:.1%}",
                f"{wanted:.0%}",
                middle >= wanted,
                detail,
            )
        )
    return rows
