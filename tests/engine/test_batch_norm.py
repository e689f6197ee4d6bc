"""Batch normalization against NumPy: a step, the moving averages, and edits of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import Programs, Trainer, parse_spec
from engine.base.arrays import Floats
from engine.data.shuffles import shuffle_rows
from engine.network import Layout, UnitParameter
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits

Doubles = NDArray[np.float64]
EPSILON, MOMENTUM, RATE = 1e-3, 0.9, 0.05
UNITS, BATCH = 3, 8
SPEC: dict[str, Any] = {
    "data": {"samples": 60, "name": "xor"},
    "layers": [{"units": UNITS, "activation": "tanh", "batch_norm": True}],
    "batch_size": BATCH,
    "optimizer": {"learning_rate": RATE},
}


class Net:
    """A 2-3-1 network with a normalized layer, in float64, by the formulas of the paper."""

    def __init__(self, flat: NDArray[np.float32]) -> None:
        wide: Doubles = flat.astype(np.float64)
        self.kernel, self.bias = wide[:6].reshape(2, UNITS).copy(), wide[6:9].copy()
        self.out, self.out_bias = wide[9:12].copy(), wide[12:13].copy()
        rest = wide[13 + UNITS :].reshape(4, UNITS)  # after the slopes
        self.scale, self.shift, self.mean, self.variance = (row.copy() for row in rest)

    def flat(self) -> Doubles:
        """Everything but the slopes, in the order of the engine."""
        return np.concatenate([
            self.kernel.ravel(), self.bias, self.out, self.out_bias,
            self.scale, self.shift, self.mean, self.variance,
        ])  # fmt: skip

    def predict(self, x: Doubles) -> Doubles:
        """Probabilities by the moving averages."""
        z = x @ self.kernel + self.bias
        z = self.scale * (z - self.mean) / np.sqrt(self.variance + EPSILON) + self.shift
        return 1 / (1 + np.exp(-(np.tanh(z) @ self.out + self.out_bias)))

    def step(self, x: Doubles, y: Doubles) -> None:
        """One update of SGD on the mean cross-entropy, by the chain rule."""
        n = len(x)
        z = x @ self.kernel + self.bias
        mean, variance = z.mean(axis=0), z.var(axis=0)
        inverse = 1 / np.sqrt(variance + EPSILON)
        normal = (z - mean) * inverse
        h = np.tanh(self.scale * normal + self.shift)
        p = 1 / (1 + np.exp(-(h @ self.out + self.out_bias)))
        delta = (p - y) / n
        back = np.outer(delta, self.out) * (1 - h**2)
        d_normal = back * self.scale
        d_z = inverse * (d_normal - d_normal.mean(0) - normal * (d_normal * normal).mean(0))
        self.out -= RATE * h.T @ delta
        self.out_bias -= RATE * delta.sum()
        self.scale -= RATE * (back * normal).sum(axis=0)
        self.shift -= RATE * back.sum(axis=0)
        self.kernel -= RATE * x.T @ d_z
        self.mean = MOMENTUM * self.mean + (1 - MOMENTUM) * mean
        self.variance = MOMENTUM * self.variance + (1 - MOMENTUM) * variance


@pytest.mark.parametrize("way", ["general", "exact"])
def test_an_epoch_by_the_formulas(programs: Programs, way: str) -> None:
    trainer = Trainer(parse_spec(SPEC), programs if way == "general" else Programs())
    net, data = Net(read_state(trainer).params), trainer.data
    order = shuffle_rows(42, 0, data.n_train)
    batches = [order[i : i + BATCH] for i in range(0, data.n_train, BATCH)]
    assert len(batches[-1]) == 6  # the last, smaller batch has moments of its own
    for rows in batches:
        net.step(data.x[rows].astype(float), data.labels[rows].astype(float))
    if way == "general":
        trainer.turn(epochs=1)
    else:
        trainer.train(epochs=1)
    saved = read_state(trainer).params
    mine = np.concatenate([saved[:13], saved[13 + UNITS :]])
    np.testing.assert_allclose(mine, net.flat(), rtol=1e-4, atol=1e-6)
    shown = trainer.predict(data.x)[:, 0]
    np.testing.assert_allclose(shown, net.predict(data.x.astype(float)), rtol=1e-4, atol=1e-6)


def test_one_row_is_normalized_to_zero(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({**SPEC, "batch_size": 1})
    before = read_state(trainer).params
    trainer.turn(batches=1)
    after = read_state(trainer).params
    assert same_bits(before[:6], after[:6])  # z - mean is 0, so nothing reaches the kernel
    assert not same_bits(before[9:13], after[9:13])


def test_a_deep_network_learns(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({
        "data": {"name": "xor"},
        "layers": [{"units": 6, "activation": "relu", "batch_norm": True}] * 5,
        "batch_size": 32,
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    })  # fmt: skip
    trainer.turn(epochs=60)
    assert trainer.metrics["test_accuracy"] >= 0.95


def test_switching_it_on_keeps_everything_else(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"layers": [{"units": 4}, {"units": 3}]})
    trainer.turn(epochs=2)
    before, weights = trainer.predict(trainer.data.x), trainer.weights
    trainer.edit({"layers": [{"units": 4, "batch_norm": True}, {"units": 3}]})
    assert same_bits(trainer.weights, weights)
    # Moving averages start at 0 and 1, so the function changes by a root of 1.001 at most.
    np.testing.assert_allclose(trainer.predict(trainer.data.x), before, atol=2e-3)
    trainer.turn(epochs=1)
    trained = read_state(trainer).params
    trainer.edit({"layers": [{"units": 4, "batch_norm": True}, {"units": 5}]})
    moved = read_state(trainer).params
    assert trainer.spec.n_parameters == 2 * 4 + 4 + 4 * 5 + 5 + 5 + 1 + 2 * 4
    old, new = trained[31 + 7 :].reshape(4, 7), moved[43 + 9 :].reshape(4, 9)
    assert same_bits(old[:, :4].copy(), new[:, :4].copy())
    trainer.edit({"layers": [{"units": 4}, {"units": 5}]})
    assert len(read_state(trainer).params) == 43 + 9


def test_goes_on_bit_for_bit(programs: Programs, checkpoint: Any) -> None:
    spec = parse_spec(SPEC)
    trainer = Trainer(spec, programs)
    trainer.train(steps=5)
    trainer.save(checkpoint)
    again = Trainer.load(checkpoint, programs)
    trainer.train(steps=9)
    again.train(steps=9)
    for a, b in zip(read_state(trainer), read_state(again), strict=True):
        assert same_bits(a, b)


def test_normalization_that_was_switched_off_begins_anew(make_trainer: MakeTrainer) -> None:
    """Beside another normalized layer, whose numbers lie in the same blocks and stay."""

    def layers(first: bool) -> list[dict[str, Any]]:
        return [{"units": 3, "batch_norm": first}, {"units": 2, "batch_norm": True}]

    def read(layer: int, parameter: UnitParameter) -> Floats:
        slots = Layout.of(trainer.spec).unit_slice(parameter, layer)
        return np.array(trainer.snapshot().state.params[slots])

    trainer = make_trainer({"layers": layers(True)})
    trainer.turn(epochs=2)
    kept = read(1, UnitParameter.SCALE)
    assert (read(0, UnitParameter.SCALE) != 1).any()
    for first in (False, True):
        trainer.edit({"layers": layers(first)})
    assert (read(0, UnitParameter.SCALE) == 1).all()
    assert (read(0, UnitParameter.MEAN) == 0).all()
    np.testing.assert_array_equal(read(1, UnitParameter.SCALE), kept)
