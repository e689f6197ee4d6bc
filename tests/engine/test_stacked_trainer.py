"""Networks that train together are trained as each of them would be alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Programs, Spec, StackedTrainer, Trainer, parse_spec

EPOCHS = 3


@pytest.fixture(scope="module")
def programs() -> Programs:
    return Programs()


def make_spec(**changes: Any) -> Spec:
    layers = [{"units": 4, "activation": "tanh"}, {"units": 2, "activation": "tanh"}]
    return parse_spec(
        {"data": {"name": "xor", "samples": 100}, "layers": layers, "batch_size": 10, **changes}
    )


#: Rates and seeds that one program serves, and a choice that takes another.
FEW = {
    "rate": {"optimizer": {"name": "sgd", "learning_rate": 0.1}},
    "seed": {"seed": 7},
    "noise": {"data": {"name": "xor", "samples": 100, "noise": 0.3, "seed": 3}},
    "penalty": {"regularization": {"l1": 0.001, "l2": 0.01}},
    "optimizer": {"optimizer": {"name": "adam", "learning_rate": 0.02}, "batch_size": 7},
}
#: Choices that take a program each.
MANY = {
    "dropout": {"layers": [{"units": 5, "activation": "relu", "dropout": 0.3}]},
    "batch normalization": {"layers": [{"units": 3, "activation": "relu", "batch_norm": True}]},
    "no hidden layer": {"layers": []},
    "regression": {"data": {"name": "plane", "samples": 60}},
}


@pytest.mark.parametrize(
    "networks",
    [pytest.param(FEW, id="few"), pytest.param(FEW | MANY, id="many", marks=pytest.mark.slow)],
)
def test_each_network_is_trained_as_it_would_be_alone(
    programs: Programs, networks: dict[str, dict[str, Any]]
) -> None:
    specs = [make_spec(**changes) for changes in networks.values()]
    together = StackedTrainer(specs, programs)
    assert len(together) == len(specs)
    together.train(EPOCHS)
    together.train(0)
    assert not together.diverged.any()
    for index, (name, spec) in enumerate(zip(networks, specs, strict=True)):
        alone = Trainer(spec, programs)
        alone.train(epochs=EPOCHS)
        np.testing.assert_allclose(
            together.weights(index), alone.weights, rtol=0, atol=1e-5, err_msg=name
        )
        metrics = together.metrics[index]
        assert metrics.keys() == alone.metrics.keys()
        for measure, value in alone.metrics.items():
            assert metrics[measure] == pytest.approx(value, abs=1e-5), (name, measure)


#: Choices of which several networks are trained side by side, with seeds and points of their own.
SIDE_BY_SIDE = {
    "Adam": {"optimizer": {"name": "adam", "learning_rate": 0.02}, "batch_size": 7},
}
SIDE_BY_SIDE_MANY = MANY | {
    "penalty and schedule": {
        "regularization": {"l1": 0.001, "l2": 0.01},
        "schedule": {"name": "cosine", "warmup_steps": 3, "decay_steps": 9},
    },
    "clipped": {"optimizer": {"name": "rmsprop", "learning_rate": 0.05, "clip_norm": 0.02}},
    "frozen": {"layers": [{"units": 4, "trainable": False}, {"units": 3, "activation": "prelu"}]},
    "maxout": {"layers": [{"units": 4, "activation": "maxout"}, {"units": 3}]},
    "classes": {"data": {"name": "blobs", "samples": 60, "classes": 4}},
    "wide": {"layers": [{"units": 20}], "batch_size": 32},
}


@pytest.mark.parametrize(
    "changes",
    [
        *(pytest.param(changes, id=name) for name, changes in SIDE_BY_SIDE.items()),
        *(
            pytest.param(changes, id=name, marks=pytest.mark.slow)
            for name, changes in SIDE_BY_SIDE_MANY.items()
        ),
    ],
)
def test_networks_side_by_side_are_trained_as_each_would_be_alone(
    programs: Programs, changes: dict[str, Any]
) -> None:
    data = changes.get("data", {"name": "xor", "samples": 100})
    specs = [
        make_spec(**changes | {"seed": seed, "data": data | {"seed": points}})
        for points in (0, 5)
        for seed in (1, 2, 3, 4)
    ]
    together = StackedTrainer(specs, programs, threads=1)
    for _ in range(EPOCHS):
        together.train(1)
    together.stop(0)
    together.train(1)
    for index, spec in enumerate(specs):
        alone = Trainer(spec, programs)
        alone.train(epochs=EPOCHS + (index > 0))
        np.testing.assert_allclose(together.weights(index), alone.weights, rtol=0, atol=1e-5)
        assert together.metrics[index] == pytest.approx(alone.metrics, abs=1e-5)


def test_networks_that_differ_in_numbers_alone_share_a_program() -> None:
    own = Programs()
    rates = np.geomspace(0.001, 1, 130)
    specs = [make_spec(optimizer={"name": "sgd", "learning_rate": float(rate)}) for rate in rates]
    together = StackedTrainer(specs, own)
    assert own.builds == 1
    together.train(1)
    losses = [metrics["train_loss"] for metrics in together.metrics]
    assert len(set(losses)) == len(losses)
    alone = Trainer(specs[100], own)
    alone.train(epochs=1)
    assert losses[100] == pytest.approx(alone.metrics["train_loss"], abs=1e-5)


def test_a_network_that_diverges_stays_and_the_others_go_on(programs: Programs) -> None:
    layers = [{"units": 4, "activation": "relu"}]
    data = {"name": "plane", "samples": 60}
    rates = (0.01, 10.0, 0.02)
    specs = [
        make_spec(layers=layers, data=data, optimizer={"name": "sgd", "learning_rate": rate})
        for rate in rates
    ]
    together = StackedTrainer(specs, programs)
    for _ in range(EPOCHS):
        together.train(20)
    assert together.diverged.tolist() == [False, True, False]
    assert np.isfinite(together.weights(1)).all()
    assert [metrics["epoch"] for metrics in together.metrics] == [60, 0, 60]
    for index in (0, 2):
        alone = Trainer(specs[index], programs)
        alone.train(epochs=60)
        np.testing.assert_allclose(together.weights(index), alone.weights, atol=1e-4)


def test_a_snapshot_goes_on_in_a_trainer(programs: Programs) -> None:
    spec = make_spec(optimizer={"name": "adam", "learning_rate": 0.02})
    together = StackedTrainer([spec, make_spec()], programs)
    together.train(2)
    trainer = Trainer(make_spec(seed=9), programs)
    trainer.restore(together.snapshot(0))
    assert (trainer.spec, trainer.epoch) == (spec, 2)
    trainer.train(epochs=2)
    together.train(2)
    np.testing.assert_allclose(together.weights(0), trainer.weights, rtol=0, atol=1e-5)


def test_nothing_is_trained_before_it_is_asked_for(programs: Programs) -> None:
    assert StackedTrainer([], programs).metrics == []
    together = StackedTrainer([make_spec()], programs)
    np.testing.assert_array_equal(together.weights(0), Trainer(make_spec(), programs).weights)
    assert np.isnan(together.metrics[0]["train_loss"])
    with pytest.raises(ValueError, match="negative"):
        together.train(-1)


def test_images_are_refused(programs: Programs) -> None:
    spec = parse_spec({"data": {"name": "digits"}, "layers": [{"units": 8}]})
    with pytest.raises(ValueError, match="images"):
        StackedTrainer([make_spec(), spec], programs)
