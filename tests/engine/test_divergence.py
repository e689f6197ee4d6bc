"""Training that leaves the finite numbers: the last finite state is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import DivergedError, EngineError, FrameRequest, Trainer
from tests.engine import oracle
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits

SQUARES = {
    "data": {"name": "plane", "samples": 200},
    "features": ["x1_squared", "x2_squared", "x1"],
}
#: Each diverges after a few updates.
SPECS: dict[str, dict[str, Any]] = {
    "squared error": {
        **SQUARES,
        "layers": [{"units": 3, "activation": "linear"}],
        "optimizer": {"name": "momentum", "learning_rate": 0.001},
    },
    "no hidden layer": {**SQUARES, "layers": [], "optimizer": {"learning_rate": 0.003}},
    "penalty": {"regularization": {"l2": 10}, "optimizer": {"learning_rate": 0.5}},
    "weight decay": {
        "data": {"name": "arms"},
        "optimizer": {"name": "adamw", "learning_rate": 4, "weight_decay": 1},
    },
}
WILD = SPECS["squared error"]


def all_same(a: Any, b: Any) -> bool:
    return all(same_bits(p, q) for p, q in zip(a, b, strict=True))


def repeat(train: Callable[[], object]) -> None:
    for _ in range(5000):
        train()


def diverge(trainer: Trainer, train: Callable[[], object]) -> int:
    """Trains until it raises; returns the error's step."""
    with pytest.raises(DivergedError) as caught:
        repeat(train)
    assert caught.value.code == "diverged"
    assert isinstance(caught.value, EngineError)
    assert caught.value.step == trainer.step
    assert str(trainer.step) in caught.value.message
    return caught.value.step


@pytest.mark.parametrize("name", SPECS)
def test_the_step_is_the_one_that_stepping_finds(make_trainer: MakeTrainer, name: str) -> None:
    alone, together = make_trainer(SPECS[name]), make_trainer(SPECS[name])
    states = [read_state(alone)]

    def step() -> None:
        alone.turn(batches=1, request=FrameRequest(views=()))
        states.append(read_state(alone))
        assert np.isfinite(alone.metrics["train_loss"])

    with pytest.raises(DivergedError):
        repeat(step)
    steps, kept = len(states) - 1, states[-1]
    assert steps >= 3
    assert alone.step == steps
    assert all_same(read_state(alone), kept)
    assert diverge(together, lambda: together.turn(epochs=20)) == steps
    batches = math.ceil(together.data.n_train / 10)
    assert together.epoch == alone.epoch == steps // batches
    assert all_same(read_state(together), kept)


@pytest.mark.parametrize("name", SPECS)
def test_the_state_that_is_kept_is_finite_and_the_next_is_not(
    make_trainer: MakeTrainer, name: str
) -> None:
    trainer = make_trainer(SPECS[name])
    step = diverge(trainer, lambda: trainer.turn(epochs=1))
    state = read_state(trainer)
    assert all(np.isfinite(vector).all() for vector in state)
    data = trainer.data
    found = oracle.measure(trainer.spec, state.params, data.x, data.labels, data.n_train)
    assert trainer.metrics["train_loss"] == pytest.approx(found["train_loss"], rel=1e-3)
    for _ in range(2):
        with pytest.raises(DivergedError) as caught:
            trainer.turn(batches=1)
        assert caught.value.step == trainer.step == step
        assert all_same(read_state(trainer), state)


@pytest.mark.parametrize("name", SPECS)
def test_the_kept_state_can_be_shown(make_trainer: MakeTrainer, name: str) -> None:
    trainer = make_trainer(SPECS[name])
    trainer.turn()
    step = diverge(trainer, lambda: trainer.turn(epochs=1))
    frame = trainer.turn(request=FrameRequest(points=True))
    assert frame.metadata["step"] == str(step)
    assert np.isfinite(float(frame.metadata["train_loss"]))
    assert np.isfinite(frame.arrays["weights"]).all()
    history = frame.arrays["history"]
    assert np.isfinite(history).all()
    assert (history[:, 0] <= step).all()
    for key in ("boundary_range", "units_range"):
        assert np.isfinite(np.array(json.loads(frame.metadata[key]))).all()


def test_training_goes_on_at_a_lower_rate(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(WILD)
    step = diverge(trainer, lambda: trainer.turn(epochs=1))
    trainer.reset()
    assert trainer.step == 0
    trainer.edit({"optimizer": {"name": "adam", "learning_rate": 0.01}})
    trainer.turn(epochs=step)
    assert trainer.step == 10 * step
    assert np.isfinite(trainer.metrics["train_loss"])


def test_the_kept_state_can_be_edited_and_saved(make_trainer: MakeTrainer, checkpoint: Any) -> None:
    trainer = make_trainer(WILD)
    step = diverge(trainer, lambda: trainer.turn(epochs=1))
    trainer.save(checkpoint)
    trainer.edit({"optimizer": {"name": "lion", "learning_rate": 0.001}})
    trainer.turn(batches=5)
    assert trainer.step == step + 5


def test_train_raises_too_and_keeps_the_last_finite_state(make_trainer: MakeTrainer) -> None:
    alone, together = make_trainer(WILD), make_trainer(WILD)
    step = diverge(together, lambda: together.train(epochs=50))
    assert diverge(alone, lambda: alone.train(steps=1)) == step
    assert all_same(read_state(alone), read_state(together))
    assert np.isfinite(together.metrics["train_loss"])


def test_a_loss_that_is_infinite_at_once(make_trainer: MakeTrainer) -> None:
    """Weights set by hand: nothing can be trained, all can be shown, and it can be undone."""
    layers = [{"units": 1, "activation": "linear"}] * 6
    trainer = make_trainer({"data": {"name": "plane"}, "layers": layers})
    for layer in range(7):
        trainer.set_weight(layer, 0, 0, 1e6)
    frame = trainer.turn()
    assert "train_loss" not in frame.metadata
    with pytest.raises(DivergedError) as caught:
        trainer.turn(batches=1)
    assert caught.value.step == trainer.step == 0
    for layer in range(7):
        trainer.set_weight(layer, 0, 0, 0.5)
    frame = trainer.turn(batches=1)
    assert trainer.step == 1
    for key in ("boundary_range", "units_range"):
        assert np.isfinite(np.array(json.loads(frame.metadata[key]))).all()
    assert frame.arrays["history"].shape == (1, 5)


@pytest.mark.parametrize("exact", [False, True])
def test_slots_that_leave_the_finite_numbers(
    make_trainer: MakeTrainer, checkpoint: Path, exact: bool
) -> None:
    """A gradient of 1e28 is finite and its square is not; Adam would stand still for ever."""
    layers = [{"units": 1, "activation": "linear"}] * 2
    spec = {"data": {"name": "plane"}, "layers": layers, "optimizer": {"name": "adam"}}
    trainer = make_trainer(spec)
    for layer in range(3):
        trainer.set_weight(layer, 0, 0, 2e5)
    assert np.isfinite(trainer.metrics["train_loss"])
    train = partial(trainer.train, steps=1) if exact else partial(trainer.turn, batches=1)
    with pytest.raises(DivergedError):
        train()
    assert all(np.isfinite(vector).all() for vector in read_state(trainer))
    trainer.save(checkpoint)
    assert Trainer.load(checkpoint).step == 0


@pytest.mark.parametrize("data", ["circle", "plane", "blobs"])
def test_weights_set_far_too_large_give_no_words_that_are_no_numbers(
    make_trainer: MakeTrainer, data: str
) -> None:
    trainer = make_trainer(
        {"data": {"name": data}, "layers": [{"units": 4, "activation": "relu"}] * 6}
    )
    widths = trainer.spec.widths
    for layer, (inputs, units) in enumerate(pairwise(widths)):
        for from_ in ("bias", *range(inputs)):
            for to in range(units):
                trainer.set_weight(layer, from_, to, 1e6)
    frame = trainer.turn(request=FrameRequest(points=True))
    assert "train_loss" not in frame.metadata
    for key, text in frame.metadata.items():
        value = json.loads(text)
        assert np.isfinite(value).all(), (key, text)
    assert np.isfinite(frame.arrays["weights"]).all()
    with pytest.raises(DivergedError):
        trainer.turn(1)
    trainer.reset()
    assert "train_loss" in trainer.turn().metadata
