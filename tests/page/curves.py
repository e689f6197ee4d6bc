"""Real curves around an edit, as a page sees them: `python -m tests.page.curves` makes them.

They are kept in `data/curves.json`, so that tests of the page need no engine: for each case the
rows of `history` before and after the edit (step, losses, scores), each with its epoch before it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine import PRESETS, Programs, Trainer, parse_spec
from tests.programs import FOLDER

FILE = Path(__file__).with_name("data") / "curves.json"
ROWS_BEFORE, ROWS_AFTER = 30, 120

Case = tuple[dict[str, Any], int, dict[str, Any], int]


def preset(name: str, **more: Any) -> dict[str, Any]:
    return {**next(one.spec for one in PRESETS if one.id == name), **more}


def layers(*units: int, activation: str = "tanh") -> list[dict[str, Any]]:
    return [{"units": n, "activation": activation} for n in units]


ADAM = {"optimizer": {"name": "adam"}}
DIGITS = {
    "data": {"name": "digits"},
    "layers": [{"units": 64, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.003},
    "batch_size": 32,
}
#: Spec, epochs before the edit, the edit, epochs between two rows.
CASES: dict[str, Case] = {
    "worse: sgd to adam at 0.03": (
        {"data": {"name": "spiral"}, "layers": layers(8, 8, 8)}, 3000, ADAM, 1,
    ),
    "worse: sgd to adam at 0.03, quickly": (
        {"data": {"name": "spiral"}, "layers": layers(8, 8, 8)}, 3000, ADAM, 20,
    ),
    "fine: sgd to adam where it does no harm": ({}, 400, ADAM, 1),
    "worse: rate of 3": ({}, 400, {"optimizer": {"learning_rate": 3.0}}, 1),
    "worse: strong l2": ({}, 400, {"regularization": {"l2": 0.3}}, 1),
    "worse: to sigmoid": (
        preset("spiral"), 600, {"layers": layers(8, 8, 8, activation="sigmoid")}, 1,
    ),
    "worse: regression, rate of 0.3": (
        preset("bumps"), 300, {"optimizer": {"learning_rate": 0.3}}, 1,
    ),
    "worse: digits, rate of 0.3": (DIGITS, 8, {"optimizer": {"learning_rate": 0.3}}, 1),
    "fine: adam at 0.003": (
        {}, 400, {"optimizer": {"name": "adam", "learning_rate": 0.003}}, 1,
    ),
    "fine: one layer more": ({}, 400, {"layers": layers(4, 2, 2)}, 1),
    "fine: to relu, early": ({}, 20, {"layers": layers(4, 2, activation="relu")}, 1),
    "fine: overfitting goes on": (
        preset("overfitting"), 150, {"optimizer": {"learning_rate": 0.009}}, 1,
    ),
    "fine: overfitting is held back": (
        preset("overfitting"), 300, {"regularization": {"l2": 0.01}}, 1,
    ),
    "fine: noise of dropout": (preset("dropout"), 300, {"batch_size": 11}, 1),
    "fine: worse, but lost in noise": (
        {"data": {"noise": 0.3}, "optimizer": {"learning_rate": 0.3}}, 200, {"batch_size": 2}, 1,
    ),
    "fine: from the beginning": ({}, 30, {"optimizer": {"learning_rate": 0.1}}, 1),
    "fine: spiral, one unit less": (
        preset("spiral"), 1500, {"layers": layers(8, 8, 7, activation="elu")}, 1,
    ),
    "fine: digits, dropout": (
        DIGITS, 8, {"layers": [{"units": 64, "activation": "relu", "dropout": 0.2}]}, 1,
    ),
}  # fmt: skip


def follow(trainer: Trainer, epochs: int, apart: int) -> list[list[float]]:
    rows: list[list[float]] = []
    begun = trainer.epoch
    while trainer.epoch < begun + epochs:
        images = trainer.spec.data.is_images
        frame = trainer.turn(batches=10 if images else apart * trainer.batches_per_epoch)
        for row in frame.arrays["history"].tolist():
            step, *numbers = (float(f"{number:.4g}") for number in row)
            rows.append([trainer.epoch, int(step), *numbers])
    return rows


def make(programs: Programs, case: Case) -> dict[str, Any]:
    spec, epochs, patch, apart = case
    trainer = Trainer(parse_spec(spec), programs)
    images = trainer.spec.data.is_images
    before = follow(trainer, epochs, apart)
    trainer.edit(patch)
    after = follow(trainer, epochs if images else ROWS_AFTER * apart, apart)
    scored = trainer.spec.task != "regression"
    rows = {"before": before[-ROWS_BEFORE:], "after": after[:ROWS_AFTER]}
    return {"images": images, "scored": scored, **rows}


def main() -> None:
    programs = Programs(str(FOLDER))
    programs.warm()
    made = {name: make(programs, case) for name, case in CASES.items()}
    FILE.parent.mkdir(exist_ok=True)
    lines = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in made.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    programs.close()


if __name__ == "__main__":
    main()
