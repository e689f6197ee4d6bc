"""The general and the exact program agree: 25 steps, 1e-5, and the same pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Trainer, parse_spec
from engine.spec import names
from tests.app.servers import wait_until
from tests.engine.states import read_state, same_bits
from tests.programs import compile_once
from tests.sizes import at_night


@pytest.fixture(scope="module")
def general() -> Iterator[Programs]:
    """Programs that nothing but general ones is ever built in, once they are asked for."""
    general = Programs()
    with compile_once("first"):
        general.warm()
    yield general
    specs = [parse_spec(value) for value in SPECS.values()]
    capacities = {general.general(spec).model for spec in specs if general.has_general(spec)}
    assert general.builds == len(capacities)
    general.close()


@pytest.fixture(scope="module")
def exact_programs() -> Iterator[Programs]:
    """Programs that nothing but exact ones is ever built in."""
    exact_programs = Programs()
    yield exact_programs
    exact_programs.close()


def layers(*units: int, **more: Any) -> list[dict[str, Any]]:
    return [{"units": n, **more} for n in units]


ADAM = {"name": "adam", "learning_rate": 0.01}
SPECS: dict[str, dict[str, Any]] = {
    "default": {},
    "no hidden layer": {"layers": [], "features": ["x1", "x2_squared", "sin_x2", "radius"]},
    "eight layers": {"layers": layers(4, 5, 4, 3, 4, 5, 4, 3), "optimizer": ADAM},
    "wide": {
        "layers": layers(20, 9, activation="elu"),
        "optimizer": ADAM,
        "batch_size": 32,
        "loss": "mean_squared_error",
    },
    "multiclass with a remainder and a large batch": {
        "data": {"name": "arms", "classes": 5, "samples": 333, "noise": 0.2},
        "layers": layers(6, 5, activation="gelu"),
        "batch_size": 50,
    },
    "multiclass squared error": {
        "data": {"name": "blobs"},
        "layers": layers(4, 3, activation="linear"),
        "loss": "mean_squared_error",
        "optimizer": {"name": "nadam"},
    },
    "regression with a clipped gradient": {
        "data": {"name": "bumps", "samples": 120},
        "optimizer": {"name": "rmsprop", "learning_rate": 0.01, "clip_norm": 0.05},
        "loss": "huber",
        "batch_size": 7,
    },
    "dropout": {
        "layers": [
            {"units": 6, "dropout": 0.3},
            {"units": 5, "activation": "mish"},
            {"units": 4, "dropout": 0.5},
        ],
        "optimizer": ADAM,
        "batch_size": 40,
    },
    "penalties and a schedule": {
        "regularization": {"l1": 0.01, "l2": 0.02},
        "schedule": {"name": "cosine", "warmup_steps": 5, "decay_steps": 20},
        "optimizer": {"name": "momentum"},
        "loss": "hinge",
    },
    "prelu": {
        "layers": layers(5, 4, activation="prelu"),
        "optimizer": {"name": "adamw"},
        "loss": "huber",
    },
    "other activations": {
        "layers": [
            {"units": 4, "activation": name}
            for name in ("leaky_relu", "selu", "silu", "softplus", "sigmoid", "sin")
        ],
        "loss": "mean_absolute_error",
        "optimizer": {"name": "adadelta"},
        "schedule": {"name": "exponential", "decay_steps": 10},
    },
    "a step and a batch of everything": {
        "data": {"name": "plane"},
        "layers": [{"units": 4, "activation": "relu"}, {"units": 3, "activation": "step"}],
        "batch_size": 256,
        "optimizer": {"name": "adagrad"},
        "schedule": {"name": "step", "decay_steps": 7},
    },
    "batch normalization": {
        "layers": [
            {"units": 5, "batch_norm": True, "activation": "relu"},
            {"units": 4, "dropout": 0.2},
            {"units": 6, "batch_norm": True, "activation": "prelu"},
        ],
        "batch_size": 32,
        "optimizer": ADAM,
        "regularization": {"l2": 0.01},
    },
    "frozen layers": {
        "layers": [
            {"units": 4, "activation": "prelu"},
            {"units": 5, "activation": "prelu", "trainable": False},
            {"units": 3},
        ],
        "optimizer": {"name": "adamw", "learning_rate": 0.01, "clip_norm": 0.1},
        "regularization": {"l1": 0.01, "l2": 0.02},
    },
    "frozen batch normalization": {
        "layers": [
            {"units": 5, "batch_norm": True},
            {"units": 4, "batch_norm": True, "trainable": False},
        ],
        "batch_size": 32,
    },
    "wide batch normalization": {
        "data": {"name": "ridge"},
        "loss": "mean_absolute_error",
        "layers": layers(12, 9, batch_norm=True, activation="silu"),
        "batch_size": 7,
        "optimizer": {"name": "nesterov"},
    },
    "maxout of several widths": {
        "layers": [
            {"units": 4, "activation": "maxout", "dropout": 0.2},
            {"units": 3, "activation": "relu"},
            {"units": 2, "activation": "maxout"},
        ],
        "optimizer": {"name": "adam", "learning_rate": 0.01, "clip_norm": 0.5},
    },
    "lion on three points": {
        "data": {"name": "points", "points": [[1, 2, 0], [3, -4, 1], [-5, 0, 1]]},
        "optimizer": {"name": "lion", "learning_rate": 0.001},
        "batch_size": 1,
    },
}


def test_every_head_and_every_optimizer_is_among_them() -> None:
    specs = [parse_spec(value) for value in SPECS.values()]
    assert {(spec.task, spec.resolved_loss) for spec in specs} == {
        (task, loss) for task, losses in names.TASK_LOSSES.items() for loss in losses
    }
    assert {spec.optimizer.name for spec in specs} == set(names.OPTIMIZERS)
    assert {spec.schedule.name for spec in specs} == set(names.SCHEDULES)
    used = {layer.activation for spec in specs for layer in spec.layers}
    assert used == set(names.ACTIVATIONS)


#: What of these the others have too, each in a combination of its own.
RARE = {
    "no hidden layer", "wide", "multiclass squared error", "prelu",
    "a step and a batch of everything", "lion on three points", "frozen batch normalization",
}  # fmt: skip


#: Needs the largest capacity of all.
LARGE = "wide batch normalization"


def choose_run(name: str) -> object:
    """When a case runs: in `make test`, before a change lands, or at night."""
    if name == LARGE:
        return pytest.param(name, marks=pytest.mark.slow)
    return at_night(name) if name in RARE else name


@pytest.mark.parametrize("name", [choose_run(name) for name in SPECS])
def test_25_steps(general: Programs, exact_programs: Programs, name: str) -> None:
    spec = parse_spec(SPECS[name])
    loose, exact = Trainer(spec, general), Trainer(spec, exact_programs)
    request = FrameRequest(points=True)
    start = [trainer.turn(request=request) for trainer in (loose, exact)]
    loose.turn(batches=25, request=FrameRequest(views=()))
    exact.train(steps=25)
    for a, b in zip(read_state(loose), read_state(exact), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    end = [trainer.turn(request=request) for trainer in (loose, exact)]
    for one, other in (start, end):
        assert one.metadata.keys() == other.metadata.keys()
        for key, text in one.metadata.items():
            np.testing.assert_allclose(
                np.array(json.loads(text)), np.array(json.loads(other.metadata[key])),
                rtol=1e-4, atol=1e-4, err_msg=key,
            )  # fmt: skip
        assert one.arrays.keys() == other.arrays.keys()
        for key, array in one.arrays.items():
            if key != "history":
                check_picture(key, array, other.arrays[key])
    assert (start[0].arrays["weights"] != end[0].arrays["weights"]).any()


def check_picture(name: str, a: np.ndarray, b: np.ndarray) -> None:
    assert a.dtype == b.dtype
    assert a.shape == b.shape
    if a.dtype == np.uint8:
        # One level apart where rounding fell on either side.
        off = np.abs(a.astype(int) - b)
        assert off.max(initial=0) <= 1, name
        assert (off > 0).mean() < 0.01 if off.size else True, name
    else:
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4, err_msg=name)


def test_a_run_that_changes_programs_on_the_way(
    programs: Programs, exact_programs: Programs
) -> None:
    spec = parse_spec({"layers": [{"units": 5, "dropout": 0.2}], "optimizer": ADAM,
                       "batch_size": 11})  # fmt: skip
    moved, stayed = Trainer(spec, programs), Trainer(spec, exact_programs)
    builds = programs.builds
    moved.turn(batches=9)
    assert programs.builds == builds
    moved.train(steps=8)
    assert programs.builds == builds + 1
    # No exact program paints tiles of this size.
    moved.turn(batches=8, request=FrameRequest(tile=16))
    assert programs.builds == builds + 1
    stayed.train(steps=25)
    assert moved.step == stayed.step == 25
    np.testing.assert_allclose(moved.weights, stayed.weights, rtol=1e-5, atol=1e-5)


def test_a_tight_program_is_made_in_the_background_and_taken_up(
    programs: Programs, exact_programs: Programs
) -> None:
    spec = parse_spec({"layers": [{"units": 6}], "optimizer": ADAM, "batch_size": 12})
    trainer, alone = Trainer(spec, programs), Trainer(spec, exact_programs)
    trainer.turn(batches=5)
    builds = programs.builds
    for _ in range(3):
        trainer.prefer_exact()
    wait_until(lambda: programs.builds > builds, "the exact program is compiled")
    trainer.turn(batches=20)
    trainer.prefer_exact()
    alone.train(steps=25)
    np.testing.assert_allclose(trainer.weights, alone.weights, rtol=1e-5, atol=1e-5)
    assert programs.builds == builds + 1
    trainer.close()


def test_a_selected_unit_is_shown_by_both(general: Programs, programs: Programs) -> None:
    spec = parse_spec({"layers": [{"units": 3}, {"units": 2, "activation": "sin"}]})
    loose, exact = Trainer(spec, general), Trainer(spec, programs)
    exact.train(steps=3)
    loose.turn(batches=3)
    for select in ((0, 2), (1, 1)):
        a, b = (t.frame(("selected",), select=select) for t in (loose, exact))
        np.testing.assert_allclose(a["selected"], b["selected"], atol=1e-5)
        np.testing.assert_allclose(a["selected_values"], b["selected_values"], atol=1e-5)
    assert same_bits(loose.frame(("weights",))["weights"], loose.weights)
