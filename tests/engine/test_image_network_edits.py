"""Edits of networks for images keep what was learned, and never hold up training."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from engine import Programs, SpecError, Trainer, parse_spec
from tests.engine.test_image_network_training import make
from tests.sizes import at_night


def layer(units: int, **more: Any) -> dict[str, Any]:
    return {"units": units, "activation": "relu", **more}


@pytest.fixture
def trained(programs: Programs) -> Trainer:
    trainer = make(programs, layers=[layer(16), layer(12)], optimizer={"name": "adam"})
    trainer.train(steps=30)
    return trainer


def answers(trainer: Trainer) -> np.ndarray:
    return trainer.predict(trainer.data.images.test_images[:50])


@pytest.mark.parametrize(
    "patch",
    [
        {"layers": [layer(20), layer(12)]},
        at_night({"layers": [layer(16), layer(17)]}),
        {"layers": [layer(16), layer(12), layer(12)]},
        at_night({"layers": [layer(16, dropout=0.4), layer(12)]}),
        {"optimizer": {"learning_rate": 0.5}},
        {"optimizer": {"name": "lion"}},
        {"batch_size": 500},
        at_night({"loss": "mean_squared_error"}),
        at_night({"schedule": {"name": "cosine"}}),
    ],
)
def test_what_was_learned_stays(trained: Trainer, patch: dict[str, Any]) -> None:
    before, step = answers(trained), trained.step
    trained.edit(patch)
    assert trained.step == step
    np.testing.assert_allclose(answers(trained), before, atol=1e-5)
    trained.train(steps=3)


def test_optimizer_slots_stay(trained: Trainer) -> None:
    before = trained.snapshot().state
    trained.edit({"layers": [layer(16), layer(13)]})
    after = trained.snapshot().state
    np.testing.assert_array_equal(after.m[: 64 * 16], before.m[: 64 * 16])
    np.testing.assert_array_equal(after.v[: 64 * 16], before.v[: 64 * 16])


def test_a_new_first_layer_is_drawn(trained: Trainer) -> None:
    origin = [[None, [None] * 24], [0, list(range(16))], [1, list(range(12))]]
    last = trained.weights[-(12 * 10 + 10) :]
    trained.edit({"layers": [layer(24), layer(16), layer(12)]}, origin)
    kernel = trained.weights[: 64 * 24]
    assert np.unique(kernel).size > 1000
    np.testing.assert_array_equal(trained.weights[-(12 * 10 + 10) :], last)


def test_from_points_to_images_and_back(programs: Programs) -> None:
    trainer = Trainer(parse_spec({}), programs)
    trainer.train(epochs=1)
    trainer.edit({"data": {"name": "digits"}, "layers": [layer(40)]})
    assert (trainer.spec.batch_size, trainer.spec.n_outputs) == (128, 10)
    assert np.unique(trainer.weights[: 64 * 40]).size > 2000
    assert trainer.train(epochs=3)["test_accuracy"] > 0.3
    trainer.edit({"data": {"name": "circle"}})
    assert [one.units for one in trainer.spec.layers] == [4, 2]
    assert trainer.train(epochs=1)["step"] > 0


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"data": {"name": "digits"}, "layers": [layer(1025)]}, "layers.0.units"),
        ({"data": {"name": "digits"}, "layers": [layer(4)] * 5}, "layers"),
        ({"data": {"name": "digits"}, "batch_size": 15}, "batch_size"),
        ({"data": {"name": "digits"}, "batch_size": 2049}, "batch_size"),
        ({"layers": [layer(33)]}, "layers.0.units"),
        ({"batch_size": 257}, "batch_size"),
        ({"data": {"name": "digits"}, "loss": "huber"}, "loss"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(spec: dict[str, Any], path: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(spec)
    assert caught.value.path == path


def test_sizes_at_the_edges_are_taken() -> None:
    for batch in (16, 2048):
        parse_spec({"data": {"name": "mnist"}, "layers": [layer(1024)] * 4, "batch_size": batch})
    assert parse_spec({"data": {"name": "mnist"}}).batch_size == 128
    assert parse_spec({"data": {"name": "mnist"}, "layers": []}).widths == (784, 10)


def test_only_new_shapes_have_to_wait(trained: Trainer) -> None:
    for patch in ({"optimizer": {"learning_rate": 0.1}}, {"regularization": {"l2": 0.0}}):
        assert not trained.must_wait([patch])
    patch = {"layers": [layer(16), layer(31)]}
    assert trained.must_wait([patch])
    deadline = time.monotonic() + 60
    while trained.must_wait([patch]):
        trained.turn(batches=1)
        assert time.monotonic() < deadline
    step = trained.step
    trained.edit(patch)
    trained.turn(batches=1)
    assert trained.step == step + 1


def test_a_bad_edit_does_not_wait(trained: Trainer) -> None:
    with pytest.raises(SpecError):
        trained.must_wait([{"batch_size": 64}, {"layers": [layer(5000)]}])


def test_going_back_to_a_moment(trained: Trainer) -> None:
    snapshot, weights = trained.snapshot(), trained.weights
    trained.edit({"layers": [layer(5)]})
    trained.train(steps=3)
    trained.restore(snapshot)
    np.testing.assert_array_equal(trained.weights, weights)
