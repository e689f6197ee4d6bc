"""The `gradient_flow` view against NumPy in float64, and against the update that follows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Trainer, parse_spec
from engine.data.shuffles import shuffle_rows
from engine.insight.gradient_flow import POINTS, count_gradients
from engine.network import Layout
from tests.engine import oracle, states

FLOW = FrameRequest(views=("gradient_flow",))
LAYERS = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "sigmoid"}]


def measure(trainer: Trainer) -> Any:
    return trainer.turn(request=FLOW).arrays["gradient_flow"]


def norms(blocks: Any) -> list[float]:
    return [float(np.linalg.norm(block)) for block in blocks]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"optimizer": {"name": "adam", "learning_rate": 0.01}},
        {"optimizer": {"name": "momentum", "learning_rate": 0.1, "clip_norm": 0.01}},
        {"regularization": {"l1": 0.01, "l2": 0.02}},
        {"schedule": {"name": "step", "warmup_steps": 5}},
    ],
    ids=["sgd", "adam", "clipped", "penalty", "warm-up"],
)
def test_gradient_and_update_are_those_of_the_next_batch(
    programs: Programs, more: dict[str, Any]
) -> None:
    spec = parse_spec({"layers": LAYERS, "seed": 5, **more})
    trainer = Trainer(spec, programs)
    trainer.train(steps=3)
    before = np.array(trainer.snapshot().state.params)
    flow = measure(trainer)
    assert flow.shape == (3, 4)
    np.testing.assert_array_equal(trainer.snapshot().state.params, before)
    data = trainer.data
    rows = shuffle_rows(spec.seed, 0, data.n_train)[3 * 10 : 4 * 10]
    gradient = oracle.gradient(spec, before, data.x[rows], data.labels[rows])
    kernels, biases, _ = oracle.split(spec, gradient)
    expected = norms(np.append(k, b) for k, b in zip(kernels, biases, strict=True))
    np.testing.assert_allclose(flow[:, 0], expected, rtol=1e-4)
    trainer.train(steps=1)
    layout = Layout.of(spec)
    after = trainer.snapshot().state.params
    ratios = [
        np.linalg.norm(layout.kernel(after - before, i)) / np.linalg.norm(layout.kernel(before, i))
        for i in range(3)
    ]
    np.testing.assert_allclose(flow[:, 1], ratios, rtol=1e-3)


def test_dead_units_and_flat_activations_are_counted(programs: Programs) -> None:
    layers = [{"units": 4, "activation": "relu"}, {"units": 2, "activation": "sigmoid"}]
    spec = parse_spec({"layers": layers})
    layout = Layout.of(spec)
    flat = states.draw_params(spec, 3)
    layout.kernel(flat, 0)[:] = 0
    flat[layout.bias_slice(0)] = (-1, -1, -1, 1)
    layout.kernel(flat, 1)[:] = 0
    flat[layout.bias_slice(1)] = (9, 0)
    flow = measure(states.load_state(spec, programs, flat))
    np.testing.assert_allclose(flow[:, 2], [0.75, 0, 0])
    np.testing.assert_allclose(flow[:, 3], [0.75, 0.5, 0])


def test_histograms_count_what_numpy_counts(programs: Programs) -> None:
    """Activations by the oracle's forward pass, gradients by its differences."""
    spec = parse_spec({"layers": LAYERS, "seed": 5})
    trainer = Trainer(spec, programs)
    arrays = trainer.turn(request=FLOW).arrays
    flat, data = np.array(trainer.snapshot().state.params), trainer.data
    hidden = oracle.forward(spec, flat, data.x[: min(data.n_train, POINTS)]).hidden
    for found, h in zip(arrays["activation_histograms"], hidden, strict=True):
        np.testing.assert_allclose(found[:2], [h.min(), h.max()], rtol=1e-5)
        edges = np.linspace(h.min(), h.max(), 25)
        expected = [np.mean((h >= a) & (h < b)) for a, b in pairwise(edges)]
        # A value on an edge may go to either side.
        np.testing.assert_allclose(found[3:], expected, atol=2 / h.size)
        assert found[3:].sum() == pytest.approx(1)
    rows = shuffle_rows(spec.seed, 0, data.n_train)[:10]
    kernels, _, _ = oracle.split(spec, oracle.gradient(spec, flat, data.x[rows], data.labels[rows]))
    for found, kernel in zip(arrays["gradient_histograms"], kernels, strict=True):
        edges = 10 ** np.linspace(-10, 2, 25)
        sizes = np.abs(kernel).ravel()
        expected = [np.mean((sizes >= a) & (sizes < b)) for a, b in pairwise(edges)]
        np.testing.assert_allclose(found[1:], expected, atol=1.01 / sizes.size)
        assert found.sum() == pytest.approx(1)


def test_gradients_beyond_the_bins_are_in_the_last_ones() -> None:
    found = count_gradients(np.array([0.0, 0.0, 1e-30, 1e9, -2e-10], np.float32))
    np.testing.assert_allclose(found[[0, 1, 24]], [0.4, 0.4, 0.2])


def test_saturated_units_are_flat_at_every_point_and_not_dead(programs: Programs) -> None:
    layers = [{"units": 4, "activation": "sigmoid"}, {"units": 2, "activation": "relu"}]
    spec = parse_spec({"layers": layers})
    layout = Layout.of(spec)
    flat = states.draw_params(spec, 3)
    layout.kernel(flat, 0)[:] = 0
    flat[layout.bias_slice(0)] = (9, -9, 0, 5)
    layout.kernel(flat, 1)[:] = 0
    flat[layout.bias_slice(1)] = (-1, 1)
    arrays = states.load_state(spec, programs, flat).turn(request=FLOW).arrays
    np.testing.assert_allclose(arrays["activation_histograms"][:, 2], [0.75, 0])
    np.testing.assert_allclose(arrays["gradient_flow"][:, 2], [0, 0.5, 0])


def test_a_deep_network_of_sigmoids_learns_slowly_in_front(programs: Programs) -> None:
    """The gradient shrinks from layer to layer; so small a one is still exact."""
    layers = [{"units": 4, "activation": "sigmoid"}] * 6
    spec = parse_spec({"layers": layers})
    trainer = Trainer(spec, programs)
    flow = measure(trainer)
    flat = trainer.snapshot().state.params
    rows = shuffle_rows(spec.seed, 0, trainer.data.n_train)[:10]
    gradient = oracle.gradient(spec, flat, trainer.data.x[rows], trainer.data.labels[rows])
    kernels, biases, _ = oracle.split(spec, gradient)
    assert flow[0, 0] < flow[5, 0] / 100
    np.testing.assert_allclose(
        flow[0, 0], np.linalg.norm(np.append(kernels[0], biases[0])), rtol=1e-2
    )


def test_normalized_layers_are_measured_after_normalization(programs: Programs) -> None:
    layers = [{"units": 4, "activation": "tanh", "batch_norm": True}]
    trainer = Trainer(parse_spec({"layers": layers}), programs)
    trainer.train(epochs=2)
    flow = measure(trainer)
    assert np.isfinite(flow).all()
    assert flow[0, 0] > 0
    assert flow[0, 2] == 0


def test_a_network_without_hidden_layers_has_its_output(programs: Programs) -> None:
    flow = measure(Trainer(parse_spec({"layers": []}), programs))
    assert flow.shape == (1, 4)
    assert flow[0, 0] > 0


def test_an_update_that_diverges_is_left_out(programs: Programs) -> None:
    spec = parse_spec(
        {
            "data": {"name": "plane"},
            "layers": [{"units": 4, "activation": "relu"}],
            "optimizer": {"name": "sgd", "learning_rate": 10},
        }
    )
    flat = states.draw_params(spec, 1, 1e18)
    frame = states.load_state(spec, programs, flat).turn(request=FLOW)
    assert "gradient_flow" not in frame.arrays
