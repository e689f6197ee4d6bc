"""Networks of a sweep are trained and painted as each of them would be alone."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from engine import Programs, Sweep, SweepError, Trainer, patch_spec
from engine.base.slices import finish
from engine.data.datasets import make_dataset
from engine.data.planes import COORDINATES
from engine.frames.metrics import LabelStatistics
from engine.sweeps.axes import SWEEP_AXES
from tests.engine.sweep_cases import make_spec, span, vary

#: Five epochs of ten updates.
EPOCHS = 5


@pytest.fixture(scope="module")
def programs() -> Programs:
    return Programs()


MOMENTUM = {"optimizer": {"name": "momentum", "learning_rate": 0.05}}
#: Every axis, with values that differ in a way that matters.
AXES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "optimizer.learning_rate": (span("optimizer.learning_rate", 0.01, 0.3, 3), {}),
    "optimizer.momentum": (span("optimizer.momentum", 0, 0.9, 3), MOMENTUM),
    "optimizer.name": (vary("optimizer.name", "sgd", "adam"), {}),
    "regularization.l1": (span("regularization.l1", 0, 0.1, 2, scale="linear"), {}),
    "regularization.l2": (span("regularization.l2", 0.001, 0.1, 2), {}),
    "layers.dropout": (span("layers.dropout", 0, 0.5, 2), {}),
    "data.noise": (span("data.noise", 0, 0.3, 3), {}),
    "data.samples": (span("data.samples", 60, 100, 2), {}),
    "batch_size": (span("batch_size", 5, 8, 2), {}),
    "layers.units": (span("layers.units", 1, 5, 3), {}),
    "layers.count": (span("layers.count", 0, 2, 2), {}),
    "layers.activation": (vary("layers.activation", "relu", "sigmoid"), {}),
    "initializer.name": (vary("initializer.name", "he_normal", "constant"), {}),
    "initializer.scale": (span("initializer.scale", 0.5, 2, 3), {}),
    "seed": (span("seed", 1, 4, 4), {}),
}
FAST = ("layers.units", "seed")


def test_every_axis_has_a_case() -> None:
    assert set(AXES) == {axis.path for axis in SWEEP_AXES.values()}


def check_alone(sweep: Sweep, programs: Programs) -> None:
    """Compares every cell with a trainer of its own."""
    sweep.train(EPOCHS)
    assert sweep.epoch == EPOCHS
    painted = sweep.arrays
    grid = COORDINATES.grid(24)
    for cell in range(sweep.grid.n_cells):
        row, column = divmod(cell, sweep.grid.columns)
        snapshot = sweep.snapshot(row, column)
        alone = Trainer(snapshot.spec, programs)
        metrics = alone.train(epochs=EPOCHS)
        layout = alone.weights.size
        np.testing.assert_allclose(
            snapshot.state.params[:layout], alone.weights, rtol=0, atol=1e-5, err_msg=f"cell {cell}"
        )
        assert (snapshot.step, snapshot.epoch) == (metrics["step"], EPOCHS)
        measured = "accuracy" if "train_accuracy" in metrics else "rmse"
        expected = [metrics[key] for key in ("train_loss", "test_loss")]
        expected += [metrics[f"{part}_{measured}"] for part in ("train", "test")]
        np.testing.assert_allclose(painted["sweep_cells"][row, column, :4], expected, atol=2e-5)
        low, high = painted["sweep_ranges"][cell]
        shown = low + (high - low) * painted["sweep_boundaries"][cell].reshape(-1, 576).T / 255.0
        np.testing.assert_allclose(
            shown, alone.predict(grid), rtol=0, atol=(high - low) / 255 * 0.51 + 1e-4
        )


@pytest.mark.slow
def test_two_axes_are_columns_and_rows(programs: Programs) -> None:
    axes = [span("layers.units", 2, 3, 2), span("optimizer.learning_rate", 0.01, 0.1, 3)]
    sweep = Sweep(make_spec(), axes, programs=programs)
    assert sweep.cells.shape == (3, 2, 6)
    assert np.isnan(sweep.cells[..., :4]).all()
    check_alone(sweep, programs)
    last = sweep.snapshot(2, 1).spec
    assert [layer.units for layer in last.layers] == [3, 3]
    assert last.optimizer.learning_rate == 0.1
    with pytest.raises(IndexError):
        sweep.snapshot(2, 2)


@pytest.mark.slow
def test_depth_and_width_pad_with_frozen_and_normalized_layers(programs: Programs) -> None:
    axes = [span("layers.units", 1, 4, 3), span("layers.count", 1, 3, 3)]
    layer = {"units": 3, "activation": "sigmoid", "batch_norm": True}
    changes = {"optimizer": {"name": "adam", "clip_norm": 0.5}, "regularization": {"l1": 0.001}}
    check_alone(Sweep(make_spec(layers=[layer], **changes), axes, programs=programs), programs)
    frozen = [{"units": 3, "activation": "prelu", "trainable": False}, {"units": 2}]
    check_alone(Sweep(make_spec(layers=frozen), axes[:1], programs=programs), programs)


def test_a_cell_of_several_seeds_is_their_median(programs: Programs) -> None:
    rates = span("optimizer.learning_rate", 0.05, 10, 2)
    spec = make_spec(data={"name": "plane", "samples": 60}, seed=2**31 - 2)
    sweep = Sweep(spec, [rates], seeds=3, programs=programs)
    sweep.train(20)
    seeds = [2**31 - 2, 2**31 - 1, 0]
    assert [sweep.snapshot(0, 0, seed).spec.seed for seed in range(3)] == seeds
    losses = []
    for seed in seeds:
        change = {"seed": seed, "optimizer": {"learning_rate": 0.05}}
        losses.append(Trainer(patch_spec(spec, change), programs).train(epochs=20)["test_loss"])
    assert sweep.cells[0, 0, 1] == pytest.approx(np.median(losses), abs=1e-5)
    variance = LabelStatistics.of(make_dataset(spec.data)).test
    good = sum(1 - loss / variance >= 0.95 for loss in losses) / 3
    np.testing.assert_allclose(sweep.cells[0, 0, 4:], [0, good], atol=1e-6)
    assert np.isnan(sweep.cells[0, 1, :4]).all()
    assert sweep.cells[0, 1, 4] == 1
    assert sweep.diverged.tolist() == [False] * 3 + [True] * 3


@pytest.mark.slow
def test_a_wall_shows_mean_and_deviation_of_its_networks(programs: Programs) -> None:
    spec = make_spec(data={"name": "blobs", "samples": 60})
    sweep = Sweep(spec, [span("seed", 1, 5, 5)], programs=programs)
    sweep.train(2)
    arrays = sweep.arrays
    assert sweep.cells.shape == (2, 3, 6)
    assert np.isnan(sweep.cells[1, 2]).all()
    assert arrays["sweep_boundaries"].shape == (6, 3, 24, 24)
    outputs, alone = [], Trainer(spec, programs)
    for cell in range(5):
        alone.restore(sweep.snapshot(*divmod(cell, 3)))
        outputs.append(alone.predict(COORDINATES.grid(24)).T.reshape(3, 24, 24))
    expected = np.stack([np.mean(outputs, axis=0), np.std(outputs, axis=0)])
    np.testing.assert_allclose(arrays["sweep_mean"], expected, atol=1e-5)


def test_slices_train_as_one_call_does(programs: Programs) -> None:
    axes = [span("optimizer.learning_rate", 0.01, 0.3, 3)]
    whole = Sweep(make_spec(), axes, programs=programs)
    whole.train(7)
    now = itertools.count(0.0, 0.01)
    parts = Sweep(make_spec(), axes, programs=programs, clock=lambda: next(now))
    parts.compile()
    parts.go_to(7)
    slices = 1
    while not parts.advance(0):
        assert parts.epoch == 0
        assert 0 < parts.progress < 1
        slices += 1
    assert (parts.epoch, slices > 2) == (7, True)
    np.testing.assert_allclose(parts.cells, whole.cells, atol=1e-5)
    parts.reset()
    assert parts.epoch == 0
    parts.train(7)
    np.testing.assert_allclose(parts.cells, whole.cells, atol=1e-5)


@pytest.mark.parametrize(
    ("axes", "seeds", "path"),
    [
        ([span("seed", 1, 4096, 32), span("initializer.scale", 0.1, 5, 32)], 5, "seeds"),
        ([span("batch_size", 1, 256, 32), vary("optimizer.name", "sgd", "adam")], 1, "axes"),
        ([span("seed", 1, 32, 32), span("data.noise", 0, 0.5, 32)], 1, "axes"),
    ],
)
def test_what_is_too_much_is_refused(axes: list[Any], seeds: int, path: str) -> None:
    wide = make_spec(layers=[{"units": 32}] * 8)
    with pytest.raises(SweepError) as error:
        finish(Sweep(wide, axes, seeds=seeds).build())
    assert error.value.path == path


@pytest.mark.parametrize(
    "path", [p if p in FAST else pytest.param(p, marks=pytest.mark.slow) for p in AXES]
)
def test_a_cell_is_trained_as_its_spec_is_alone(path: str, programs: Programs) -> None:
    axis, changes = AXES[path]
    sweep = Sweep(make_spec(**changes), [axis], programs=programs)
    check_alone(sweep, programs)


@pytest.mark.slow
def test_maxout_layers_of_several_widths_share_a_program(programs: Programs) -> None:
    layers = [{"units": 2, "activation": "maxout"}, {"units": 2, "activation": "maxout"}]
    axis = vary("layers.units", 2, 3)
    check_alone(Sweep(make_spec(layers=layers), [axis], programs=programs), programs)
    too_wide = Sweep(make_spec(layers=layers), [vary("layers.units", 2, 17)], programs=programs)
    with pytest.raises(SweepError, match="at most 16 units"):
        too_wide.train(1)
