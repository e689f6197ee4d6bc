"""Edits of units and features: every other weight and slot survives, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Trainer
from tests.engine.conftest import MakeTrainer
from tests.engine.states import Layer, Saved, read_state, same_bits, take_apart

X = np.random.default_rng(5).uniform(-6, 6, (200, 2)).astype(np.float32)
LAYERS: list[dict[str, Any]] = [
    {"units": 4, "activation": "prelu"},
    {"units": 3, "activation": "tanh"},
    {"units": 5, "activation": "prelu", "dropout": 0.1},
]
FEATURES = ["x1", "x2", "radius"]


def trained(make_trainer: MakeTrainer, **more: Any) -> Trainer:
    """A trainer whose every weight and slot has been moved."""
    value = {"layers": LAYERS, "features": FEATURES, "optimizer": {"name": "adam"}, **more}
    trainer = make_trainer(value)
    trainer.turn(epochs=2, batches=3)
    for vector in read_state(trainer):
        layers = take_apart(trainer.spec, vector)
        assert all(layer.kernel.all() and layer.bias.all() for layer in layers)
    return trainer


def with_units(*units: int) -> list[dict[str, Any]]:
    return [{**layer, "units": n} for layer, n in zip(LAYERS, units, strict=True)]


def pairs(trainer: Trainer, before: Saved, edit: Any) -> list[tuple[list[Layer], list[Layer]]]:
    """Edits, and returns (old, new) layers of the parameters and of both slots."""
    old, step = trainer.spec, trainer.step
    trainer.edit(*edit)
    assert trainer.step == step
    after = read_state(trainer)
    return [
        (take_apart(old, a), take_apart(trainer.spec, b))
        for a, b in zip(before, after, strict=True)
    ]


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("unit", [0, 1, 2])
def test_when_a_unit_goes_all_others_stay(make_trainer: MakeTrainer, layer: int, unit: int) -> None:
    trainer = trained(make_trainer)
    units = [4, 3, 5]
    kept = [place for place in range(units[layer]) if place != unit]
    units[layer] -= 1
    origin = [[0, [0, 1, 2, 3]], [1, [0, 1, 2]], [2, [0, 1, 2, 3, 4]]]
    origin[layer] = [layer, kept]
    patch = {"layers": with_units(*units)}
    epoch = trainer.epoch
    for old, new in pairs(trainer, read_state(trainer), (patch, origin)):
        assert trainer.epoch == epoch
        old[layer] = Layer(
            old[layer].kernel[:, kept], old[layer].bias[kept], old[layer].slopes[kept]
        )
        old[layer + 1] = old[layer + 1]._replace(kernel=old[layer + 1].kernel[kept])
        for expected, found in zip(old, new, strict=True):
            for a, b in zip(expected, found, strict=True):
                assert same_bits(a, b)
    trainer.turn(epochs=1)


def test_without_an_origin_the_first_units_stay(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    for old, new in pairs(trainer, read_state(trainer), ({"layers": with_units(2, 3, 5)},)):
        assert same_bits(new[0].kernel, old[0].kernel[:, :2])
        assert same_bits(new[0].bias, old[0].bias[:2])
        assert same_bits(new[0].slopes, old[0].slopes[:2])
        assert same_bits(new[1].kernel, old[1].kernel[:2])
        assert same_bits(new[1].bias, old[1].bias)
        for a, b in zip(old[2:], new[2:], strict=True):
            assert all(same_bits(p, q) for p, q in zip(a, b, strict=True))


def test_units_can_change_places(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    before = trainer.predict(X)
    order = [2, 0, 3, 1]
    origin = [[0, order], [1, [0, 1, 2]], [2, [0, 1, 2, 3, 4]]]
    for old, new in pairs(trainer, read_state(trainer), ({"layers": LAYERS}, origin)):
        assert same_bits(new[0].kernel, old[0].kernel[:, order])
        assert same_bits(new[0].slopes, old[0].slopes[order])
        assert same_bits(new[1].kernel, old[1].kernel[order])
    np.testing.assert_allclose(trainer.predict(X), before, atol=1e-5)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_a_new_unit_does_not_change_the_function(make_trainer: MakeTrainer, layer: int) -> None:
    trainer = trained(make_trainer)
    before = trainer.predict(X)
    metrics = trainer.metrics
    units = [4, 3, 5]
    units[layer] += 2
    n = units[layer] - 2
    found = pairs(trainer, read_state(trainer), ({"layers": with_units(*units)},))
    for vector, (old, new) in enumerate(found):
        assert same_bits(new[layer].kernel[:, :n], old[layer].kernel)
        assert same_bits(new[layer].bias[:n], old[layer].bias)
        assert same_bits(new[layer + 1].kernel[:n], old[layer + 1].kernel)
        assert same_bits(new[layer + 1].bias, old[layer + 1].bias)
        drawn = new[layer].kernel[:, n:]
        assert len(np.unique(drawn)) == (drawn.size if vector == 0 else 1)
        assert drawn.all() == (vector == 0)
        assert not new[layer].bias[n:].any()
        assert not new[layer + 1].kernel[n:].any()
    np.testing.assert_allclose(trainer.predict(X), before, atol=1e-6)
    assert trainer.metrics == pytest.approx(metrics, abs=1e-6)
    trainer.turn(epochs=1)
    new = take_apart(trainer.spec, read_state(trainer).params)
    assert new[layer + 1].kernel[n:].all()


def test_units_added_everywhere_at_once_do_not_change_the_function(
    make_trainer: MakeTrainer,
) -> None:
    trainer = trained(make_trainer)
    before = trainer.predict(X)
    trainer.edit({"layers": with_units(8, 8, 8), "features": [*FEATURES, "sin_x1", "x1_x2"]})
    np.testing.assert_allclose(trainer.predict(X), before, atol=1e-6)


def test_a_new_unit_in_the_middle(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    before = trainer.predict(X)
    origin = [[0, [0, None, 1, 2, 3]], [1, [0, 1, 2]], [2, [0, 1, 2, 3, 4]]]
    kept = [0, 2, 3, 4]
    for old, new in pairs(trainer, read_state(trainer), ({"layers": with_units(5, 3, 5)}, origin)):
        assert same_bits(new[0].kernel[:, kept], old[0].kernel)
        assert same_bits(new[1].kernel[kept], old[1].kernel)
        assert not new[1].kernel[1].any()
    np.testing.assert_allclose(trainer.predict(X), before, atol=1e-6)


def test_two_new_units_are_different(make_trainer: MakeTrainer) -> None:
    """Each edit draws anew: a unit that goes and comes back is not the one that was drawn."""
    trainer = trained(make_trainer)
    drawn = []
    for units in (5, 4, 5, 4, 5):
        trainer.edit({"layers": with_units(units, 3, 5)})
        if units == 5:
            first = take_apart(trainer.spec, read_state(trainer).params)[0]
            drawn.append(tuple(first.kernel[:, 4]))
    assert len(set(drawn)) == 3


def test_new_slopes_begin_at_the_negative_slope(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    before = take_apart(trainer.spec, read_state(trainer).params)[0].slopes
    layers = with_units(6, 3, 5)
    layers[0]["negative_slope"] = 0.25
    trainer.edit({"layers": layers})
    slopes = take_apart(trainer.spec, read_state(trainer).params)[0].slopes
    assert same_bits(slopes[:4], before)
    assert slopes[4:].tolist() == [0.25, 0.25]


def test_becoming_prelu_begins_at_the_negative_slope(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    before = read_state(trainer)
    layers = [LAYERS[0], {**LAYERS[1], "activation": "prelu", "negative_slope": 0.3}, LAYERS[2]]
    trainer.edit({"layers": layers})
    after = take_apart(trainer.spec, read_state(trainer).params)
    assert after[1].slopes.tolist() == pytest.approx([0.3] * 3)
    assert same_bits(after[0].slopes, take_apart(trainer.spec, before.params)[0].slopes)
    for vector, name in ((read_state(trainer).m, "m"), (read_state(trainer).v, "v")):
        assert not take_apart(trainer.spec, vector)[1].slopes.any(), name


@pytest.mark.parametrize("layers", [LAYERS, []])
def test_a_feature_goes_and_comes_back(make_trainer: MakeTrainer, layers: list[Any]) -> None:
    trainer = trained(make_trainer, layers=layers)
    before = read_state(trainer)
    spec = trainer.spec
    for old, new in pairs(trainer, before, ({"features": ["x1", "radius"]},)):
        assert same_bits(new[0].kernel, old[0].kernel[[0, 2]])
        assert same_bits(new[0].bias, old[0].bias)
        for a, b in zip(old[1:], new[1:], strict=True):
            assert all(same_bits(p, q) for p, q in zip(a, b, strict=True))
    without = trainer.predict(X)
    trainer.edit({"features": ["radius", "x2", "x1"]})
    assert trainer.spec == spec
    for old, new in zip(before, read_state(trainer), strict=True):
        was, now = take_apart(spec, old), take_apart(spec, new)
        assert same_bits(now[0].kernel[[0, 2]], was[0].kernel[[0, 2]])
        assert not now[0].kernel[1].any()
        assert same_bits(now[0].bias, was[0].bias)
        for a, b in zip(was[1:], now[1:], strict=True):
            assert all(same_bits(p, q) for p, q in zip(a, b, strict=True))
    np.testing.assert_allclose(trainer.predict(X), without, atol=1e-6)
    trainer.turn(epochs=1)
    assert take_apart(spec, read_state(trainer).params)[0].kernel[1].all()


def test_features_that_all_change(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    for old, new in pairs(trainer, read_state(trainer), ({"features": ["cos_x1", "cos_x2"]},)):
        assert not new[0].kernel.any()
        assert same_bits(new[0].bias, old[0].bias)
        for a, b in zip(old[1:], new[1:], strict=True):
            assert all(same_bits(p, q) for p, q in zip(a, b, strict=True))
