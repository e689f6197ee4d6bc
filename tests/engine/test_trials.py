"""Trials: what is found on copies is what the edit then gives; the run itself is not touched."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine import (
    PRESETS,
    Candidate,
    EngineError,
    FrameRequest,
    Outcome,
    Programs,
    SpecError,
    Trainer,
    TrialError,
    TrialResult,
    parse_spec,
)
from engine.runs.trials import Trial, choose_best, plan_rounds
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits

NOISY = next(preset.spec for preset in PRESETS if preset.id == "overfitting")
L2 = [{"regularization": {"l2": value}} for value in (0.003, 0.01, 0.03)]
SECONDS = 0.01


def finish(trial: Trial) -> TrialResult:
    while not trial.done:
        trial.advance(SECONDS)
    result = trial.result()
    assert result is not None
    return result


def begin(trainer: Trainer, *patches: Any, epochs: int = 20) -> Trial:
    return trainer.begin_trial([Candidate(patch) for patch in patches], epochs)


def test_a_trial_finds_what_the_edit_then_gives(make_trainer: MakeTrainer) -> None:
    """To the last bit, for the copy without a change too, and in the order of the candidates."""
    trainer = make_trainer(NOISY)
    trainer.turn(epochs=30, batches=1)
    start = trainer.snapshot()
    patches = [
        {"regularization": {"l2": 0.01}},
        {"layers": [{"units": 8, "activation": "relu"}] * 3, "batch_size": 7},
        {"optimizer": {"name": "sgd", "learning_rate": 0.1}},
    ]
    result = finish(begin(trainer, *patches))
    assert (result.step, result.epochs) == (start.counters.step, 20)
    for patch, outcome in zip([{}, *patches], [result.baseline, *result.outcomes], strict=True):
        trainer.restore(start)
        trainer.edit(patch)
        trainer.turn(batches=20 * trainer.batches_per_epoch)
        assert outcome.metrics == trainer.metrics


def test_a_candidate_may_say_where_its_layers_come_from(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"layers": [{"units": 4}]})
    patch = {"layers": [{"units": 3}, {"units": 4}]}
    origin = [[None, [None] * 3], [0, [0, 1, 2, 3]]]
    result = finish(trainer.begin_trial([Candidate(patch, origin)], 2))
    trainer.edit(patch, origin)
    trainer.turn(epochs=2)
    assert result.outcomes[0].metrics == trainer.metrics


def test_the_run_stays_where_it_is_and_trains_on_meanwhile(make_trainer: MakeTrainer) -> None:
    trainer, alone = make_trainer(NOISY), make_trainer(NOISY)
    trial = begin(trainer, *L2, epochs=40)
    while not trial.done:
        trial.advance(SECONDS)
        trainer.turn(epochs=1)
    alone.turn(epochs=trainer.epoch)
    assert same_bits(read_state(trainer), read_state(alone))
    again = begin(make_trainer(NOISY), *L2, epochs=40)
    assert finish(again) == trial.result()


def test_what_holds_overfitting_back_is_found(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(NOISY)
    trainer.turn(epochs=300)
    result = finish(begin(trainer, *L2, epochs=100))
    assert result.best is not None
    before, after = result.baseline.metrics, result.outcomes[result.best].metrics
    assert before is not None
    assert after is not None
    assert after["test_loss"] < 0.6 * before["test_loss"]


def test_nothing_is_recommended_where_nothing_helps(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.turn(epochs=100)
    result = finish(begin(trainer, {"regularization": {"l2": 3.0}}, {}, epochs=10))
    assert result.best is None


def test_copies_that_diverge_are_left_out(make_trainer: MakeTrainer) -> None:
    wild = {
        "data": {"name": "ridge"},
        "layers": [{"units": 4, "activation": "relu"}] * 2,
        "optimizer": {"learning_rate": 10.0},
    }
    trainer = make_trainer(wild)
    result = finish(begin(trainer, {"optimizer": {"learning_rate": 9.0}}, epochs=5))
    assert result.baseline.metrics is None
    assert [one.metrics for one in result.outcomes] == [None]
    assert result.best is None
    result = finish(begin(trainer, {"optimizer": {"learning_rate": 0.01}}, epochs=5))
    assert result.baseline.metrics is None
    assert result.best == 0


def test_a_trial_that_is_cut_short_compares_equally_many_epochs(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(NOISY)
    trial = begin(trainer, L2[1], epochs=100)
    assert trial.result() is None
    assert trial.share == 0
    while (result := trial.result()) is None:
        trial.advance(SECONDS)
    trial.advance(SECONDS)
    assert result.epochs == 1
    assert 0 < trial.share < 1
    for outcome in (result.baseline, *result.outcomes):
        assert outcome.metrics is not None
        assert outcome.metrics["epoch"] == 1


@pytest.mark.parametrize(
    ("epochs", "ends"),
    [(1, [1]), (3, [1, 2, 3]), (50, [1, 2, *range(3, 50, 3), 50])],
)
def test_rounds_begin_short_and_end_at_the_last_epoch(epochs: int, ends: list[int]) -> None:
    assert plan_rounds(epochs) == ends
    assert plan_rounds(300)[:6] == [1, 2, 4, 8, 15, 30]
    assert plan_rounds(300)[-1] == 300


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"data": {"noise": 0.1}}, "data"),
        ({"data": {"name": "xor"}}, "data"),
        ({"data": {"name": "digits"}}, "data"),
        ({"seed": 7}, "seed"),
        ({"loss": "hinge"}, "loss"),
    ],
)
def test_what_cannot_be_compared_is_not_tried(
    make_trainer: MakeTrainer, patch: dict[str, Any], path: str
) -> None:
    with pytest.raises(TrialError) as caught:
        begin(make_trainer(), patch)
    assert (caught.value.code, caught.value.path) == ("no_trial", path)


def test_bounds_and_rules_hold(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    for patches, epochs in (((), 5), (({},) * 4, 5), (({},), 0), (({},), 1001)):
        with pytest.raises(TrialError):
            begin(trainer, *patches, epochs=epochs)
    with pytest.raises(SpecError):
        begin(trainer, {"optimizer": {"learning_rate": -1}})
    with pytest.raises(EngineError):
        begin(trainer, "no patch")


def test_nothing_is_compiled_for_a_trial(programs: Programs) -> None:
    """Networks that no compiled program has room for are refused."""
    trainer = Trainer(parse_spec({}), programs)
    cold = Programs()
    with pytest.raises(TrialError, match="room"):
        Trial(cold, trainer.snapshot(), [Candidate({})], 5)
    built = programs.builds
    finish(begin(trainer, {"layers": [{"units": 8}] * 6}, epochs=2))
    assert programs.builds == built


def outcome(loss: float, accuracy: float = 0.9, level: float | None = None) -> Outcome:
    metrics = {"test_loss": loss, "test_accuracy": accuracy}
    return Outcome(metrics, loss if level is None else level)


@pytest.mark.parametrize(
    ("outcomes", "best"),
    [
        ([outcome(0.9), outcome(0.4), outcome(0.5)], 1),
        ([outcome(0.97), outcome(1.2)], None),
        ([outcome(0.4, level=1.1)], None),
        ([outcome(1.1, level=0.4)], None),
        ([outcome(0.5, accuracy=0.7), outcome(0.6, accuracy=0.89)], 1),
        ([Outcome(None, math.inf)], None),
        ([Outcome(None, math.inf), outcome(0.5)], 1),
    ],
    ids=["the lowest", "hardly lower", "by chance", "on its way up", "at a cost", "none", "one"],
)
def test_the_best_helps_for_sure(outcomes: list[Outcome], best: int | None) -> None:
    assert choose_best(outcome(1.0), outcomes) == best


def test_slices_are_bounded(make_trainer: MakeTrainer) -> None:
    """The first slice is four updates, and none has more than four times those of the last."""
    trainer = make_trainer({"batch_size": 1})
    trial = begin(trainer, {}, epochs=2)
    steps = [trial._copies[0].trained]
    while trial._copies[0].trained < trainer.batches_per_epoch:
        trial.advance(1e9)
        steps.append(trial._copies[0].trained)
    assert np.diff(steps).tolist() == [4, 16, 64, 166]


def test_copies_that_begin_anew_are_networks_of_their_own_spec(programs: Programs) -> None:
    """Another initializer acts from step 0, and the gradient flow is that after the last update."""
    spec = {"layers": [{"units": 4, "activation": "sigmoid"}] * 3, "seed": 3}
    trainer = Trainer(parse_spec(spec), programs)
    trainer.turn(batches=7)
    relu = [{"units": 4, "activation": "relu"}] * 3
    patches = [{"layers": relu, "initializer": {"name": "he_normal"}}]
    trial = trainer.begin_trial([Candidate(patch) for patch in patches], 3, restart=True, flow=True)
    result = finish(trial)
    assert (result.step, result.epochs) == (0, 3)
    for patch, outcome in zip([{}, *patches], [result.baseline, *result.outcomes], strict=True):
        alone = Trainer(parse_spec(spec | patch), programs)
        alone.turn(batches=3 * alone.batches_per_epoch)
        assert outcome.metrics == alone.metrics
        frame = alone.turn(request=FrameRequest(views=("gradient_flow",)))
        assert outcome.flow is not None
        np.testing.assert_array_equal(outcome.flow, frame.arrays["gradient_flow"])
    assert trainer.step == 7
    assert finish(begin(trainer, patches[0], epochs=1)).baseline.flow is None
