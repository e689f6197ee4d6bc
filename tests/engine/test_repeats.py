"""Training repeats bit for bit, and whatever can be asked of it in between."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Programs, Trainer, parse_spec
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits

HARD: dict[str, Any] = {
    "layers": [{"units": 6, "dropout": 0.3}, {"units": 5, "activation": "prelu"}],
    "optimizer": {"name": "adam", "clip_norm": 1.0},
    "regularization": {"l1": 0.001},
    "batch_size": 32,
}


def all_same(a: Any, b: Any) -> bool:
    return all(same_bits(p, q) for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize("value", [{}, HARD])
def test_training_repeats_bit_for_bit(value: dict[str, Any]) -> None:
    runs = []
    for _ in range(2):
        programs = Programs()
        trainer = Trainer(parse_spec(value), programs)
        metrics = trainer.train(epochs=20, steps=3)
        runs.append((metrics, read_state(trainer)))
        programs.close()
    assert runs[0][0] == runs[1][0]
    assert all_same(runs[0][1], runs[1][1])


def test_training_at_once_or_step_by_step(make_trainer: MakeTrainer) -> None:
    together, apart = make_trainer(HARD), make_trainer(HARD)
    together.train(epochs=3)
    for _ in range(together.step // 2):
        apart.train(steps=1)
    apart.train(steps=together.step - together.step // 2)
    assert all_same(read_state(together), read_state(apart))
    assert together.metrics == apart.metrics


def test_turns_repeat_bit_for_bit(make_trainer: MakeTrainer) -> None:
    one, other = make_trainer({**HARD, "batch_size": 31}), make_trainer({**HARD, "batch_size": 31})
    for trainer in (one, other):
        for batches in (1, 20, 7):
            trainer.turn(batches=batches)
    assert all_same(read_state(one), read_state(other))


def test_train_counts_and_returns_the_metrics(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"batch_size": 40})
    # 250 rows in batches of 40: 7 updates an epoch.
    metrics = trainer.train(epochs=2)
    assert metrics == trainer.metrics
    assert metrics["step"] == trainer.step == 14
    assert metrics["epoch"] == trainer.epoch == 2
    assert trainer.train(steps=3)["step"] == 17
    assert trainer.epoch == 2
    assert trainer.train(epochs=1, steps=1)["step"] == 25
    assert trainer.epoch == 3
    assert trainer.train()["step"] == 25


def test_training_learns(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"optimizer": {"name": "adam", "learning_rate": 0.03}})
    before = trainer.metrics
    after = trainer.train(epochs=60)
    assert after["train_loss"] < before["train_loss"] / 5
    assert after["test_accuracy"] > 0.95


def test_a_turn_of_bounded_time_trains_less(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.turn(epochs=2)
    step = trainer.step
    trainer.turn(epochs=100_000, max_seconds=1e-9)
    assert trainer.step == step + 1
    trainer.turn(epochs=100_000, max_seconds=0.02)
    assert step + 1 < trainer.step < step + 2_000_000
    step = trainer.step
    trainer.turn(epochs=0, max_seconds=1.0)
    assert trainer.step == step
    trainer.turn(batches=3, max_seconds=10.0)
    assert trainer.step == step + 3


def test_default_programs_serve_without_being_given(tmp_path: Any) -> None:
    trainer = Trainer()
    assert trainer.spec == parse_spec({})
    assert trainer.step == 0
    trainer.save(tmp_path / "trainer")
    assert same_bits(Trainer.load(tmp_path / "trainer").weights, trainer.weights)
