"""The numbers of one step against the update that programs make, and against the oracle.

Everything is in NumPy but the comparison with the engine, so one program serves all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import Programs, Spec, Trainer, parse_spec
from engine.data.shuffles import shuffle_rows
from engine.frames.frames import FrameRequest, StepRequest
from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import HEADS
from engine.insight import derivatives
from engine.insight.dropout_factors import draw_factors
from engine.insight.one_step import (
    PARAMETER_COLUMNS,
    SUMMARY,
    VALUES,
    Position,
    describe_step,
)
from engine.network import Layout, draw_dropout
from engine.spec import names
from tests.engine import oracle, states

LAYERS = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "sigmoid"}]
TASKS = {"binary": "circle", "multiclass": "blobs", "regression": "bumps"}


def position_of(trainer: Trainer) -> Position:
    snapshot = trainer.snapshot()
    return Position(snapshot.spec, snapshot.data, snapshot.state, snapshot.counters)


def with_params(trainer: Trainer, flat: Any) -> Position:
    position = position_of(trainer)
    return replace(position, state=position.state._replace(params=flat))


def describe(trainer: Trainer, point: int | None = None, check: int | None = None) -> Any:
    return describe_step(position_of(trainer), StepRequest(point, check))


def columns(found: Any) -> dict[str, Any]:
    return dict(zip(PARAMETER_COLUMNS, found["step_parameters"].T, strict=True))


def summary(found: Any) -> dict[str, float]:
    return dict(zip(SUMMARY, found["step_summary"].tolist(), strict=True))


def train_one(trainer: Trainer) -> Any:
    """Parameters after one more update, by the general program."""
    trainer.turn(batches=1)
    return trainer.snapshot().state.params


def compare(spec: Spec, programs: Programs, steps: int = 3) -> Any:
    """Holds a description to the update that follows; returns the description."""
    trainer = Trainer(spec, programs)
    trainer.turn(batches=steps)
    found = describe(trainer)
    table = columns(found)
    np.testing.assert_array_equal(table["old"], trainer.snapshot().state.params)
    np.testing.assert_array_equal(table["old_m"], trainer.snapshot().state.m)
    after = train_one(trainer)
    np.testing.assert_allclose(table["new"] - table["old"], after - table["old"], rtol=0, atol=1e-6)
    state = trainer.snapshot().state
    np.testing.assert_allclose(table["new_m"], state.m, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(table["new_v"], state.v, rtol=1e-4, atol=1e-6)
    return found


@pytest.mark.parametrize("optimizer", names.OPTIMIZERS)
def test_the_update_is_the_one_that_the_engine_makes(programs: Programs, optimizer: str) -> None:
    found = compare(
        parse_spec(
            {
                "layers": LAYERS,
                "optimizer": {"name": optimizer, "learning_rate": 0.01, "clip_norm": 0.2},
                "regularization": {"l1": 0.001, "l2": 0.01},
                "schedule": {"name": "cosine", "warmup_steps": 2},
            }
        ),
        programs,
    )
    assert summary(found)["difference"] == -1


@pytest.mark.parametrize(
    ("task", "loss"), [(task, loss) for task, all_ in names.TASK_LOSSES.items() for loss in all_]
)
def test_every_loss_and_activation_is_that_of_the_engine(
    programs: Programs, task: str, loss: str
) -> None:
    """Each loss with some of the activations, so that all of them come up."""
    place = [*names.TASK_LOSSES[task]].index(loss) * 5 + [*TASKS].index(task) * 3
    chosen = [names.ACTIVATIONS[(place + i) % len(names.ACTIVATIONS)] for i in range(5)]
    layers = [{"units": 3, "activation": name, "negative_slope": 0.3} for name in chosen]
    spec = parse_spec({"data": {"name": TASKS[task]}, "layers": layers, "loss": loss, "seed": 2})
    compare(spec, programs)


@pytest.mark.parametrize("schedule", names.SCHEDULES)
@pytest.mark.parametrize("steps", [1, 4])
def test_the_rate_is_that_of_the_schedule(programs: Programs, schedule: str, steps: int) -> None:
    settings = {"name": schedule, "warmup_steps": 3, "decay_steps": 2, "decay_rate": 0.5}
    spec = parse_spec({"layers": LAYERS, "schedule": settings})
    found = summary(compare(spec, programs, steps))
    assert 0 < found["rate"] <= 0.03


def test_dropout_draws_what_the_run_draws(programs: Programs) -> None:
    layers = [{**layer, "dropout": 0.4} for layer in LAYERS]
    found = compare(parse_spec({"layers": layers}), programs)
    values = dict(zip(VALUES, found["step_values"], strict=True))
    hidden = slice(2, 9)
    kept = values["h"][:, hidden] != 0
    assert 0.3 < kept.mean() < 0.9
    expected = values["a"][:, hidden][kept] / 0.6
    np.testing.assert_allclose(values["h"][:, hidden][kept], expected, rtol=1e-6)


@pytest.mark.parametrize(("seed", "step"), [(0, 0), (2**31 - 1, 123_456), (7, 2**31 - 1)])
def test_factors_are_those_of_the_programs(seed: int, step: int) -> None:
    rates, units, rows = (0.2, 0.0, 0.9), (5, 4, 5), 7
    key = jnp.array([seed, step], jnp.uint32)
    expected = draw_dropout(key, range(3), jnp.array(rates), 5, jnp.arange(rows))
    found = draw_factors(seed, step, rates, units, rows)
    for layer, factors in enumerate(found):
        np.testing.assert_allclose(
            factors, np.asarray(expected[layer]).T[:, : units[layer]], rtol=1e-6
        )


@pytest.mark.slow
def test_batch_normalization_is_that_of_the_batch(programs: Programs) -> None:
    layers = [
        {"units": 4, "activation": "gelu", "batch_norm": True},
        {"units": 3, "activation": "prelu"},
        {"units": 3, "activation": "tanh", "batch_norm": True, "dropout": 0.2},
    ]
    found = compare(
        parse_spec({"layers": layers, "optimizer": {"name": "adamw", "learning_rate": 0.01}}),
        programs,
    )
    assert found["step_units"].shape == (10, 2)
    assert (found["step_units"][:4] != 0).all()
    assert (found["step_units"][4:7] == 0).all()


FROZEN = {
    "plain": [{"units": 4}, {"units": 3, "activation": "prelu", "trainable": False}, {"units": 2}],
    "normalized": [
        {"units": 4, "activation": "gelu", "batch_norm": True, "trainable": False},
        {"units": 3, "batch_norm": True},
    ],
}


@pytest.mark.parametrize(
    "layers", [FROZEN["plain"], pytest.param(FROZEN["normalized"], marks=pytest.mark.slow)]
)
def test_a_frozen_layer_stays(programs: Programs, layers: Any) -> None:
    optimizer = {"name": "adamw", "learning_rate": 0.01, "clip_norm": 0.01}
    spec = parse_spec({"layers": layers, "optimizer": optimizer, "regularization": {"l2": 0.01}})
    found = compare(spec, programs)
    table = columns(found)
    frozen = ~Layout.of(spec).spread(spec.trainable)
    assert frozen.any()
    assert (table["change"][frozen] == 0).all()
    assert (table["gradient"][frozen] == 0).all()
    np.testing.assert_array_equal(table["new"][frozen], table["old"][frozen])
    # It is not counted by what gradients are clipped to.
    assert np.linalg.norm(table["gradient"]) == pytest.approx(0.01)


@pytest.mark.parametrize("layers", FROZEN.values(), ids=FROZEN)
def test_gradients_before_and_behind_a_frozen_layer_are_central_differences(layers: Any) -> None:
    spec = parse_spec({"layers": layers})
    trainer = Trainer(spec)
    flat = states.draw_params(spec, 4)
    found = columns(describe_step(with_params(trainer, flat), StepRequest()))["gradient"]
    rows = shuffle_rows(spec.seed, 0, trainer.data.n_train)[:10]
    expected = oracle.gradient(spec, flat, trainer.data.x[rows], trainer.data.labels[rows])
    trained = Layout.of(spec).spread(spec.trainable)
    np.testing.assert_allclose(found[trained], expected[trained], rtol=1e-5, atol=1e-6)


NORMALIZED = [
    {"units": 3, "activation": "tanh", "batch_norm": True},
    {"units": 2, "activation": "prelu"},
]


@pytest.mark.parametrize("layers", [[], LAYERS, NORMALIZED], ids=["none", "plain", "normalized"])
def test_gradients_are_central_differences(layers: Any) -> None:
    """Of the oracle, which shares nothing with the engine; and the view's own."""
    spec = parse_spec({"layers": layers, "regularization": {"l1": 0.01, "l2": 0.02}})
    trainer = Trainer(spec)
    flat = states.draw_params(spec, 4)
    whole = with_params(trainer, flat)
    table = columns(describe_step(whole, StepRequest()))
    rows = shuffle_rows(spec.seed, 0, trainer.data.n_train)[:10]
    x, labels = trainer.data.x[rows], trainer.data.labels[rows]
    expected = oracle.gradient(spec, flat, x, labels)
    found = table["loss_gradient"] + table["penalty_gradient"]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    for index in range(0, len(flat), 5):
        said = summary(describe_step(whole, StepRequest(None, index)))
        assert said["checked"] == index
        assert said["numeric"] == pytest.approx(expected[index], rel=1e-4, abs=1e-6)


def test_forward_and_backward_add_up() -> None:
    """Values are the oracle's; each weight's gradient is the mean of input times gradient."""
    spec = parse_spec({"layers": LAYERS})
    trainer = Trainer(spec)
    found = describe(trainer)
    values = dict(zip(VALUES, found["step_values"], strict=True))
    examples = found["step_examples"]
    assert examples.shape == (10, 6)
    flat = trainer.snapshot().state.params
    run = oracle.forward(spec, flat, examples[:, 1:3])
    np.testing.assert_allclose(values["z"][:, 2:9], np.hstack(run.pre), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(values["a"][:, 2:9], np.hstack(run.hidden), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(values["a"][:, 9:], run.outputs, rtol=1e-5)
    np.testing.assert_allclose(
        examples[:, 4], oracle.loss_rows(spec, run, examples[:, 3]), rtol=1e-4
    )
    by_hand = (values["h"][:, 2:6].T @ values["by_sums"][:, 6:9]) / 10
    kernels, _, _ = oracle.split(spec, columns(found)["loss_gradient"])
    np.testing.assert_allclose(by_hand, kernels[1], rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(
        values["by_z"], values["by_h"] * values["slopes"], rtol=1e-4, atol=1e-8
    )


def test_a_point_alone_is_a_batch_of_its_own(programs: Programs) -> None:
    """As a run takes it whose only train point it is."""
    spec = parse_spec({"layers": LAYERS, "batch_size": 1})
    trainer = Trainer(spec, programs)
    order = shuffle_rows(spec.seed, 0, trainer.data.n_train)
    alone, next_batch = describe(trainer, int(order[0])), describe(trainer)
    np.testing.assert_array_equal(alone["step_parameters"], next_batch["step_parameters"])
    assert summary(alone)["point"] == order[0]
    assert summary(next_batch)["point"] == -1
    assert alone["step_examples"][0, 0] == order[0]


def test_a_large_batch_shows_its_first_rows() -> None:
    spec = parse_spec({"layers": LAYERS, "batch_size": 200})
    found = describe(Trainer(spec))
    assert found["step_values"].shape == (8, 32, 10)
    assert summary(found)["batch"] == 200


def test_what_is_infinite_is_the_largest_number() -> None:
    spec = parse_spec({"layers": LAYERS})
    trainer = Trainer(spec)
    far = with_params(trainer, states.draw_params(spec, 1, 1e30))
    found = describe_step(far, StepRequest())
    assert all(np.isfinite(array).all() for array in found.values())


@pytest.mark.parametrize("name", names.ACTIVATIONS)
def test_derivatives_are_those_of_jax(name: str) -> None:
    z = np.linspace(-6.01, 6, 53)[:, None]
    slope = np.array([0.3])
    value, tangent = derivatives.differentiate(name, z, slope)
    apply = ACTIVATIONS[name].apply
    expected = jax.jvp(
        lambda v: apply(v, jnp.float32(0.3)), (jnp.float32(z),), (jnp.ones((53, 1)),)
    )
    np.testing.assert_allclose(value, expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(tangent, expected[1], rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS, ids=lambda head: f"{head.task}-{head.loss}")
def test_losses_and_what_is_differentiated_by_jax_agree(
    head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    outputs = 3 if head.task == "multiclass" else 1
    z = rng.normal(size=(6, outputs))
    y = np.eye(3)[[0, 1, 2, 0, 1, 2]] if outputs == 3 else np.array([[head.negative], [1.0]] * 3)
    p = derivatives.activate_output(head.activation, z)
    known = derivatives.differentiate_loss(head, z, p, y)
    monkeypatch.setattr(derivatives, "_LOSSES", {})
    other = derivatives.differentiate_loss(head, z, p, y)
    for i in (0, 2) if "crossentropy" in head.loss or head.loss == "hinge" else range(3):
        np.testing.assert_allclose(known[i], other[i], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("point", [None, 7])
def test_a_frame_says_how_far_a_program_is_from_it(programs: Programs, point: int | None) -> None:
    spec = parse_spec({"layers": LAYERS, "optimizer": {"name": "adam", "learning_rate": 0.01}})
    trainer = Trainer(spec, programs)
    before = trainer.snapshot()
    request = FrameRequest(("one_step",), step=StepRequest(point))
    found = trainer.turn(batches=1, request=request).arrays
    assert 0 <= summary(found)["difference"] < 1e-6
    assert (columns(found)["new"] != columns(found)["old"])[: oracle.n_weights(spec)].all()
    assert trainer.step == before.counters.step + 1
    state = trainer.snapshot().state
    np.testing.assert_array_equal(columns(found)["old"], state.params)
    if point is None:
        np.testing.assert_allclose(columns(found)["new"], train_one(trainer), rtol=0, atol=1e-6)


def test_an_update_that_diverges_has_no_program_to_compare_with(programs: Programs) -> None:
    spec = parse_spec({"data": {"name": "plane"}, "layers": [{"units": 4, "activation": "relu"}]})
    trainer = states.load_state(spec, programs, states.draw_params(spec, 1, 1e18))
    found = trainer.turn(request=FrameRequest(("one_step",))).arrays
    assert summary(found)["difference"] == -1
