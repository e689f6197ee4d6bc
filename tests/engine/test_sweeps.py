"""Networks of a sweep are trained and painted as each of them would be alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Programs, Spec, Sweep, SweepError, Trainer, parse_spec
from engine.data.planes import COORDINATES
from engine.sweeps.axes import SWEEP_AXES

#: Five epochs of ten updates.
EPOCHS = 5
SMALL = {"data": {"name": "xor", "samples": 100}, "batch_size": 5}


@pytest.fixture(scope="module")
def programs() -> Programs:
    return Programs()


def make_spec(**changes: Any) -> Spec:
    return parse_spec({**SMALL, **changes})


def vary(path: str, *values: Any) -> dict[str, Any]:
    return {"path": path, "values": list(values)}


def span(path: str, low: float, high: float, count: int, **more: Any) -> dict[str, Any]:
    return {"path": path, "low": low, "high": high, "count": count, **more}


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
FAST = ("optimizer.learning_rate", "layers.units", "data.noise", "seed")


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


@pytest.mark.parametrize(
    "path", [p if p in FAST else pytest.param(p, marks=pytest.mark.slow) for p in AXES]
)
def test_a_cell_is_trained_as_its_spec_is_alone(path: str, programs: Programs) -> None:
    axis, changes = AXES[path]
    sweep = Sweep(make_spec(**changes), [axis], programs=programs)
    check_alone(sweep, programs)


def test_maxout_layers_of_several_widths_share_a_program(programs: Programs) -> None:
    layers = [{"units": 2, "activation": "maxout"}, {"units": 2, "activation": "maxout"}]
    axis = vary("layers.units", 2, 3)
    check_alone(Sweep(make_spec(layers=layers), [axis], programs=programs), programs)
    too_wide = Sweep(make_spec(layers=layers), [vary("layers.units", 2, 17)], programs=programs)
    with pytest.raises(SweepError, match="at most 16 units"):
        too_wide.train(1)
