"""The `landscape` view against NumPy in float64: planes, losses over them, and the path."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from engine import PRESETS, FrameRequest, LandscapeRequest, Programs, Trainer, parse_spec
from engine.data.datasets import make_dataset
from engine.insight.surfaces.path import MOST_POINTS, Path, PathPoint
from engine.insight.surfaces.planes import (
    LEAST_REACH,
    WeightName,
    span_path,
    span_random,
    span_weights,
)
from engine.network import Layout
from tests.engine import oracle, states

LAYERS = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "sigmoid"}]
#: The line through (1, 3) and (2, 5), from m = -1 and b = 5 on.
LINE = next(preset for preset in PRESETS if preset.id == "line")
WEIGHTS = ((0, 0, 0), (0, None, 0))


def look(trainer: Trainer, kind: Any = "path", **more: Any) -> dict[str, Any]:
    request = FrameRequest(views=("landscape",), landscape=LandscapeRequest(kind, **more))
    return trainer.turn(request=request).arrays


def ends(facts: Any) -> Any:
    """Both ends of both axes."""
    return facts[5:9].reshape(2, 2)


def train_loss(trainer: Trainer, flat: Any) -> float:
    data = trainer.data
    n = data.n_train
    run = oracle.forward(trainer.spec, flat, data.x[:n])
    return float(oracle.loss_rows(trainer.spec, run, data.labels[:n]).mean())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"data": {"name": "arms"}, "loss": "categorical_crossentropy"},
        {"data": {"name": "plane", "samples": 1300}, "layers": []},
        {"layers": [{"units": 3, "activation": "prelu"}], "loss": "hinge"},
    ],
    ids=["binary", "classes", "rows in chunks", "slopes"],
)
@pytest.mark.parametrize("kind", ["path", "random", "weights"])
def test_losses_are_those_of_the_weights_there(
    programs: Programs, more: dict[str, Any], kind: str
) -> None:
    trainer = Trainer(parse_spec({"layers": LAYERS, **more}), programs)
    for _ in range(4):
        trainer.turn(batches=3)
    arrays = look(trainer, kind, weights=WEIGHTS)
    grid, facts = arrays["landscape"], arrays["landscape_facts"]
    (low1, high1), (low2, high2) = ends(facts)
    layout, flat = Layout.of(trainer.spec), np.float64(trainer.snapshot().state.params)
    path = np.stack([point.params for point in kept(trainer)])
    names = WeightName(*WEIGHTS[0]), WeightName(*WEIGHTS[1])
    plane = {
        "path": lambda: span_path(layout, path, None, 0),
        "random": lambda: span_random(layout, path, 0),
        "weights": lambda: span_weights(layout, path, names),
    }[kind]()
    side = len(grid)
    for row, column in itertools.product((0, side // 2, side - 1), (0, side - 1)):
        a = low1 + (high1 - low1) * column / (side - 1)
        b = low2 + (high2 - low2) * row / (side - 1)
        there = plane.origin + np.array([a, b]) @ plane.directions
        assert grid[row, column] == pytest.approx(train_loss(trainer, there), rel=2e-4)
    step, first, second, loss = arrays["landscape_path"][-1]
    assert step == trainer.step == facts[1]
    assert loss == pytest.approx(train_loss(trainer, flat), rel=1e-5)
    assert low1 <= first <= high1
    assert low2 <= second <= high2
    offsets = path - path[-1]
    far = plane.measure_distances(path)
    share = 1 - (far**2).sum() / (offsets**2).sum()
    expected = share, np.sqrt((far**2).mean()), np.linalg.norm(offsets[0])
    np.testing.assert_allclose(facts[2:5], expected, rtol=1e-4, atol=1e-6)


def kept(trainer: Trainer) -> list[PathPoint]:
    """The points of a trainer's path, and the present."""
    points = list(trainer._run._insight._loss._path.points)  # type: ignore[attr-defined]
    assert points[-1].step == trainer.step
    return points


def test_the_plane_through_the_run_holds_most_of_its_movement() -> None:
    """Explained variance and distances against a singular value decomposition."""
    layout = Layout.of(parse_spec({"layers": LAYERS}))
    rng = np.random.default_rng(3)
    steps = np.linspace(0, 1, 40)[:, None]
    path = steps * rng.normal(size=layout.size) + 0.3 * steps**2 * rng.normal(size=layout.size)
    path = (path + 0.01 * rng.normal(size=path.shape)).astype(np.float32)
    plane = span_path(layout, path, None, 0)
    offsets = np.float64(path) - path[-1]
    _, sizes, directions = np.linalg.svd(offsets, full_matrices=False)
    rests = offsets - offsets @ directions[:2].T @ directions[:2]
    distances = plane.measure_distances(path)
    np.testing.assert_allclose(distances, np.linalg.norm(rests, axis=1), atol=1e-6)
    share = (sizes[:2] ** 2).sum() / (sizes**2).sum()
    assert 1 - (distances**2).sum() / (offsets**2).sum() == pytest.approx(share)
    assert share > 0.95
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-9)
    random = span_random(layout, path, 0).measure_distances(path)
    assert 1 - (random**2).sum() / (offsets**2).sum() < 0.3
    # The next picture does not flip over.
    again = span_path(layout, path, plane, 0)
    np.testing.assert_allclose(again.directions, plane.directions)
    mirrored = 2 * path[-1] - path
    flipped = span_path(layout, mirrored, plane, 0)
    assert (np.sum(flipped.directions * plane.directions, axis=1) > 0.99).all()


def test_random_directions_are_normalized_by_filter() -> None:
    spec = parse_spec({"layers": [{**LAYERS[0], "batch_norm": True}]})
    layout, flat = Layout.of(spec), states.draw_params(spec, 5)
    plane = span_random(layout, flat[None], 7)
    for direction in plane.directions:
        for layer in range(layout.n_hidden + 1):
            lengths = [np.linalg.norm(layout.kernel(v, layer), axis=0) for v in (direction, flat)]
            np.testing.assert_allclose(*lengths, rtol=1e-6)
            assert not direction[layout.bias_slice(layer)].any()
        assert not direction[layout.n_weights :].any()
    other = span_random(layout, flat[None], 8)
    assert not np.allclose(plane.directions, other.directions)


def test_moving_averages_are_no_movement() -> None:
    spec = parse_spec({"layers": [{**LAYERS[0], "batch_norm": True}]})
    layout = Layout.of(spec)
    path = np.stack([states.draw_params(spec, seed) for seed in range(5)])
    plane = span_path(layout, path, None, 0)
    averages = layout.moving_statistics_slice
    np.testing.assert_allclose(plane.directions[:, averages], 0, atol=1e-12)
    np.testing.assert_allclose(plane.origin[averages], path[-1, averages], rtol=1e-6)


def start_line(programs: Programs, rate: float = 0.1) -> Trainer:
    trainer = Trainer(parse_spec(LINE.spec), programs)
    trainer.edit({"optimizer": {"learning_rate": rate}})
    for weight in LINE.weights:
        trainer.set_weight(*weight)
    return trainer


def test_the_line_of_the_lecture(programs: Programs) -> None:
    """MSE 2.5 at m = -1, b = 5; by mathematics its gradient is (-3, -1) and its minimum (2, 1)."""
    trainer = start_line(programs)
    x, labels = trainer.data.x[:, 0], trainer.data.labels
    assert trainer.data.n_train == 2
    assert {*zip(x[:2], labels[:2], strict=True)} == {(1, 3), (2, 5)}
    assert {*zip(x[2:], labels[2:], strict=True)} == {(1, 3), (2, 5)}
    arrays = look(trainer, "weights", weights=WEIGHTS)
    grid, ((low1, high1), (low2, high2)) = arrays["landscape"], ends(arrays["landscape_facts"])
    np.testing.assert_allclose(arrays["landscape_path"], [[0, -1, 5, 2.5]])
    m, b = (np.linspace(low, high, len(grid)) for low, high in ((low1, high1), (low2, high2)))
    expected = ((m + b[:, None] - 3) ** 2 + (2 * m + b[:, None] - 5) ** 2) / 2
    np.testing.assert_allclose(grid, expected, rtol=1e-5, atol=1e-5)
    assert low1 <= -1 - LEAST_REACH
    assert high2 >= 5 + LEAST_REACH


@pytest.mark.parametrize(("rate", "settles"), [(0.5, False), (0.1, True), (0.005, True)])
def test_the_rates_of_the_lecture(programs: Programs, rate: float, settles: bool) -> None:
    """Each update is -rate times the gradient; the one of 0.5 is beyond 2 / 6.854."""
    trainer = start_line(programs, rate)
    m, b = -1.0, 5.0
    for _ in range(3):
        trainer.turn(batches=1)
        m, b = m - rate * (5 * m + 3 * b - 13), b - rate * (3 * m + 2 * b - 8)
        np.testing.assert_allclose(trainer.weights, [m, b], rtol=1e-5)
    if settles:
        trainer.turn(batches=20_000 if rate < 0.1 else 2000)
        np.testing.assert_allclose(trainer.weights, [2, 1], atol=0.01)
    else:
        assert trainer.metrics["train_loss"] > 2.5


def test_an_edit_of_the_network_begins_a_new_path(programs: Programs) -> None:
    trainer = Trainer(parse_spec({"layers": LAYERS}), programs)

    def steps() -> list[int]:
        return look(trainer)["landscape_path"][:, 0].astype(int).tolist()

    assert steps() == [0]
    assert look(trainer)["landscape_facts"][0] == 1, "nothing has moved: random directions"
    for _ in range(3):
        trainer.turn(batches=2)
    assert steps() == [0, 2, 4, 6]
    before = trainer.snapshot()
    trainer.edit({"optimizer": {"learning_rate": 0.1}})
    trainer.turn(batches=1)
    assert steps() == [0, 2, 4, 6, 7], "a rate is no other network"
    trainer.restore(before)
    assert steps() == [0, 2, 4, 6], "undone"
    trainer.edit({"layers": [*LAYERS, LAYERS[0]]})
    assert steps() == [6]
    trainer.turn(batches=1)
    assert steps() == [6, 7]
    trainer.edit({"data": {"noise": 0.3}})
    assert steps() == [7], "other points, other losses"
    trainer.turn(batches=1)
    trainer.reset()
    assert steps() == [0]


def test_a_long_path_is_thinned_evenly() -> None:
    path, spec = Path(), parse_spec({})
    path.follow(spec, make_dataset(spec.data), 0)
    for step in range(1000):
        if path.wants(step):
            path.add(PathPoint(step, np.zeros(7, np.float32), 1.0))
    steps = [point.step for point in path.points]
    assert MOST_POINTS / 2 < len(steps) <= MOST_POINTS
    assert steps[0] == 0
    assert set(np.diff(steps)) == {8}


def test_a_running_session_gets_its_surface_little_by_little(programs: Programs) -> None:
    """No frame waits for a whole surface; the path goes on over the last one."""
    trainer = Trainer(parse_spec({"layers": LAYERS}), programs)
    hurried = FrameRequest(views=("landscape",), patient=False)
    look(trainer)
    seen: list[int] = []
    while len(set(seen)) < 3:
        arrays = trainer.turn(batches=1, request=hurried).arrays
        seen.append(int(arrays["landscape_facts"][1]))
        assert seen[-1] <= arrays["landscape_path"][-1, 0] <= trainer.step
    assert seen == sorted(seen)
    assert seen[0] == 0
