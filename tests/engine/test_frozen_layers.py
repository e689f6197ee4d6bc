"""Frozen layers (`trainable: false`): updates leave them bit for bit as they are."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Spec, Trainer, parse_spec
from engine.base.errors import ExportError
from engine.data.shuffles import shuffle_rows
from engine.exports import ExportRequest, export
from engine.network import Layout
from engine.spec import names
from tests.engine import oracle
from tests.engine.conftest import MakeTrainer
from tests.engine.states import Saved, draw_params, load_state, read_state, same_bits

LAYERS: list[dict[str, Any]] = [
    {"units": 4, "activation": "tanh"},
    {"units": 3, "activation": "prelu"},
    {"units": 3, "activation": "sigmoid"},
]
#: Whatever moves a weight besides its gradient.
PULLS: dict[str, Any] = {
    "optimizer": {"name": "adamw", "learning_rate": 0.02, "clip_norm": 0.5, "weight_decay": 0.1},
    "regularization": {"l1": 0.01, "l2": 0.02},
}


def freeze(layers: list[dict[str, Any]], *frozen: int) -> list[dict[str, Any]]:
    return [{**layer, "trainable": i not in frozen} for i, layer in enumerate(layers)]


def patch(layers: list[dict[str, Any]], *frozen: int) -> dict[str, Any]:
    """Freezes these layers alone; the output layer stands behind the hidden ones."""
    output = {"trainable": len(layers) not in frozen}
    return {"layers": freeze(layers, *frozen), "output": output}


def numbers_of(spec: Spec, layer: int) -> Any:
    """Where all numbers of a layer lie, by the oracle's account of the flat vector."""
    own = np.zeros(oracle.n_flat(spec), bool)
    sizes = oracle.widths(spec)
    start = sum((a + 1) * b for a, b in pairwise(sizes[: layer + 1]))
    own[start : start + (sizes[layer] + 1) * sizes[layer + 1]] = True
    units, before = [one.units for one in spec.layers], sum(sizes[1 : layer + 1])
    rest = own[oracle.n_weights(spec) :].reshape(-1, sum(units))
    if layer < len(units):
        rest[:, before : before + units[layer]] = True
    return own


def check(spec: Spec, layer: int, before: Saved, after: Saved) -> None:
    """All numbers of the layer are as they were; all others have moved."""
    own = numbers_of(spec, layer)
    np.testing.assert_array_equal(own, Layout.of(spec).spread([i == layer for i in range(4)]))
    for old, new in zip(before, after, strict=True):
        assert same_bits(old[own], new[own])
    others = np.flatnonzero(~own)
    weights = others[others < oracle.n_weights(spec)]
    moved = before.params[weights] != after.params[weights]
    # Biases before a normalization have no gradient.
    assert moved.any() if spec.normalized else moved.all()


@pytest.mark.parametrize("layer", range(4))
def test_nothing_moves_a_frozen_layer(make_trainer: MakeTrainer, layer: int) -> None:
    trainer = make_trainer({"layers": LAYERS, **PULLS})
    trainer.turn(epochs=2)  # moments that would go on by themselves
    before = read_state(trainer)
    trainer.edit(patch(LAYERS, layer))
    for old, new in zip(before, read_state(trainer), strict=True):
        assert same_bits(old, new)
    trainer.turn(epochs=3)
    check(trainer.spec, layer, before, read_state(trainer))
    trainer.edit(patch(LAYERS))
    held = read_state(trainer).params[numbers_of(trainer.spec, layer)]
    trainer.turn(batches=1)
    assert (read_state(trainer).params[numbers_of(trainer.spec, layer)] != held).any()


@pytest.mark.parametrize(
    ("units", "layer"), [((5,), 0), ((3, 3, 4), 0), ((5,), 1)], ids=["vector", "arrays", "output"]
)
def test_nothing_moves_one_in_an_exact_program(
    programs: Programs, units: tuple[int, ...], layer: int
) -> None:
    layers = [{"units": n, "activation": "prelu"} for n in units]
    spec = parse_spec({**patch(layers, layer), **PULLS})
    trainer = load_state(spec, programs, *(draw_params(spec, seed) ** 2 for seed in (1, 2, 3)))
    before = read_state(trainer)
    trainer.train(epochs=1)
    after, own = read_state(trainer), numbers_of(spec, layer)
    for old, new in zip(before, after, strict=True):
        assert same_bits(old[own], new[own])
        assert (old[~own] != new[~own]).any()


@pytest.mark.slow
def test_a_frozen_normalized_layer_keeps_its_averages(make_trainer: MakeTrainer) -> None:
    layers = [{**layer, "batch_norm": True} for layer in LAYERS]
    trainer = make_trainer({"layers": layers, **PULLS, "batch_size": 32})
    trainer.turn(epochs=2)
    before = read_state(trainer)
    trainer.edit({"layers": freeze(layers, 1)})
    trainer.turn(epochs=3)
    check(trainer.spec, 1, before, read_state(trainer))


@pytest.mark.parametrize("clip", [None, 0.01])
def test_other_layers_move_by_their_own_gradient(programs: Programs, clip: float | None) -> None:
    """Against finite differences; gradients are clipped by the norm of those that count."""
    spec = parse_spec({
        "layers": freeze(LAYERS, 1), "regularization": {"l2": 0.05},
        "optimizer": {"name": "sgd", "learning_rate": 0.1, "clip_norm": clip},
    })  # fmt: skip
    flat = draw_params(spec, 3)
    trainer = load_state(spec, programs, flat)
    trainer.turn(batches=1)
    rows = shuffle_rows(spec.seed, 0, trainer.data.n_train)[: spec.batch_size]
    slope = oracle.gradient(spec, flat, trainer.data.x[rows], trainer.data.labels[rows])
    slope[numbers_of(spec, 1)] = 0
    size = np.linalg.norm(slope)
    slope *= 1 if clip is None else clip / size
    assert clip is None or size > clip
    moved = read_state(trainer).params - flat
    np.testing.assert_allclose(moved, -0.1 * slope, atol=2e-6)


def test_edits_migrate_it_and_files_keep_it(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    trainer = make_trainer({"layers": freeze(LAYERS, 1)})
    trainer.turn(epochs=1)
    kernel = Layout.of(trainer.spec).kernel(trainer.snapshot().state.params, 1)
    new = {"units": 2, "activation": "tanh"}
    trainer.edit({"layers": [new, *freeze(LAYERS, 1)]})
    assert [layer.trainable for layer in trainer.spec.layers] == [True, True, False, True]
    trainer.turn(epochs=1)
    moved = Layout.of(trainer.spec).kernel(trainer.snapshot().state.params, 2)
    assert same_bits(moved, kernel)
    trainer.save(tmp_path / "model")
    again = Trainer.load(tmp_path / "model")
    assert again.spec == trainer.spec


def test_its_gradient_is_none_and_the_sharpness_is_of_the_others(programs: Programs) -> None:
    few = [{"units": 2}, {"units": 2, "activation": "prelu"}]
    spec = parse_spec({
        "data": {"samples": 60}, "layers": freeze(few, 0), "optimizer": {"name": "momentum"},
    })  # fmt: skip
    trainer = Trainer(spec, programs)
    trainer.turn(epochs=1)
    trainer.edit({"layers": few})
    trainer.turn(epochs=1)  # a first moment that stays
    trainer.edit({"layers": freeze(few, 0)})
    flow = trainer.turn(request=FrameRequest(("gradient_flow",))).arrays
    assert (flow["gradient_flow"][0, :2] == 0).all()
    assert (flow["gradient_flow"][1:, :2] > 0).all()
    assert flow["gradient_histograms"][0, 0] == 1
    frame = trainer.turn(request=FrameRequest(("sharpness",)))
    own = np.flatnonzero(Layout.of(spec).spread(spec.trainable))
    x, labels = trainer.data.x, trainer.data.labels
    flat = trainer.snapshot().state.params.astype(float)
    train = slice(0, trainer.data.n_train)
    hessian = np.zeros((len(own), len(own)))
    for i, index in enumerate(own):
        ends = []
        for side in (1e-4, -1e-4):
            moved = flat.copy()
            moved[index] += side
            ends.append(oracle.gradient(spec, moved, x[train], labels[train])[own])
        hessian[:, i] = (ends[0] - ends[1]) / 2e-4
    largest = np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    assert frame.arrays["sharpness"][-1, 1] == pytest.approx(largest, rel=0.02)


def test_every_optimizer_leaves_it(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"layers": LAYERS})
    for name in names.OPTIMIZERS:
        trainer.edit({"layers": LAYERS, "optimizer": {"name": name, "learning_rate": 0.01}})
        trainer.turn(batches=2)
        before = read_state(trainer)
        trainer.edit({"layers": freeze(LAYERS, 1)})
        trainer.turn(batches=2)
        check(trainer.spec, 1, before, read_state(trainer))


def test_where_every_layer_is_frozen_nothing_moves(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({**patch(LAYERS, 0, 1, 2, 3), **PULLS})
    before = read_state(trainer)
    frame = trainer.turn(batches=3, request=FrameRequest(("sharpness", "gradient_flow")))
    for old, new in zip(before, read_state(trainer), strict=True):
        assert same_bits(old, new)
    assert frame.arrays["sharpness"][-1, 1] == 0
    assert not frame.arrays["gradient_flow"][:, :2].any()
    with pytest.raises(ExportError, match="nothing to train"):
        export(ExportRequest("pytorch"), trainer.snapshot(), ())
