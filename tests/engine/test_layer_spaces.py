"""The `layer_spaces` view against NumPy in float64: forward pass, principal components, logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Trainer, parse_spec
from engine.functions.features import make_grid
from engine.insight.layer_spaces import MESH, POINTS, find_components, follow_axes
from tests.engine import oracle

SPACES = FrameRequest(views=("layer_spaces",))
MANY = [
    {"units": 4, "activation": "tanh"},
    {"units": 2, "activation": "relu"},
    {"units": 5, "activation": "leaky_relu", "negative_slope": 0.3},
    {"units": 1, "activation": "sigmoid"},
]
CASES: dict[str, dict[str, Any]] = {
    "two units last": {"layers": MANY[:2]},
    "many units last": {"layers": MANY[:3], "features": ["x1", "x2", "radius"]},
    "one unit last": {"layers": MANY, "features": ["x1"]},
    "classes": {"data": {"name": "blobs"}, "layers": MANY[:1]},
    "no layer": {"layers": []},
    "learned slopes": {"layers": [{"units": 3, "activation": "prelu"}]},
}


def look(trainer: Trainer) -> tuple[list[Any], Any, Any]:
    """Places of each space, shares of variance, and the logits over the last space."""
    arrays = trainer.turn(request=SPACES).arrays
    places = arrays["layer_spaces"]
    count = len(trainer.spec.layers) + 2
    return (
        list(places.reshape(count, -1, 3)),
        arrays["layer_spaces_variance"],
        arrays["layer_spaces_output"],
    )


@pytest.mark.parametrize("name", CASES)
def test_places_are_activations_or_their_principal_components(
    programs: Programs, name: str
) -> None:
    spec = parse_spec({**CASES[name], "seed": 3})
    trainer = Trainer(spec, programs)
    trainer.train(steps=20)
    spaces, shares, output = look(trainer)
    shown = min(trainer.data.n_train, POINTS)
    x = np.concatenate([make_grid(MESH), trainer.data.x[:shown]])
    run = oracle.forward(spec, np.array(trainer.snapshot().state.params), x)
    layers = [oracle.features(spec, x), *run.hidden, run.logits]
    for space, share, h in zip(spaces, shares, layers, strict=True):
        points = h[MESH * MESH :]
        units = h.shape[1]
        if units <= 2:
            np.testing.assert_allclose(space[:, :units], h, atol=2e-5)
            assert not space[:, units:].any()
            expected = points.var(axis=0) / points.var(axis=0).sum()
            np.testing.assert_allclose(share[:units], expected, atol=1e-5)
            continue
        centred = h - points.mean(axis=0)
        _, sizes, axes = np.linalg.svd(centred[MESH * MESH :], full_matrices=False)
        expected = centred @ axes[:3].T
        signs = np.sign((space * expected).sum(axis=0))
        np.testing.assert_allclose(space * signs, expected, atol=2e-4)
        np.testing.assert_allclose(share, (sizes**2 / (sizes**2).sum())[:3], atol=1e-5)
    # Behind the last space is nothing but a linear map, if it is shown whole.
    if layers[-2].shape[1] <= 3:
        logits = spaces[-2] @ output[:, :3].T + output[:, 3]
        np.testing.assert_allclose(logits, run.logits, atol=1e-4)


def test_the_line_of_the_output_is_exact_within_the_plane_that_is_shown(
    programs: Programs,
) -> None:
    """Of more units than three: the logits of places without what the axes leave out."""
    spec = parse_spec({"layers": [{"units": 6, "activation": "tanh"}], "seed": 4})
    trainer = Trainer(spec, programs)
    trainer.train(epochs=2)
    spaces, _, output = look(trainer)
    shown = trainer.data.x[: min(trainer.data.n_train, POINTS)]
    flat = np.array(trainer.snapshot().state.params)
    h = oracle.forward(spec, flat, shown).hidden[0]
    kernels, biases, _ = oracle.split(spec, flat)
    centre, places = h.mean(axis=0), spaces[1][MESH * MESH :].astype(float)
    axes = np.linalg.lstsq(places, h - centre, rcond=None)[0]
    expected = (centre + places @ axes) @ kernels[-1] + biases[-1]
    np.testing.assert_allclose(places @ output[:, :3].T + output[:, 3], expected, atol=1e-4)


def test_normalized_layers_are_mapped_by_their_moving_averages(programs: Programs) -> None:
    layers = [{"units": 2, "activation": "tanh", "batch_norm": True}]
    trainer = Trainer(parse_spec({"layers": layers}), programs)
    trainer.train(epochs=2)
    spaces, _, output = look(trainer)
    logits = spaces[1] @ output[:, :3].T + output[:, 3]
    x = np.concatenate([make_grid(MESH), trainer.data.x[:POINTS]])
    outputs = 1 / (1 + np.exp(-logits[: len(x)]))
    np.testing.assert_allclose(outputs, trainer.predict(x)[: len(outputs)], atol=1e-4)


def test_axes_follow_those_before(programs: Programs) -> None:
    """Step by step no place moves farther than by a turn of its plane, and none is mirrored."""
    spec = parse_spec({"layers": [{"units": 6, "activation": "tanh"}], "seed": 1})
    trainer = Trainer(spec, programs)
    last = look(trainer)[0][1]
    for _ in range(20):
        trainer.train(steps=5)
        now = look(trainer)[0][1]
        moved = np.linalg.norm(now[:, :2] - last[:, :2]) / np.linalg.norm(last[:, :2])
        assert moved < 0.3
        last = now


def test_the_turn_is_the_one_that_brings_the_plane_nearest() -> None:
    """Against a search over all turns and mirrorings of the plane, in steps of a degree."""
    rng = np.random.default_rng(0)
    before = np.linalg.qr(rng.standard_normal((5, 3)))[0]
    axes = find_components(rng.standard_normal((40, 5)))
    found = follow_axes(axes, before)
    np.testing.assert_allclose(found.T @ found, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(found[:, :2] @ found[:, :2].T, axes[:, :2] @ axes[:, :2].T)
    distances = []
    for angle in np.radians(np.arange(360)):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        distances += [
            np.linalg.norm(axes[:, :2] @ turn @ mirror - before[:, :2])
            for mirror in (np.eye(2), np.diag([1, -1]))
        ]
    distance = np.linalg.norm(found[:, :2] - before[:, :2])
    assert distance <= min(distances) + 1e-9
    assert distance > min(distances) - 1e-3
    assert found[:, 2] @ before[:, 2] >= 0


def test_a_layer_that_is_dead_has_no_variance(programs: Programs) -> None:
    spec = parse_spec(
        {"layers": [{"units": 4, "activation": "relu"}], "initializer": {"name": "zeros"}}
    )
    spaces, shares, _ = look(Trainer(spec, programs))
    assert not shares[1].any()
    assert not spaces[1].any()
