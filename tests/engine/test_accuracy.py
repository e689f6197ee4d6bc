"""The presets learn what they are there to show."""

from __future__ import annotations

from statistics import median

import pytest

from engine import PRESETS, Trainer, merge_patch, parse_spec
from tests.sizes import choose

#: At one epoch a frame and 60 frames a second, ten seconds are 600 epochs.
EPOCHS = 400
SEEDS = range(choose(3, 25))


@pytest.mark.parametrize(
    ("name", "wanted"), [("circle", 0.97), ("xor", 0.97), ("gauss", 0.97), ("spiral", 0.95)]
)
def test_preset_reaches_its_accuracy(name: str, wanted: float) -> None:
    spec = next(preset.spec for preset in PRESETS if preset.id == name)
    reached = []
    for seed in SEEDS:
        seeded = merge_patch(spec, {"seed": seed, "data": {"seed": seed}})
        reached.append(Trainer(parse_spec(seeded)).train(epochs=EPOCHS)["test_accuracy"])
    assert median(reached) >= wanted, reached
