"""Shuffles and batches: every row once per epoch, the last smaller batch too."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import parse_spec
from engine.data.shuffles import order_rows, shuffle_rows
from tests.engine import oracle, specs, states
from tests.engine.conftest import MakeTrainer


@specs.bounded(60)
@given(seed=st.integers(0, 2**31 - 1), epoch=st.integers(0, 2**31 - 1), n=st.integers(1, 5000))
def test_an_epoch_is_a_permutation(seed: int, epoch: int, n: int) -> None:
    rows = shuffle_rows(seed, epoch, n)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(np.sort(rows), np.arange(n))
    np.testing.assert_array_equal(rows, shuffle_rows(seed, epoch, n))


@pytest.mark.parametrize(("seed", "epoch", "n"), [(0, 0, 1), (42, 0, 250), (7, 2**40, 60_000)])
def test_it_is_the_first_permutation_of_philox_with_that_key(seed: int, epoch: int, n: int) -> None:
    """Whatever was drawn before, in any thread: links say no more of a run than its seed."""
    expected = np.random.Generator(
        np.random.Philox(key=np.array([seed, epoch], np.uint64))
    ).permutation(n)
    shuffle_rows(1, 2, 3)
    np.testing.assert_array_equal(shuffle_rows(seed, epoch, n), expected)
    with ThreadPoolExecutor(4) as threads:
        for rows in threads.map(lambda _: shuffle_rows(seed, epoch, n), range(8)):
            np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize("epochs", [0, 1, 4, 5, 9])
@pytest.mark.parametrize("n", [7, 250, 3000])
def test_epochs_of_a_call_lie_one_after_the_other(epochs: int, n: int) -> None:
    order = order_rows(42, 3, n, epochs, 9 * n + 5)
    assert order.dtype == np.int32
    for i in range(epochs):
        rows = order[i * n : (i + 1) * n]
        np.testing.assert_array_equal(rows, shuffle_rows(42, 3 + i, n))
    assert not order[epochs * n :].any()


def test_epochs_and_seeds_differ() -> None:
    orders = [shuffle_rows(seed, epoch, 250) for seed in range(8) for epoch in range(8)]
    assert len({order.tobytes() for order in orders}) == 64
    places = np.stack([np.argsort(order) for order in orders])
    # No row keeps a place.
    assert places.std(axis=0).min() > 40


@pytest.mark.parametrize(
    ("batch_size", "samples", "exact"),
    [
        (10, 74, False), (1, 50, False), (20, 50, False), (48, 100, False), (256, 90, False),
        (10, 74, True), (48, 100, True),
    ],
)  # fmt: skip
def test_an_epoch_of_gradient_descent(
    make_trainer: MakeTrainer, batch_size: int, samples: int, exact: bool
) -> None:
    """Two epochs by the oracle: shuffled, each batch's mean gradient, the last one smaller."""
    spec = parse_spec(
        {
            "data": {"name": "xor", "samples": samples, "noise": 0.1},
            "layers": [{"units": 2, "activation": "tanh"}],
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "batch_size": batch_size,
        }
    )
    trainer = make_trainer(spec.model_dump())
    flat = states.read_state(trainer).params.astype(float)
    n = trainer.data.n_train
    updates = math.ceil(n / batch_size)
    for epoch in range(2):
        order = shuffle_rows(spec.seed, epoch, n)
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            x, labels = trainer.data.x[rows], trainer.data.labels[rows]
            flat -= 0.1 * oracle.gradient(spec, flat, x, labels)
    if exact:
        trainer.train(epochs=2)
    else:
        trainer.turn(epochs=2)
    assert trainer.step == 2 * updates
    assert trainer.epoch == 2
    np.testing.assert_allclose(states.read_state(trainer).params, flat, atol=1e-5)


def test_where_turns_end_makes_no_difference(make_trainer: MakeTrainer) -> None:
    value = {"batch_size": 7, "optimizer": {"name": "adam"}}
    together, by_epoch, odd = (make_trainer(value) for _ in range(3))
    together.turn(epochs=3)
    for _ in range(3):
        by_epoch.turn(epochs=1)
    for batches in (1, 35, 36, 20, 16):
        odd.turn(batches=batches)
    assert together.step == by_epoch.step == odd.step == 108
    assert together.epoch == by_epoch.epoch == odd.epoch == 3
    assert states.same_bits(together.weights, by_epoch.weights)
    assert states.same_bits(together.weights, odd.weights)


def test_more_epochs_than_one_call_has_room_for(make_trainer: MakeTrainer) -> None:
    value: dict[str, Any] = {"data": {"samples": 2000, "test_fraction": 0.1}, "batch_size": 256}
    together, apart = make_trainer(value), make_trainer(value)
    together.turn(epochs=11)
    for _ in range(11):
        apart.turn(epochs=1)
    assert together.step == apart.step == 88
    assert together.epoch == apart.epoch == 11
    assert states.same_bits(together.weights, apart.weights)


@pytest.mark.parametrize("key", ["batch_size", "data"])
def test_changing_data_or_batch_size_begins_an_epoch(make_trainer: MakeTrainer, key: str) -> None:
    patch = {"batch_size": {"batch_size": 25}, "data": {"data": {"seed": 5}}}[key]
    trainer = make_trainer()
    trainer.turn(batches=30)
    assert trainer.epoch == 1
    weights = trainer.weights
    trainer.edit(patch)
    assert trainer.step == 30
    assert trainer.epoch == 2
    assert states.same_bits(trainer.weights, weights)
    trainer.turn(epochs=1)
    assert trainer.epoch == 3
    trainer.edit({"data": {"seed": 6}})
    assert trainer.epoch == 3
