"""Gradients against central differences, in float64, of the NumPy oracle.

After one update by momentum from slots of 0, the first slot is the gradient
itself, so it is read there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Programs, Spec, parse_spec
from engine.spec import names
from tests.engine import oracle, states
from tests.engine.specs import SMOOTH_ACTIVATIONS

HEADS = [(task, loss) for task, losses in names.TASK_LOSSES.items() for loss in losses]
BINARY = [[1.2, -0.7, 0], [-2.1, 0.4, 1], [0.3, 1.9, 1], [-0.8, -1.5, 0], [2.2, 1.1, 1]]
CLASSES = [[x1, x2, i % 3] for i, (x1, x2, _) in enumerate(BINARY)]
VALUES = [[x1, x2, 0.4 * x1 - 0.9 * x2] for x1, x2, _ in BINARY]
POINTS = {"binary": BINARY, "multiclass": CLASSES, "regression": VALUES}


def make_spec(task: str, loss: str, activation: str, **more: Any) -> Spec:
    return parse_spec(
        {
            "data": {
                "name": "points",
                "points": [*POINTS[task], POINTS[task][0]],
                "task": task,
                "test_fraction": 0.1,
            },
            "layers": [
                {"units": 3, "activation": activation, "negative_slope": 0.3},
                {"units": 2, "activation": activation, "negative_slope": 0.2},
            ],
            "loss": loss,
            "optimizer": {"name": "momentum", "learning_rate": 0.01},
            "batch_size": 256,
            **more,
        }
    )


def check(spec: Spec, programs: Programs, *, exact: bool = False) -> np.ndarray:
    """Compares at the first draw of parameters that is not close to a corner."""
    for seed in range(200):
        flat = states.draw_params(spec, seed)
        trainer = states.load_state(spec, programs, flat)
        n = trainer.data.n_train
        x, labels = trainer.data.x[:n], trainer.data.labels[:n]
        if oracle.margin(spec, flat, x, labels) > 0.02:
            break
    else:
        pytest.fail("no smooth point was found")
    if exact:
        trainer.train(steps=1)
    else:
        trainer.turn(batches=1)
    expected = oracle.gradient(spec, flat, x, labels)
    expected = oracle.clip(expected, spec.optimizer.clip_norm)
    found = states.read_state(trainer).m
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)
    return found


@pytest.mark.parametrize(("task", "loss"), HEADS)
@pytest.mark.parametrize("activation", SMOOTH_ACTIVATIONS)
def test_every_activation_with_every_loss(
    programs: Programs, activation: str, task: str, loss: str
) -> None:
    spec = make_spec(task, loss, activation)
    found = check(spec, programs)
    slopes = found[oracle.n_weights(spec) :]
    assert (slopes != 0).any() == (activation == "prelu")


@pytest.mark.parametrize("exact", [False, True])
def test_penalties_and_clipping(programs: Programs, exact: bool) -> None:
    more = {
        "regularization": {"l1": 0.05, "l2": 0.3},
        "optimizer": {"name": "momentum", "clip_norm": 0.25},
    }
    spec = make_spec("binary", "binary_crossentropy", "prelu", **more)
    found = check(spec, programs, exact=exact)
    assert np.linalg.norm(found) == pytest.approx(0.25, rel=1e-5)


@pytest.mark.parametrize("exact", [False, True])
def test_batch_normalization(programs: Programs, exact: bool) -> None:
    layers = [
        {"units": 3, "activation": "gelu", "batch_norm": True},
        {"units": 2, "activation": "prelu"},
        {"units": 4, "activation": "prelu", "batch_norm": True},
    ]
    spec = make_spec("multiclass", "categorical_crossentropy", "tanh", layers=layers)
    found = check(spec, programs, exact=exact)
    scales, shifts, means, variances = oracle.split_normal(spec, found)
    for layer in (0, 2):
        assert scales[layer].all()
        assert shifts[layer].all()
    for idle in (scales[1], shifts[1], *means, *variances):
        assert not idle.any()


def test_a_gradient_within_the_norm_is_not_clipped(programs: Programs) -> None:
    more = {"optimizer": {"name": "momentum", "clip_norm": 50}}
    clipped = check(make_spec("binary", "hinge", "gelu", **more), programs)
    free = check(make_spec("binary", "hinge", "gelu"), programs)
    assert states.same_bits(clipped, free)


def test_nothing_below_a_step_learns(programs: Programs) -> None:
    spec = make_spec("binary", "binary_crossentropy", "step")
    flat = states.draw_params(spec, 3)
    trainer = states.load_state(spec, programs, flat)
    trainer.turn(batches=1)
    first, second, output = states.take_apart(spec, states.read_state(trainer).m)
    for layer in (first, second):
        assert not layer.kernel.any()
        assert not layer.bias.any()
    assert output.bias.all()


def test_a_network_without_hidden_layers(programs: Programs) -> None:
    for task, loss in HEADS:
        check(make_spec(task, loss, "tanh", layers=[], features=["x2", "radius"]), programs)


def test_every_feature(programs: Programs) -> None:
    check(make_spec("multiclass", "categorical_crossentropy", "tanh",
                    features=list(names.FEATURES)), programs)  # fmt: skip


def test_many_layers_of_different_kinds(programs: Programs) -> None:
    kinds = ["prelu", "gelu", "sin", "selu", "mish", "leaky_relu"]
    layers = [{"units": 2 + i, "activation": kind} for i, kind in enumerate(kinds)]
    check(make_spec("regression", "huber", "tanh", layers=layers), programs)
