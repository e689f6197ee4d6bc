"""Presets: named specs to start from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from engine import PRESETS, ImageStore, Preset, Programs, Trainer, parse_spec
from tests.engine.conftest import MakeTrainer
from tests.programs import FOLDER
from tests.sizes import choose

IMAGES = {preset.id for preset in PRESETS if parse_spec(preset.spec).data.is_images}
#: Large networks, which compile for seconds each.
LARGE = {"mnist_3", "mnist_4", "mnist_5"}


def presets(*, images: bool) -> pytest.MarkDecorator:
    chosen = [
        pytest.param(preset, id=preset.id, marks=[pytest.mark.slow] if preset.id in LARGE else [])
        for preset in PRESETS
        if (preset.id in IMAGES) == images
    ]
    return pytest.mark.parametrize("preset", chosen)


@pytest.fixture(scope="module")
def offline_programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Programs for the images that come with packages, which need neither files nor network."""
    store = ImageStore(tmp_path_factory.mktemp("images"), mirrors=())
    programs = Programs(str(FOLDER), store)
    yield programs
    programs.close()


def test_ids_are_unique_and_fit_a_link() -> None:
    ids = [preset.id for preset in PRESETS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ids)
    assert {"circle", "xor", "gauss", "spiral"} <= set(ids)


def test_titles_are_different() -> None:
    assert len({preset.title for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_preset_has_a_title_and_is_json(preset: Preset) -> None:
    assert preset.title.strip()
    assert json.loads(json.dumps(preset.spec)) == preset.spec


@presets(images=False)
def test_presets_of_the_plane_train(make_trainer: MakeTrainer, preset: Preset) -> None:
    trainer = make_trainer(preset.spec)
    before = trainer.metrics
    trainer.turn(epochs=20)
    assert trainer.metrics["train_loss"] < before["train_loss"]


@presets(images=True)
def test_presets_of_images_train(offline_programs: Programs, preset: Preset) -> None:
    trainer = Trainer(parse_spec(preset.spec), offline_programs)
    before = trainer.metrics
    trainer.train(steps=choose(10, 40))
    assert trainer.metrics["train_loss"] < before["train_loss"]


@pytest.mark.parametrize(("name", "epochs"), [("mnist_3", 10), ("mnist_4", 10), ("mnist_5", 20)])
def test_schedules_for_mnist_end_with_an_epoch(name: str, epochs: int) -> None:
    spec = parse_spec(next(preset.spec for preset in PRESETS if preset.id == name))
    steps = spec.schedule.warmup_steps + spec.schedule.decay_steps
    assert steps == epochs * -(-60_000 // spec.batch_size)
