"""The `gradient_flow` view of networks for images, against NumPy in float64 and the next update."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Trainer, parse_spec
from engine.insight.gradient_flow import POINTS
from engine.network import Layout
from engine.programs.models import exact
from engine.programs.models.sizes import MOST_OPERATIONS
from tests.engine import image_oracle

FLOW = FrameRequest(views=("gradient_flow",))
DIGITS: dict[str, Any] = {"data": {"name": "digits"}, "batch_size": 20, "seed": 3}
PLAIN: dict[str, Any] = {
    **DIGITS,
    "layers": [{"units": 8, "activation": "relu"}, {"units": 5, "activation": "sigmoid"}],
}


def differentiate(trainer: Trainer, flat: Any) -> Any:
    """The gradient of the next batch by central differences in float64."""
    images, labels = image_oracle.batch(trainer, trainer.step)
    flat, gradient = np.asarray(flat, float), np.zeros(len(flat))
    for i in range(len(flat)):
        ends = []
        for by in (1e-5, -1e-5):
            moved = flat.copy()
            moved[i] += by
            ends.append(image_oracle.loss(trainer.spec, moved, images, labels))
        gradient[i] = (ends[0] - ends[1]) / 2e-5
    return gradient


def check(trainer: Trainer) -> dict[str, Any]:
    """Holds gradient and update of each layer to differences and to the update that follows."""
    spec, layout = trainer.spec, Layout.of(trainer.spec)
    before = np.array(trainer.snapshot().state.params)
    arrays = trainer.turn(request=FLOW).arrays
    np.testing.assert_array_equal(trainer.snapshot().state.params, before)
    gradient = np.where(layout.spread(spec.trainable), differentiate(trainer, before), 0)
    for layer, (kernel, bias, *_) in enumerate(layout.layers):
        wanted = np.linalg.norm(np.append(kernel.of(gradient), bias.of(gradient)))
        found = arrays["gradient_flow"][layer, 0]
        assert found == pytest.approx(wanted, rel=1e-3, abs=1e-6)
    trainer.train(steps=1)
    update = trainer.snapshot().state.params - before
    for layer in range(layout.n_hidden + 1):
        wanted = np.linalg.norm(layout.kernel(update, layer))
        wanted /= np.linalg.norm(layout.kernel(before, layer))
        assert arrays["gradient_flow"][layer, 1] == pytest.approx(wanted, rel=2e-3, abs=1e-9)
    return {**arrays, "gradient": gradient, "before": before}


def test_the_flow_of_images_is_that_of_the_next_batch(programs: Programs) -> None:
    trainer = Trainer(parse_spec(PLAIN), programs)
    trainer.train(steps=3)
    told = check(trainer)
    images = trainer.data.images.train_images[:POINTS].reshape(POINTS, -1)
    _, hidden = image_oracle.logits(trainer.spec, told["before"], images)
    for layer, (h, found) in enumerate(zip(hidden, told["activation_histograms"], strict=True)):
        np.testing.assert_allclose(found[:2], [h.min(), h.max()], rtol=1e-5, atol=1e-6)
        counts, _ = np.histogram(h, 24, (float(found[0]), float(found[1])))
        np.testing.assert_allclose(found[3:], counts / h.size, atol=2 / h.size)
        slopes = (h > 0) if layer == 0 else 4 * h * (1 - h)
        dead, flat = (slopes == 0).all(axis=0), (slopes < 0.05).all(axis=0)
        wanted = dead.mean(), (slopes < 0.05).mean()
        np.testing.assert_allclose(told["gradient_flow"][layer, 2:], wanted, atol=2 / h.size)
        assert found[2] == pytest.approx((flat & ~dead).mean())
    layout = Layout.of(trainer.spec)
    for layer, found in enumerate(told["gradient_histograms"]):
        sizes = np.abs(layout.kernel(told["gradient"], layer)).ravel()
        # Differences are no better than 1e-9, so zeros are not told from what is next to nothing.
        edges = 10 ** np.linspace(-10, 2, 25)
        large = np.array([np.mean((sizes >= a) & (sizes < 10 * a)) for a in edges[12:-1:2]])
        pairs = found[13:].reshape(-1, 2).sum(axis=1)
        np.testing.assert_allclose(pairs, large, atol=3 / sizes.size)
        assert found.sum() == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        {
            "optimizer": {"name": "adam", "learning_rate": 0.01, "clip_norm": 0.1},
            "regularization": {"l1": 0.001, "l2": 0.01},
            "layers": [{"units": 6}, {"units": 5, "trainable": False}, {"units": 4}],
        },
        {"layers": [{"units": 5, "activation": "tanh", "batch_norm": True}], "batch_size": 30},
        {"layers": [], "loss": "mean_squared_error"},
    ],
    ids=["penalty and a frozen layer", "batch norm", "no hidden layer"],
)
def test_the_flow_knows_what_acts_on_updates(programs: Programs, more: dict[str, Any]) -> None:
    trainer = Trainer(parse_spec({**PLAIN, **more}), programs)
    trainer.train(steps=4)
    check(trainer)


@pytest.mark.slow
def test_the_flow_of_a_large_network_is_measured_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes the gradient of the program that trains, and pauses between its parts."""
    monkeypatch.setattr(exact, "MOST_OPERATIONS", MOST_OPERATIONS / 20_000)
    own = Programs()
    try:
        trainer = Trainer(parse_spec({**PLAIN, "batch_size": 128}), own)
        trainer.train(steps=1)
        assert sum(1 for _ in trainer.begin_turn(request=FLOW)) > 5
        check(trainer)
    finally:
        own.close()
