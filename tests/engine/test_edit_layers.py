"""Edits of layers: what is removed, inserted and matched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.edits.layer_mapping import match_layers
from engine.functions.activations import ACTIVATIONS
from engine.spec import LayerSpec, names
from tests.engine import oracle
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits, take_apart
from tests.engine.test_edit_units import LAYERS, X, pairs, trained


def all_same(a: Any, b: Any) -> bool:
    return all(same_bits(p, q) for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize("with_origin", [False, True])
@pytest.mark.parametrize("gone", [0, 1, 2])
def test_when_a_layer_goes_all_others_stay(
    make_trainer: MakeTrainer, gone: int, with_origin: bool
) -> None:
    """Widths 3-4-3-5-1 differ around each layer, so the next kernel alone is drawn."""
    trainer = trained(make_trainer)
    kept = [layer for layer in range(3) if layer != gone]
    patch = {"layers": [LAYERS[layer] for layer in kept]}
    origin = [[layer, list(range(LAYERS[layer]["units"]))] for layer in kept]
    edit = (patch, origin) if with_origin else (patch,)
    for vector, (old, new) in enumerate(pairs(trainer, read_state(trainer), edit)):
        for place, layer in enumerate([*kept, 3]):
            was, now = old[layer], new[place]
            assert same_bits(now.bias, was.bias)
            assert same_bits(now.slopes, was.slopes)
            if layer != gone + 1:
                assert same_bits(now.kernel, was.kernel)
            elif vector == 0:
                assert now.kernel.all()
                assert len(np.unique(now.kernel)) == now.kernel.size
                assert now.kernel.shape != was.kernel.shape
            else:
                assert not now.kernel.any()
    trainer.turn(epochs=1)


def test_the_next_kernel_stays_if_the_widths_agree(make_trainer: MakeTrainer) -> None:
    layers = [{"units": 4}, {"units": 4, "activation": "sin"}, {"units": 3, "activation": "elu"}]
    trainer = trained(make_trainer, layers=layers)
    edit = ({"layers": [layers[0], layers[2]]},)
    for old, new in pairs(trainer, read_state(trainer), edit):
        assert all_same(new[0], old[0])
        assert all_same(new[1], old[2])
        assert all_same(new[2], old[3])


def test_all_layers_go_and_come_back(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    old = read_state(trainer)
    spec = trainer.spec
    trainer.edit({"layers": []})
    for vector, (was, now) in enumerate(zip(old, read_state(trainer), strict=True)):
        (output,) = take_apart(trainer.spec, now)
        assert same_bits(output.bias, take_apart(spec, was)[-1].bias)
        assert output.kernel.shape == (3, 1)
        assert output.kernel.any() == (vector == 0)
    trainer.turn(epochs=1)
    before = trainer.predict(X)
    trainer.edit({"layers": [{"units": 4, "activation": "linear"}]})
    np.testing.assert_allclose(trainer.predict(X), before, atol=1e-5)
    trainer.turn(epochs=1)


@pytest.mark.parametrize("activation", ["relu", "linear", "leaky_relu", "prelu", "elu", "selu"])
@pytest.mark.parametrize("with_origin", [False, True])
def test_a_new_layer_after_relu_can_be_the_identity(
    make_trainer: MakeTrainer, activation: str, with_origin: bool
) -> None:
    layers = [{"units": 4, "activation": "relu"}, {"units": 3, "activation": "sin"}]
    trainer = trained(make_trainer, layers=layers)
    before, metrics = trainer.predict(X), trainer.metrics
    patch = {"layers": [layers[0], {"units": 4, "activation": activation}, layers[1]]}
    origin = [[0, [0, 1, 2, 3]], [None, [None] * 4], [1, [0, 1, 2]]]
    edit = (patch, origin) if with_origin else (patch,)
    for vector, (old, new) in enumerate(pairs(trainer, read_state(trainer), edit)):
        assert all_same(new[0], old[0])
        assert all_same(new[2], old[1])
        assert all_same(new[3], old[2])
        if vector:
            assert not new[1].kernel.any()
            assert not new[1].bias.any()
    tolerance = 0 if activation in {"relu", "linear", "leaky_relu", "prelu", "elu"} else 1e-5
    np.testing.assert_allclose(trainer.predict(X), before, rtol=0, atol=tolerance)
    assert trainer.metrics == pytest.approx(metrics, abs=max(tolerance, 1e-6))


def test_a_linear_layer_anywhere_is_the_identity(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    before = trainer.predict(X)
    linear = {"activation": "linear"}
    layers = [
        {"units": 3, **linear}, LAYERS[0], {"units": 6, **linear}, *LAYERS[1:],
        {"units": 5, **linear},
    ]  # fmt: skip
    origin = [
        [None, [None] * 3], [0, [0, 1, 2, 3]], [None, [None] * 6], [1, [0, 1, 2]],
        [2, [0, 1, 2, 3, 4]], [None, [None] * 5],
    ]  # fmt: skip
    trainer.edit({"layers": layers}, origin)
    np.testing.assert_allclose(trainer.predict(X), before, atol=1e-5)


def test_a_wider_new_layer_has_drawn_units_that_do_nothing_yet(make_trainer: MakeTrainer) -> None:
    layers = [{"units": 3, "activation": "relu"}]
    trainer = trained(make_trainer, layers=layers)
    before = trainer.predict(X)
    trainer.edit({"layers": [*layers, {"units": 6, "activation": "relu"}]})
    _, new, output = take_apart(trainer.spec, read_state(trainer).params)
    np.testing.assert_array_equal(new.kernel[:, :3], np.eye(3))
    assert new.kernel[:, 3:].all()
    assert not output.kernel[3:].any()
    np.testing.assert_array_equal(trainer.predict(X), before)


def test_a_narrower_new_layer_hands_on_the_first_units(make_trainer: MakeTrainer) -> None:
    layers = [{"units": 5, "activation": "relu"}]
    trainer = trained(make_trainer, layers=layers)
    old = take_apart(trainer.spec, read_state(trainer).params)
    trainer.edit({"layers": [*layers, {"units": 2, "activation": "relu"}]})
    _, new, output = take_apart(trainer.spec, read_state(trainer).params)
    np.testing.assert_array_equal(new.kernel, np.eye(5)[:, :2])
    assert same_bits(output.kernel, old[1].kernel[:2])
    assert same_bits(output.bias, old[1].bias)


@pytest.mark.parametrize("activation", [n for n in names.ACTIVATIONS if n != "step"])
def test_a_new_layer_after_tanh_is_nearly_the_identity(
    make_trainer: MakeTrainer, activation: str
) -> None:
    trainer = trained(make_trainer, layers=[{"units": 4}, {"units": 4}])
    flat = read_state(trainer).params
    before = oracle.forward(trainer.spec, flat, X).hidden[1]
    trainer.edit({"layers": [{"units": 4}, {"units": 4}, {"units": 4, "activation": activation}]})
    after = oracle.forward(trainer.spec, read_state(trainer).params, X).hidden
    np.testing.assert_allclose(after[1], before, atol=1e-6)
    off = np.abs(after[2] - before)
    if activation in {"linear", "tanh", "sin", "elu", "selu"}:
        assert off.max() < 0.3
    else:
        # Flat or nearly so for z < 0: near the identity where the input is positive.
        assert off[before > 0.05].max() < 0.3


@pytest.mark.parametrize("activation", names.ACTIVATIONS)
def test_no_other_scale_and_shift_is_nearer_to_the_identity(activation: str) -> None:
    positive = ACTIVATIONS[activation].never_negative
    h = np.linspace(0 if positive else -1, 1, 201)
    apply = oracle.ACTIVATIONS[activation]

    def error(scale: float, shift: float) -> float:
        return float(np.square(apply(scale * h + shift, np.float64(0.1)) - h).sum())

    scale, shift = ACTIVATIONS[activation].near_identity
    best = error(scale, shift)
    if activation in {"relu", "leaky_relu", "prelu"}:
        # The identity where the input is not negative, so that a layer after relu changes nothing.
        assert (scale, shift) == (1, 0)
        return
    for other in np.linspace(0.5, 1.5, 21) * scale:
        for moved in shift + np.linspace(-0.5, 0.5, 21):
            assert error(other, moved) >= best - 1e-3 * (1 + best)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ab", "ab", [0, 1]),
        ("abc", "ac", [0, 2]),
        ("abc", "bc", [1, 2]),
        ("abc", "ab", [0, 1]),
        ("ab", "aXb", [0, None, 1]),
        ("ab", "abX", [0, 1, None]),
        ("ab", "Xab", [None, 0, 1]),
        ("aaa", "aa", [0, 1]),
        ("aa", "aaa", [0, 1, None]),
        ("abc", "aXc", [0, 1, 2]),
        ("abcd", "aXYd", [0, 1, 2, 3]),
        ("abcd", "aXd", [0, 1, 3]),
        ("abd", "aXYd", [0, 1, None, 2]),
        ("ab", "XY", [0, 1]),
        ("a", "XYZ", [0, None, None]),
        ("abc", "", []),
        ("", "ab", [None, None]),
    ],
)
def test_layers_are_matched_from_front_and_back_and_then_by_place(
    old: str, new: str, expected: list[int | None]
) -> None:
    # Equal letters are equal layers; the rates differ so that widths cannot help.
    def layers(letters: str) -> tuple[LayerSpec, ...]:
        return tuple(LayerSpec(units=4, dropout=ord(letter) / 1000) for letter in letters)

    origins = match_layers(layers(old), layers(new))
    assert [origin.layer for origin in origins] == expected
    for origin in origins:
        assert origin.units == ((None,) * 4 if origin.layer is None else (0, 1, 2, 3))


def test_matched_layers_keep_their_first_units() -> None:
    origins = match_layers((LayerSpec(units=4), LayerSpec(units=2)), (LayerSpec(units=3),) * 2)
    assert [origin.units for origin in origins] == [(0, 1, 2), (0, 1, None)]


def test_layers_can_change_places(make_trainer: MakeTrainer) -> None:
    layers = [{"units": 4, "activation": "tanh"}, {"units": 4, "activation": "sin"}]
    trainer = trained(make_trainer, layers=layers, features=["x1", "x2", "radius", "sin_x1"])
    origin = [[1, [0, 1, 2, 3]], [0, [0, 1, 2, 3]]]
    for old, new in pairs(trainer, read_state(trainer), ({"layers": layers[::-1]}, origin)):
        # All widths agree, so every kernel is kept.
        assert all_same(new[0], old[1])
        assert all_same(new[1], old[0])
        assert all_same(new[2], old[2])


@pytest.mark.parametrize("key", ["activation", "dropout", "negative_slope"])
def test_other_keys_of_a_layer_change_no_weight(make_trainer: MakeTrainer, key: str) -> None:
    value = {"activation": "softplus", "dropout": 0.5, "negative_slope": 0.77}[key]
    trainer = trained(make_trainer)
    patch = {"layers": [{**layer, key: value} for layer in LAYERS]}
    for old, new in pairs(trainer, read_state(trainer), (patch,)):
        for a, b in zip(old, new, strict=True):
            assert same_bits(a.kernel, b.kernel)
            assert same_bits(a.bias, b.bias)
            assert key == "activation" or same_bits(a.slopes, b.slopes)
    trainer.turn(epochs=1)
