"""Presets: named specs to start from."""

from __future__ import annotations

import json
import re

import pytest

from engine import PRESETS, Preset
from tests.engine.conftest import MakeTrainer


def test_ids_are_unique_and_fit_a_link() -> None:
    ids = [preset.id for preset in PRESETS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ids)
    assert {"circle", "xor", "gauss", "spiral"} <= set(ids)


def test_titles_are_different() -> None:
    assert len({preset.title for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_preset_is_a_spec_that_trains(make_trainer: MakeTrainer, preset: Preset) -> None:
    assert preset.title.strip()
    assert json.loads(json.dumps(preset.spec)) == preset.spec
    trainer = make_trainer(preset.spec)
    before = trainer.metrics
    trainer.turn(epochs=20)
    assert trainer.metrics["train_loss"] < before["train_loss"]
