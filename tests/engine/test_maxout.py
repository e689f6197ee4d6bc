"""Maxout: the largest of a unit's pieces; edits that keep the function, limits, its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import parse_spec
from engine.base.errors import SpecError, WeightError
from engine.frames.frames import AblationRequest
from engine.insight.ablation import switch_off
from engine.insight.derivatives import take_largest
from engine.network import Layout
from tests.engine import oracle, states
from tests.engine.conftest import MakeTrainer

X = np.random.default_rng(3).uniform(-6, 6, (64, 2)).astype(np.float32)


def layers(*units: int, activation: str = "maxout", **more: Any) -> dict[str, Any]:
    return {"layers": [{"units": n, "activation": activation, **more} for n in units]}


def test_a_unit_by_hand(make_trainer: MakeTrainer) -> None:
    """|x1|, of the pieces x1 and -x1: what no single ReLU computes."""
    trainer = make_trainer({**layers(1), "data": {"name": "plane"}})
    for layer, from_, to, value in [
        (0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 1, -1), (0, 1, 1, 0), (1, 0, 0, 2), (1, "bias", 0, 0.5),
    ]:  # fmt: skip
        trainer.set_weight(layer, from_, to, value)
    np.testing.assert_allclose(trainer.predict(X)[:, 0], 2 * np.abs(X[:, 0]) + 0.5, rtol=1e-6)
    weights = trainer.frame(views=("weights",))["weights"]
    np.testing.assert_array_equal(weights, [1, -1, 0, 0, 0, 0, 2, 0.5])
    with pytest.raises(WeightError, match="to must be 0 to 1"):
        trainer.set_weight(0, 0, 2, 1.0)


@pytest.mark.parametrize("activation", ["relu", "linear", "leaky_relu"])
def test_units_that_become_maxout_go_on_with_their_function(
    make_trainer: MakeTrainer, activation: str
) -> None:
    more = {"negative_slope": 0.3, "activation": activation}
    trainer = make_trainer({**layers(4, 3, **more), "optimizer": {"name": "adam"}})
    trainer.turn(epochs=3)
    before, was = trainer.predict(X), states.read_state(trainer)
    trainer.edit(layers(4, 3))
    np.testing.assert_allclose(trainer.predict(X), before, rtol=0, atol=1e-6)
    new = [states.take_apart(trainer.spec, vector) for vector in states.read_state(trainer)]
    assert all(not part[0].kernel[:, 4:].any() for part in new[1:]), "new pieces have no moments"
    np.testing.assert_array_equal(new[1][0].kernel[:, :4].ravel(), was.m[:8])
    # The pieces part as soon as they are trained, and nothing else than their own unit's.
    trainer.turn(epochs=3)
    assert np.isfinite(trainer.predict(X)).all()
    trainer.edit(layers(4, 3, **more))
    assert len(states.read_state(trainer).params) == len(was.params)


def test_leaky_relu_before_normalization_goes_on_too(make_trainer: MakeTrainer) -> None:
    more = {"activation": "leaky_relu", "negative_slope": 0.3, "batch_norm": True}
    trainer = make_trainer(layers(4, 3, **more))
    trainer.turn(epochs=3)
    before = trainer.predict(X)
    trainer.edit(layers(4, 3, batch_norm=True))
    np.testing.assert_allclose(trainer.predict(X), before, rtol=0, atol=1e-5)


def test_a_new_layer_is_the_identity(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(layers(4, activation="tanh"))
    trainer.turn(epochs=2)
    before = trainer.predict(X)
    trainer.edit({"layers": [*layers(4, activation="tanh")["layers"], *layers(6)["layers"]]})
    np.testing.assert_allclose(trainer.predict(X), before, rtol=0, atol=1e-6)


def test_of_equal_pieces_the_first_has_the_gradient(make_trainer: MakeTrainer) -> None:
    """So pieces that begin as the same one part; shared evenly, they never would."""
    trainer = make_trainer(layers(3, activation="linear"))
    trainer.turn(epochs=1)
    trainer.edit(layers(3))
    old = states.take_apart(trainer.spec, states.read_state(trainer).params)[0].kernel
    np.testing.assert_array_equal(old[:, :3], old[:, 3:])
    trainer.turn(batches=1)
    new = states.take_apart(trainer.spec, states.read_state(trainer).params)[0].kernel
    np.testing.assert_array_equal(new[:, 3:], old[:, 3:])
    assert (new[:, :3] != old[:, :3]).all()
    a, slopes = take_largest(np.array([[2.0, 1.0, 2.0, 3.0]]), np.ones((1, 4)), 2)
    assert a.tolist() == [[2, 3]]
    assert slopes.tolist() == [[1, 0, 0, 1]]


def test_predictions_are_the_oracles(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({**layers(5, 4, 3), "data": {"name": "blobs"}})
    trainer.turn(epochs=2)
    flat = states.read_state(trainer).params
    expected = oracle.forward(trainer.spec, flat, X).outputs
    np.testing.assert_allclose(trainer.predict(X), expected, rtol=1e-4, atol=1e-6)
    trained = trainer.metrics
    trainer.train(epochs=2)
    assert trainer.metrics["train_loss"] < trained["train_loss"]


def test_pieces_count_towards_the_room_of_a_layer() -> None:
    spec = parse_spec(layers(16, 3))
    assert Layout.of(spec).size == spec.n_parameters + 38, "and a slope that nothing uses for each"
    assert spec.n_parameters == 2 * 32 + 32 + 16 * 6 + 6 + 3 + 1
    with pytest.raises(SpecError) as refused:
        parse_spec(layers(17))
    assert refused.value.path == "layers.0.units"
    assert parse_spec({**layers(512), "data": {"name": "digits"}}).layers[0].sums == 1024


def test_a_link_to_the_second_piece_is_switched_off() -> None:
    spec = parse_spec(layers(2))
    flat = states.draw_params(spec, 1)
    off = switch_off(spec, flat, AblationRequest((), ((0, 1, 3), (0, None, 2), (0, 0, 4))))
    assert np.flatnonzero(off != flat).tolist() == [7, 10]
