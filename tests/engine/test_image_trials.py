"""Experiments on networks for images: what copies show is what the changed network then does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import (
    Candidate,
    FrameRequest,
    ImageTrial,
    Programs,
    SpecError,
    Trainer,
    TrialError,
    parse_spec,
)
from engine.runs import image_trials

FLOW = FrameRequest(views=("gradient_flow",))
SATURATED: dict[str, Any] = {
    "data": {"name": "digits"}, "batch_size": 20, "seed": 3,
    "layers": [{"units": 8, "activation": "sigmoid"}, {"units": 5, "activation": "sigmoid"}],
    "optimizer": {"learning_rate": 0.3},
}  # fmt: skip
RELU = {"layers": [{"units": 8, "activation": "relu"}, {"units": 5, "activation": "relu"}]}


def begin(trainer: Trainer, *patches: Any, epochs: int = 1) -> ImageTrial:
    candidates = [Candidate(patch) for patch in patches]
    return trainer.begin_image_trial(candidates, epochs)


def test_copies_show_what_the_changed_network_then_does(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the start, for a part of an epoch; the run itself stays where it is."""
    monkeypatch.setattr(image_trials, "MAX_BATCHES", 30)
    trainer = Trainer(parse_spec(SATURATED), programs)
    trainer.train(steps=7)
    before = np.array(trainer.snapshot().state.params)
    trial = begin(trainer, RELU, {"optimizer": {"learning_rate": 1e-5}})
    shares = []
    while not trial.done:
        trial.advance(0.002)
        shares.append(trial.share)
    assert shares == sorted(shares)
    result = trial.result()
    assert result is not None
    assert (result.step, result.epochs, result.batches) == (0, 0, 30)
    np.testing.assert_array_equal(trainer.snapshot().state.params, before)
    assert trainer.step == 7
    for patch, outcome in zip([{}, RELU], [result.baseline, *result.outcomes], strict=False):
        alone = Trainer(parse_spec({**SATURATED, **patch}), programs)
        alone.train(steps=30)
        assert outcome.metrics is not None
        for name in ("train_loss", "test_loss", "test_accuracy"):
            assert outcome.metrics[name] == pytest.approx(alone.metrics[name], rel=1e-5)
        flow = alone.turn(request=FLOW).arrays["gradient_flow"]
        assert outcome.flow is not None
        np.testing.assert_allclose(outcome.flow, flow, rtol=1e-4)


def test_what_diverges_and_what_takes_too_long(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(parse_spec(SATURATED), programs)
    linear = {"layers": [{"units": 8, "activation": "linear"}] * 2}
    wild = {**linear, "optimizer": {"learning_rate": 10.0}, "initializer": {"scale": 5.0}}
    trial = begin(trainer, wild, epochs=3)
    while not trial.done:
        trial.advance(0.05)
    result = trial.result()
    assert result is not None
    assert result.outcomes[0].metrics is None
    assert (result.epochs, result.batches) == (3, 3 * trainer.batches_per_epoch)
    monkeypatch.setattr(image_trials, "MAX_SECONDS", 1e-9)
    trial = begin(trainer, RELU)
    while not trial.done:
        trial.advance(0.05)
    assert (result := trial.result()) is not None
    assert result.batches is not None
    assert 0 < result.batches < trainer.batches_per_epoch


def test_what_cannot_be_compared_is_refused(programs: Programs) -> None:
    trainer = Trainer(parse_spec(SATURATED), programs)
    for patch in ({"data": {"name": "circle"}}, {"seed": 4}, {"loss": "mean_squared_error"}):
        with pytest.raises(TrialError):
            begin(trainer, patch)
    with pytest.raises(SpecError):
        begin(trainer, {"batch_size": 0})
    with pytest.raises(TrialError, match="1,000,000 parameters"):
        begin(trainer, {"layers": [{"units": 1024}, {"units": 1024}]})
    with pytest.raises(TrialError):
        begin(trainer)
