"""Updates of large networks for images: the gradient in parts, added up over several calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

from engine import DivergedError, FrameRequest, Programs, Trainer, parse_spec
from engine.base.slices import Slices, finish
from engine.data.shuffles import order_rows
from engine.network import Layout
from engine.programs.images.training_programs import (
    Batches,
    compile_parts,
    compile_training,
    compile_whole,
)
from engine.programs.models import ExactModel, exact, pack_rates
from engine.programs.models.sizes import MOST_OPERATIONS
from engine.programs.training import State
from engine.state.initial_state import draw_state
from tests.engine import states
from tests.sizes import at_night

NOTHING = FrameRequest(("history",))
#: Everything that a gradient can depend on, in two small layers.
RICH: dict[str, Any] = {
    "layers": [
        {"units": 12, "activation": "prelu", "dropout": 0.3},
        {"units": 9, "activation": "tanh", "dropout": 0.5},
    ],
    "optimizer": {"name": "adam", "learning_rate": 0.01, "clip_norm": 0.5},
    "regularization": {"l1": 0.001, "l2": 0.002},
    "schedule": {"name": "cosine", "warmup_steps": 3},
}
LARGE: dict[str, Any] = {"layers": [{"units": 1024, "activation": "relu"}] * 4, "batch_size": 128}

#: Large where the bound is low.
SPLIT: dict[str, Any] = {"layers": [{"units": 20, "activation": "relu"}] * 2, "batch_size": 256}


def make_model(n_train: int = 60_000, data: str = "mnist", **changes: Any) -> ExactModel:
    return ExactModel.of(parse_spec({"data": {"name": data}, **changes}), n_train)


def count_pauses(work: Slices[Any]) -> int:
    return sum(1 for _ in work)


@pytest.mark.parametrize(
    ("units", "batch"), [([128] * 2, 512), ([512] * 2, 512), ([1024] * 4, 128)]
)
def test_small_and_middle_networks_are_trained_in_whole_batches(
    units: list[int], batch: int
) -> None:
    model = make_model(layers=[{"units": n} for n in units], batch_size=batch)
    assert model.rows == model.batch == batch


@pytest.mark.parametrize("batch", [160, 256, 512])
def test_one_call_computes_no_more_of_a_large_network_than_a_bound(batch: int) -> None:
    model = make_model(**{**LARGE, "batch_size": batch})
    calls = -(-batch // model.rows)
    assert calls > 1
    assert (calls - 1) * model.rows < batch
    largest = 6 * Layout(model.network.widths).n_weights * model.rows
    assert largest <= 1.1 * MOST_OPERATIONS


def test_batches_of_normalized_networks_stay_whole() -> None:
    layers = [{"units": 1024, "batch_norm": True}] * 4
    assert make_model(layers=layers, batch_size=256).rows == 256


@pytest.mark.parametrize("rows", [at_night(20), at_night(10), 7, 1])
def test_parts_add_up_to_the_update_of_a_whole_batch(rows: int) -> None:
    """Over the end of an epoch too, whose last batch has 7 rows of 20."""
    n_train = 47
    spec = parse_spec({"data": {"name": "digits"}, "batch_size": 20, **RICH})
    model = ExactModel.of(spec, n_train)
    layout, rates = Layout.of(spec), pack_rates(spec, 1.0, 2)
    rng = np.random.default_rng(0)
    order = order_rows(spec.seed, 0, n_train, 1, model.batches * model.batch)
    images = rng.integers(0, 256, (n_train, 64), np.uint8)
    batches = Batches(*jax.device_put((images, rng.integers(0, 10, n_train, np.int32), order)))
    first = State(*(layout.split(vector) for vector in finish(draw_state(spec))))
    whole, parts = compile_whole(model), compile_parts(model, rows)
    one: Any = jax.device_put(first)
    other: Any = one
    for step in range(model.batches):
        place = np.array([spec.seed, step, step, step, 1], np.int32)
        one, fine = finish(whole.slices(rates, place, one, batches))
        assert count_pauses(parts.slices(rates, place, other, batches)) == -(-20 // rows)
        other, too = finish(parts.slices(rates, place, other, batches))
        assert fine
        assert too
    # Adam divides by the root of what may be next to nothing: roundings show there.
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-5)


@pytest.fixture
def low_bound(monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    """Programs that split the updates of small networks too: of those of no other test."""
    monkeypatch.setattr(exact, "MOST_OPERATIONS", MOST_OPERATIONS / 4000)
    programs = Programs()
    yield programs
    programs.close()


def test_training_at_once_and_in_slices_is_the_same_bit_for_bit(low_bound: Programs) -> None:
    spec = parse_spec({"data": {"name": "digits"}, **SPLIT})
    one, other = Trainer(spec, low_bound), Trainer(spec, low_bound)
    model = ExactModel.of(spec, one.data.n_train)
    calls = -(-model.batch // model.rows)
    assert calls > 1
    one.train(steps=2)
    pauses = count_pauses(other.begin_turn(batches=2, request=NOTHING))
    assert pauses > 2 * calls
    assert one.step == other.step == 2
    for a, b in zip(states.read_state(one), states.read_state(other), strict=True):
        assert states.same_bits(a, b)


def exhaust(work: Slices[Any], pauses: list[None]) -> None:
    pauses.extend(work)


#: Weights grow to 199 times what they were with every update.
WILD = {"optimizer": {"name": "sgd", "learning_rate": 10}, "regularization": {"l2": 10}}


def test_a_large_network_that_diverges_keeps_the_last_finite_state(low_bound: Programs) -> None:
    value = {"data": {"name": "digits"}, **SPLIT, **WILD}
    trainer, other = (Trainer(parse_spec(value), low_bound) for _ in range(2))
    with pytest.raises(DivergedError) as caught:
        trainer.train(steps=100)
    step = caught.value.step
    assert 0 < step == trainer.step < 100
    assert all(np.isfinite(vector).all() for vector in states.read_state(trainer))
    other.train(steps=step)
    for a, b in zip(states.read_state(trainer), states.read_state(other), strict=True):
        assert states.same_bits(a, b)


def test_the_search_for_the_last_finite_state_pauses(programs: Programs) -> None:
    layers = [{"units": 8, "activation": "tanh"}] * 3
    value = {"data": {"name": "digits"}, "layers": layers, **WILD, "batch_size": 16}
    trainer, pauses = Trainer(parse_spec(value), programs), []
    steps = trainer.batches_per_epoch
    with pytest.raises(DivergedError):
        exhaust(trainer.begin_turn(batches=steps, request=NOTHING), pauses)
    assert steps.bit_length() - 1 <= len(pauses) <= steps.bit_length() + 1
    assert 0 < trainer.step < steps


def test_which_kind_of_program_is_compiled_depends_on_shapes() -> None:
    small = compile_training(make_model(n_train=40, data="digits", layers=[], batch_size=16))
    assert small.limit(7) == 7
    large = compile_training(make_model(n_train=300, data="digits", **{**LARGE, "batch_size": 256}))
    assert large.limit(7) == 1
