"""Edits of everything else: outputs, optimizer, seed, initializer, data, single weights."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Trainer, WeightError, dump_spec, parse_spec
from engine.programs.training import State
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits, take_apart
from tests.engine.test_edit_units import LAYERS, pairs, trained


def all_same(a: Any, b: Any) -> bool:
    return all(same_bits(p, q) for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"name": "circle"}, {"name": "blobs"}),
        ({"name": "blobs"}, {"name": "plane"}),
        ({"name": "blobs"}, {"classes": 5}),
        ({"name": "arms", "classes": 4}, {"name": "xor"}),
    ],
)
@pytest.mark.parametrize("layers", [LAYERS, []])
def test_another_number_of_outputs_draws_the_output_layer_alone(
    make_trainer: MakeTrainer, before: Any, after: Any, layers: list[Any]
) -> None:
    trainer = trained(make_trainer, data=before, layers=layers)
    outputs = trainer.spec.n_outputs
    for vector, (old, new) in enumerate(pairs(trainer, read_state(trainer), ({"data": after},))):
        for a, b in zip(old[:-1], new[:-1], strict=True):
            assert all_same(a, b)
        assert trainer.spec.n_outputs != outputs
        assert new[-1].kernel.shape[1] == trainer.spec.n_outputs
        assert not new[-1].bias.any()
        if vector == 0:
            assert len(np.unique(new[-1].kernel)) == new[-1].kernel.size
            limit = math.sqrt(6 / sum(new[-1].kernel.shape))
            assert 0 < np.abs(new[-1].kernel).max() <= limit
        else:
            assert not new[-1].kernel.any()
    trainer.turn(epochs=1)


@pytest.mark.parametrize(
    "patch",
    [
        {"data": {"name": "plane"}},
        {"data": {"name": "spiral", "noise": 0.2}},
        {"loss": "hinge"},
        {"loss": "huber", "data": {"label_noise": 0.3}},
        {"batch_size": 77},
        {"regularization": {"l1": 0.1}},
        {"schedule": {"name": "cosine"}},
        {"initializer": {"name": "zeros"}},
        {"optimizer": {"learning_rate": 1.0, "beta_1": 0.1, "clip_norm": 1.0}},
        {"data": {"test_fraction": 0.9, "samples": 2000}},
        {},
    ],
)
def test_edits_of_anything_else_keep_every_weight_and_slot(
    make_trainer: MakeTrainer, patch: Any
) -> None:
    trainer = trained(make_trainer)
    for old, new in pairs_keeping_step(trainer, patch):
        assert same_bits(old, new)
    trainer.turn(epochs=1)


def pairs_keeping_step(trainer: Trainer, patch: Any) -> list[tuple[Any, Any]]:
    before, step = read_state(trainer), trainer.step
    trainer.edit(patch)
    assert trainer.step == step
    return list(zip(before, read_state(trainer), strict=True))


def test_another_optimizer_begins_with_slots_of_0(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    (old, new), *slots = pairs_keeping_step(trainer, {"optimizer": {"name": "adamw"}})
    assert same_bits(old, new)
    for before, after in slots:
        assert before.any()
        assert not after.any()


def test_another_optimizer_counts_its_updates_from_0(make_trainer: MakeTrainer) -> None:
    """The first update of Adam is the learning rate for every weight, by its correction."""
    trainer = make_trainer({"optimizer": {"name": "sgd"}})
    trainer.turn(epochs=1)
    trainer.edit({"optimizer": {"name": "adam", "learning_rate": 0.01}})
    before = trainer.weights
    trainer.turn(batches=1)
    np.testing.assert_allclose(np.abs(trainer.weights - before), 0.01, rtol=0.01)
    trainer.edit({"optimizer": {"beta_1": 0.5}})
    before = trainer.weights
    trainer.turn(batches=1)
    assert np.abs(np.abs(trainer.weights - before) - 0.01).max() > 1e-4


def test_an_edit_in_training_is_the_same_as_a_run_that_began_so(
    make_trainer: MakeTrainer,
) -> None:
    """What an edit leaves no trace of, it leaves no trace of."""
    trainer, other = make_trainer(), make_trainer()
    trainer.turn(batches=9)
    trainer.edit({"optimizer": {"learning_rate": 0.5}, "layers": [{"units": 4}, {"units": 3}]})
    trainer.edit({"optimizer": {"learning_rate": 0.03}, "layers": None})
    other.turn(batches=9)
    for t in (trainer, other):
        t.turn(batches=30)
    assert same_bits(trainer.weights, other.weights)
    assert trainer.metrics == other.metrics


def test_reset_gives_the_very_same_weights(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"optimizer": {"name": "adam"}, "layers": LAYERS})
    start = read_state(trainer)
    trainer.turn(epochs=1, batches=7)
    first = read_state(trainer)
    trainer.reset()
    assert (trainer.step, trainer.epoch) == (0, 0)
    assert all_same(read_state(trainer), start)
    trainer.turn(epochs=1, batches=7)
    assert all_same(read_state(trainer), first)


def test_reset_after_edits_is_a_new_trainer(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    trainer.edit({"layers": [{"units": 6, "activation": "relu"}], "data": {"name": "arms"}})
    trainer.edit({"features": ["x2"], "initializer": {"name": "he_normal", "scale": 2}})
    trainer.turn(batches=5)
    trainer.reset()
    fresh = make_trainer(trainer.spec.model_dump())
    assert all_same(read_state(trainer), read_state(fresh))
    for t in (trainer, fresh):
        t.turn(epochs=1)
    assert trainer.metrics == fresh.metrics


def test_another_seed_is_a_new_trainer(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    trainer.edit({"seed": 7, "layers": [{"units": 5}], "data": {"name": "blobs"}})
    assert (trainer.step, trainer.epoch) == (0, 0)
    fresh = make_trainer(trainer.spec.model_dump())
    assert all_same(read_state(trainer), read_state(fresh))
    trainer.turn(epochs=1)
    trainer.edit({"seed": 42})
    assert trainer.step == 0
    trainer.turn(batches=3)
    trainer.edit({"seed": 42})
    assert trainer.step == 3


def test_an_initializer_acts_on_new_units_and_at_the_next_reset(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    before = read_state(trainer)
    trainer.edit({"initializer": {"name": "constant", "scale": 0.25}})
    assert all_same(read_state(trainer), before)
    trainer.edit({"layers": [{**LAYERS[0], "units": 6}, *LAYERS[1:]]})
    first = take_apart(trainer.spec, read_state(trainer).params)[0]
    assert (first.kernel[:, 4:] == 0.25).all()
    assert (first.kernel[:, :4] != 0.25).all()
    trainer.reset()
    layers = take_apart(trainer.spec, read_state(trainer).params)
    assert all((layer.kernel == 0.25).all() for layer in layers)


def test_an_edit_returns_the_spec(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    spec = trainer.edit({"layers": [{"units": 8}], "loss": "hinge"})
    assert spec is trainer.spec
    assert spec == parse_spec({"layers": [{"units": 8}], "loss": "hinge"})


def test_new_data_are_the_data_of_the_spec(make_trainer: MakeTrainer) -> None:
    trainer, fresh = make_trainer(), make_trainer({"data": {"name": "moons", "samples": 80}})
    trainer.edit({"data": {"name": "moons", "samples": 80}})
    assert same_bits(trainer.data.x, fresh.data.x)
    assert trainer.metrics["train_loss"] == fresh.metrics["train_loss"]
    points = trainer.frame(("points",))["points"]
    assert same_bits(points, fresh.frame(("points",))["points"])


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_one_weight_is_set_and_no_other(make_trainer: MakeTrainer, layer: int) -> None:
    trainer = trained(make_trainer, layers=[{"units": 4}, {"units": 3}])
    for source in (0, 2, "bias"):
        before = read_state(trainer)
        trainer.set_weight(layer, source, 0, -1.5)
        after = read_state(trainer)
        assert same_bits(before.m, after.m)
        assert same_bits(before.v, after.v)
        (place,) = np.flatnonzero(before.params != after.params)
        assert after.params[place] == -1.5
        changed = take_apart(trainer.spec, after.params)[layer]
        found = changed.bias[0] if source == "bias" else changed.kernel[source, 0]
        assert found == -1.5
    assert trainer.step == 53


@pytest.mark.parametrize(
    ("layer", "source", "to", "value", "path"),
    [
        (3, 0, 0, 1.0, "layer"), (-1, 0, 0, 1.0, "layer"), (0, 0, 4, 1.0, "to"),
        (0, 0, -1, 1.0, "to"), (2, 0, 1, 1.0, "to"), (0, 2, 0, 1.0, "from"),
        (0, -1, 0, 1.0, "from"),
        (1, "x1", 0, 1.0, "from"), (1, None, 0, 1.0, "from"), (0, 0, 0, math.nan, "value"),
        (0, 0, 0, math.inf, "value"), (0, 0, 0, -1.1e6, "value"), (0, "bias", 0, 1e7, "value"),
    ],
)  # fmt: skip
def test_a_weight_that_cannot_be_set(
    make_trainer: MakeTrainer, layer: int, source: Any, to: int, value: float, path: str
) -> None:
    trainer = make_trainer()
    before = read_state(trainer)
    with pytest.raises(WeightError) as caught:
        trainer.set_weight(layer, source, to, value)
    assert caught.value.code == "invalid_message"
    assert caught.value.path == path
    assert all_same(read_state(trainer), before)


@pytest.mark.parametrize("patch", [{"batch_size": 250}, {"data": {"noise": 0.1}}])
def test_other_batches_begin_another_epoch(make_trainer: MakeTrainer, patch: Any) -> None:
    trainer = make_trainer()
    trainer.turn(batches=7)
    trainer.edit({"optimizer": {"learning_rate": 0.1}})
    assert (trainer.snapshot().counters.epoch, trainer.snapshot().counters.first) == (0, 7)
    trainer.edit(patch)
    counters = trainer.snapshot().counters
    assert (counters.step, counters.epoch, counters.first) == (7, 1, 0)


@pytest.mark.parametrize(
    "patch",
    [
        {"optimizer": {"learning_rate": 0.2}},
        {"optimizer": {"name": "sgd"}},
        {"regularization": {"l2": 0.01}, "schedule": {"name": "cosine"}},
    ],
)
def test_an_edit_that_moves_nothing_trains_on_as_a_restored_run_does(
    make_trainer: MakeTrainer, patch: Any
) -> None:
    """The state that stays where it is, and one that is laid out anew, go on bit for bit."""
    edited = make_trainer({"layers": LAYERS, "optimizer": {"name": "adam"}})
    edited.turn(epochs=2)
    before = edited.snapshot()
    edited.edit(patch)
    after = edited.snapshot()
    if edited.spec.optimizer.name == "adam":
        assert after.state is before.state
    else:
        assert not after.state.m.any()
        assert not after.state.v.any()
    assert same_bits(after.state.params, before.state.params)
    restored = make_trainer(dump_spec(edited.spec))
    restored.restore(replace(after, state=State(*map(np.array, after.state))))
    for trainer in (edited, restored):
        trainer.turn(epochs=2)
    assert all_same(edited.snapshot().state, restored.snapshot().state)
