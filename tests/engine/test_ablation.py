"""Units and links that are switched off: boundary, losses and accuracies against the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import AblationRequest, FrameRequest, Programs, Trainer, parse_spec
from engine.functions.features import make_grid
from tests.engine import oracle
from tests.engine.states import draw_params, load_state, read_state, same_bits

LAYERS = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "sigmoid"}]
OFF = AblationRequest(units=((0, 1), (1, 2)), links=((0, 1, 0), (1, 3, 0), (2, None, 0)))
#: What this network does not have.
ABSENT = AblationRequest(units=((0, 4), (2, 0)), links=((0, 2, 0), (0, 0, 4), (3, 0, 0)))


def ablate(flat: Any, spec: Any, request: AblationRequest) -> Any:
    """The same by the oracle's account of the flat vector."""
    ablated = np.array(flat)
    kernels, biases, _ = oracle.split(spec, ablated)
    for layer, unit in request.units:
        kernels[layer + 1][unit] = 0
    for layer, from_, to in request.links:
        if from_ is None:
            biases[layer][to] = 0
        else:
            kernels[layer][from_, to] = 0
    return ablated


def ask(request: AblationRequest = OFF, **more: Any) -> FrameRequest:
    return FrameRequest(("boundary", "ablation"), ablation=request, **more)


@pytest.mark.parametrize(
    ("data", "layers"),
    [
        ("circle", LAYERS),
        ("blobs", LAYERS),
        ("bumps", LAYERS),
        pytest.param(
            "circle", [{**one, "batch_norm": True} for one in LAYERS], marks=pytest.mark.slow
        ),
    ],
    ids=["binary", "multiclass", "regression", "normalized"],
)
def test_it_is_the_network_without_them(programs: Programs, data: str, layers: Any) -> None:
    spec = parse_spec({"data": {"name": data, "samples": 120}, "layers": layers})
    flat = draw_params(spec, 2)
    trainer = load_state(spec, programs, flat)
    frame = trainer.turn(request=ask())
    without = ablate(flat, spec, OFF)
    points = trainer.data
    for row, params in zip(frame.arrays["ablation"], (flat, without), strict=True):
        found = oracle.measure(spec, params, points.x, points.labels, points.n_train)
        kind = "rmse" if spec.task == "regression" else "accuracy"
        names = ("train_loss", "test_loss", f"train_{kind}", f"test_{kind}")
        np.testing.assert_allclose(row, [found[name] for name in names], rtol=1e-4, atol=1e-5)
    low, high = frame.arrays["ablated_range"]
    shown = low + (high - low) * frame.arrays["ablated_boundary"].astype(float) / 255
    expected = oracle.forward(spec, without, make_grid(100)).outputs.T.reshape(shown.shape)
    np.testing.assert_allclose(shown, expected, atol=0.51 * (high - low) / 255)
    assert (frame.arrays["ablated_boundary"] != frame.arrays["boundary"]).any()


def test_a_unit_that_is_off_is_one_that_is_removed(programs: Programs) -> None:
    trainer = Trainer(parse_spec({"layers": LAYERS}), programs)
    trainer.turn(epochs=2)
    off = AblationRequest(units=((0, 1),))
    expected = trainer.turn(request=ask(off)).arrays
    trainer.edit(
        {"layers": [{**LAYERS[0], "units": 3}, LAYERS[1]]}, [[0, [0, 2, 3]], [1, [0, 1, 2]]]
    )
    found = trainer.metrics
    losses = [found[name] for name in ("train_loss", "test_loss")]
    np.testing.assert_allclose(expected["ablation"][1, :2], losses, rtol=1e-5)
    removed = trainer.frame(("boundary",))["boundary"].astype(int)
    assert np.abs(removed - expected["ablated_boundary"]).max() <= 1


def test_nothing_of_the_run_changes(programs: Programs) -> None:
    spec = parse_spec({"layers": LAYERS, "optimizer": {"name": "adam"}})
    looked, alone = Trainer(spec, programs), Trainer(spec, programs)
    for _ in range(3):
        looked.turn(batches=4, request=ask())
        alone.turn(batches=4)
    for one, other in zip(read_state(looked), read_state(alone), strict=True):
        assert same_bits(one, other)


def test_what_is_not_there_is_left_out(programs: Programs) -> None:
    trainer = Trainer(parse_spec({"layers": LAYERS}), programs)
    for request in (ABSENT, AblationRequest()):
        arrays = trainer.turn(request=ask(request)).arrays
        np.testing.assert_array_equal(arrays["ablated_boundary"], arrays["boundary"])
        assert same_bits(arrays["ablation"][0], arrays["ablation"][1])
