"""Early stopping: where it ends, and which weights it restores, against an independent loop."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine import Trainer, parse_spec
from engine.__main__ import main
from engine.frames.frames import FrameRequest
from engine.programs.tiers import Programs
from tests.engine import oracle, states
from tests.engine.conftest import MakeTrainer

#: Overfits within a few dozen epochs.
SPEC: dict[str, Any] = {
    "data": {
        "name": "moons", "noise": 0.4, "label_noise": 0.15, "samples": 60,
        "validation_fraction": 0.3,
    },
    "layers": [{"units": 8, "activation": "relu"}, {"units": 8, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.05},
}  # fmt: skip
RULE = {"enabled": True, "patience": 6}
EPOCHS = 120
HISTORY = FrameRequest(("history",))


def measure_validation(trainer: Trainer) -> float:
    """The validation loss in float64."""
    data, flat = trainer.data, trainer.snapshot().state.params
    split = data.n_train, data.n_validation
    return oracle.measure(trainer.spec, flat, data.x, data.labels, *split)["validation_loss"]


def stop_by_hand(losses: list[float], patience: int, min_delta: float) -> tuple[int, int] | None:
    """Epochs of the end and of the best loss, by Keras's rule; None if it never ends."""
    best, best_epoch = float("inf"), 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best - min_delta:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return None


@pytest.fixture(scope="module")
def epochs(programs: Programs) -> list[tuple[float, Any]]:
    """Validation loss and weights after each epoch of a run that nothing ends.

    On the exact program, which another test may have compiled; all turns take it from then on.
    """
    Trainer(parse_spec(SPEC), programs).train(epochs=1)
    trainer = Trainer(parse_spec(SPEC), programs)
    found: list[tuple[float, Any]] = []
    for _ in range(EPOCHS):
        trainer.turn(epochs=1)
        found.append((measure_validation(trainer), trainer.weights))
    return found


@pytest.mark.parametrize(("patience", "min_delta"), [(1, 0.0), (6, 0.0), (6, 0.01), (15, 0.0)])
@pytest.mark.parametrize("epochs_per_turn", [1, 7, EPOCHS])
def test_it_ends_where_a_loop_over_the_oracle_ends(
    make_trainer: MakeTrainer, epochs: list[tuple[float, Any]],
    patience: int, min_delta: float, epochs_per_turn: int,
) -> None:  # fmt: skip
    ended, best = stop_by_hand([loss for loss, _ in epochs], patience, min_delta) or (0, 0)
    assert 0 < best < ended < EPOCHS
    rule = {**RULE, "patience": patience, "min_delta": min_delta}
    trainer = make_trainer({**SPEC, "early_stopping": rule})
    frame = trainer.turn(epochs=epochs_per_turn, request=HISTORY)
    while trainer.early_stop is None:
        frame = trainer.turn(epochs=epochs_per_turn, request=HISTORY)
    stop = trainer.early_stop
    assert (stop.epoch, stop.best_epoch) == (ended, best)
    assert (stop.step, trainer.epoch) == (ended * trainer.batches_per_epoch, ended)
    assert stop.best_loss == pytest.approx(epochs[best - 1][0], rel=1e-4)
    assert states.same_bits(trainer.weights, epochs[ended - 1][1])
    assert frame.arrays["history"][-1, 0] == stop.step
    trainer.restore_best()
    assert states.same_bits(trainer.weights, epochs[best - 1][1])
    assert (trainer.epoch, trainer.step) == (ended, stop.step), "time goes on from where it ended"
    assert trainer.metrics["validation_loss"] == pytest.approx(stop.best_loss, rel=1e-5)


def test_the_moments_of_the_best_epoch_come_back_with_its_weights(
    make_trainer: MakeTrainer,
) -> None:
    trainer = make_trainer({**SPEC, "early_stopping": RULE})
    while trainer.early_stop is None:
        trainer.turn(epochs=1)
    best = trainer.early_stop.best_epoch
    trainer.restore_best()
    other = make_trainer(SPEC)
    other.turn(epochs=best)
    now, then = trainer.snapshot(), other.snapshot()
    assert all(states.same_bits(*pair) for pair in zip(now.state, then.state, strict=True))
    assert now.counters.updates == then.counters.updates


def test_a_trainer_restores_the_best_weights_by_itself(
    make_trainer: MakeTrainer, epochs: list[tuple[float, Any]]
) -> None:
    trainer = make_trainer({**SPEC, "early_stopping": RULE})
    metrics = trainer.train(epochs=EPOCHS)
    assert trainer.early_stop is not None
    assert metrics["epoch"] == trainer.early_stop.epoch < EPOCHS
    best, _ = epochs[trainer.early_stop.best_epoch - 1]
    assert metrics["validation_loss"] == pytest.approx(best, rel=1e-2)
    assert trainer.train(epochs=1)["epoch"] == metrics["epoch"] + 1
    assert trainer.early_stop is None
    last = make_trainer({**SPEC, "early_stopping": {**RULE, "restore_best_weights": False}})
    assert last.train(epochs=EPOCHS)["validation_loss"] > metrics["validation_loss"]


def test_without_validation_points_nothing_ends_early(make_trainer: MakeTrainer) -> None:
    data = {**SPEC["data"], "validation_fraction": 0}
    rule = {**RULE, "patience": 1}
    trainer = make_trainer({**SPEC, "data": data, "early_stopping": rule})
    assert trainer.train(epochs=EPOCHS)["epoch"] == EPOCHS
    assert trainer.early_stop is None


def test_frames_say_which_epoch_is_the_best_so_far(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({**SPEC, "early_stopping": {**RULE, "patience": 1000}})
    losses: list[float] = []
    best = 0
    for _ in range(30):
        told = trainer.turn(epochs=1).metadata
        losses.append(trainer.metrics["validation_loss"])
        best = int(np.argmin(losses)) + 1
        assert (int(told["best_epoch"]), int(told["waited"])) == (best, len(losses) - best)
        assert int(told["best_step"]) == best * trainer.batches_per_epoch
        assert float(told["best_loss"]) == pytest.approx(min(losses))
    assert best < 30


@pytest.mark.parametrize(
    ("patch", "kept"),
    [
        ({"optimizer": {"learning_rate": 0.01}}, True),
        ({"regularization": {"l2": 0.01}}, True),
        ({"early_stopping": {"patience": 50}}, True),
        ({"batch_size": 5}, True),
        ({"data": {"noise": 0.2}}, False),
        ({"layers": [{"units": 8, "activation": "relu"}]}, False),
        ({"loss": "mean_squared_error"}, False),
    ],
)
def test_the_best_epoch_is_forgotten_with_what_it_was_measured_on(
    make_trainer: MakeTrainer, patch: dict[str, Any], kept: bool
) -> None:
    trainer = make_trainer({**SPEC, "early_stopping": {**RULE, "patience": 1000}})
    trainer.turn(epochs=20)
    trainer.edit(patch)
    assert ("best_epoch" in trainer.turn().metadata) == kept


def test_a_weight_set_by_hand_or_another_time_begins_anew(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({**SPEC, "early_stopping": {**RULE, "patience": 1000}})
    trainer.turn(epochs=3)
    then = trainer.snapshot()
    trainer.turn(epochs=2)
    trainer.restore(then)
    assert "best_epoch" not in trainer.turn().metadata
    trainer.turn(epochs=1)
    trainer.set_weight(0, 0, 0, 3.0)
    assert "best_epoch" not in trainer.turn().metadata


def test_the_command_line_says_where_it_ended(tmp_path: Any, capsys: Any) -> None:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({**SPEC, "early_stopping": RULE}))
    assert main(["train", "--spec", str(file), "--epochs", str(EPOCHS), "--json"]) == 0
    out, err = capsys.readouterr()
    metrics = json.loads(out.splitlines()[-1])
    assert metrics["epoch"] < EPOCHS
    assert f"stopped at epoch {metrics['epoch']}: the smallest validation loss" in err


def test_a_run_that_is_taken_up_ends_where_it_would_have_ended(
    make_trainer: MakeTrainer,
) -> None:
    """Between the best epoch and the end, where the best weights are in no other snapshot."""
    whole = make_trainer({**SPEC, "early_stopping": RULE})
    while whole.early_stop is None:
        whole.turn(epochs=1)
    ended, best = whole.early_stop.epoch, whole.early_stop.best_epoch
    whole.restore_best()
    first = make_trainer({**SPEC, "early_stopping": RULE})
    first.turn(epochs=ended - 2)
    kept = first.best_epoch
    assert kept is not None
    assert (kept.snapshot.epoch, kept.waited) == (best, ended - 2 - best)
    then = make_trainer({**SPEC, "early_stopping": RULE})
    then.take_up(first.snapshot(), None, kept)
    told = then.turn().metadata
    assert (int(told["best_epoch"]), int(told["waited"])) == (best, ended - 2 - best)
    then.turn(epochs=50)
    assert then.early_stop is not None
    assert (then.early_stop.epoch, then.early_stop.best_epoch) == (ended, best)
    then.restore_best()
    assert states.same_bits(then.weights, whole.weights)
    assert then.best_epoch is None


def test_a_run_that_is_taken_up_keeps_the_best_epoch_over_an_edit_of_a_rate(
    make_trainer: MakeTrainer,
) -> None:
    first = make_trainer({**SPEC, "early_stopping": {**RULE, "patience": 500}})
    first.turn(epochs=20)
    then = make_trainer({**SPEC, "early_stopping": {**RULE, "patience": 500}})
    then.take_up(first.snapshot(), None, first.best_epoch)
    then.edit({"optimizer": {"learning_rate": 0.01}})
    kept, found = first.best_epoch, then.best_epoch
    assert kept is not None
    assert found is not None
    assert (found.snapshot.step, found.loss) == (kept.snapshot.step, kept.loss)
    then.edit({"data": {"noise": 0.2}})
    assert then.best_epoch is None
