"""Exported sources read as if written by hand: formatted, linted, and saying what they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import ExportRequest, Trainer, export
from engine.exports import SOURCES
from engine.exports.text import write_call, write_number
from tests.engine.conftest import MakeTrainer
from tests.engine.export_cases import draw_cases, list_cases, take_snapshot
from tests.engine.sources import check_style


def source_of(trainer: Trainer, name: str, **options: str) -> str:
    file = export(ExportRequest(name, **options), trainer.snapshot(), ())[0]
    return file.content.decode()


def test_every_source_is_formatted_and_linted(tmp_path: Path) -> None:
    where = ("none", "beside", "inline")
    for number, (case, value) in enumerate((list_cases() | draw_cases(40)).items()):
        snapshot = take_snapshot(value)
        folder = tmp_path / case
        folder.mkdir()
        for name in SOURCES:
            request = ExportRequest(
                name, weights=where[number % 3], data=where[1 + number // 3 % 2]
            )
            file = export(request, snapshot, ())[0]
            (folder / file.name).write_bytes(file.content)
    check_style(tmp_path)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_needs_only_what_it_names(name: str, make_trainer: MakeTrainer) -> None:
    source = source_of(make_trainer(), name, weights="inline", data="inline")
    assert "safetensors" not in source
    assert "FOLDER" not in source
    (packages,) = re.findall(r"pip install (.+)", source)
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported - {"base64", "math", "os"} <= set(packages.split())
    assert "safetensors" in source_of(make_trainer(), name, weights="beside")
    assert "load_weights" not in source_of(make_trainer(), name)


@pytest.mark.parametrize(
    ("value", "name", "said"),
    [
        ({}, "keras_sequential", 'layers.Dense(4, activation="tanh")'),
        ({"layers": [{"units": 3, "activation": "gelu"}]}, "pytorch", "nn.GELU()"),
        (
            {"optimizer": {"name": "adamw", "weight_decay": 0.02}},
            "keras_functional",
            "keras.optimizers.AdamW(",
        ),
        ({"optimizer": {"name": "lion"}}, "jax", "optax.lion(0.03, b1=0.9, b2=0.999"),
        ({"regularization": {"l2": 0.01}}, "keras_subclass", "L1L2(l1=0.0, l2=0.01)"),
        ({"data": {"name": "arms"}}, "pytorch", "nn.CrossEntropyLoss()"),
        ({"loss": "hinge"}, "pytorch", "which PyTorch lacks"),
        ({"schedule": {"name": "step"}}, "jax", "0.5 ** jnp.floor(step / 1000)"),
        ({"optimizer": {"clip_norm": 2}}, "pytorch", "clip_grad_norm_(network.parameters(), 2.0)"),
    ],
)
def test_a_source_says_what_the_spec_says(
    value: dict[str, object], name: str, said: str, make_trainer: MakeTrainer
) -> None:
    assert said in source_of(make_trainer(value), name)


def test_epochs_are_those_of_the_run(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    assert "EPOCHS = 100\n" in source_of(trainer, "jax")
    trainer.turn(epochs=7)
    assert "EPOCHS = 7\n" in source_of(trainer, "jax")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.03, "0.03"), (1e-7, "1e-7"), (1.5e-10, "1.5e-10"), (10.0, "10.0"), (3, "3")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert write_number(value) == text
    assert float(text) == value


def test_a_long_call_has_a_line_for_each_argument() -> None:
    assert write_call("f", ["a", "b"], 1) == "f(a, b)"
    long = write_call("function", ["a" * 40, "b" * 40], 1)
    assert long == f"function(\n        {'a' * 40},\n        {'b' * 40},\n    )"
