"""Layout, forward pass and edits of kinds of layers, those of specs and others."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from engine import describe_spec, parse_spec
from engine.edits.migration import NEW, BlockSource, along_axes
from engine.exports.weights import name_weights
from engine.functions.blocks import Axis, Block, UnitParameter, lay_out_blocks
from engine.functions.layer_kinds import DENSE, LAYER_KINDS, Dense, Layer, Shape
from engine.network.layout import Layout
from engine.spec import LayerSpec
from tests.engine.convolution import Flatten, MaxPooling, read_convolution

SIDE = 8
Convolution = read_convolution()
NETWORK: tuple[Any, ...] = (Convolution(3, 3), MaxPooling(2), Flatten(), Dense(10))


def lay_out(network: tuple[Layer, ...], shape: Shape) -> tuple[tuple[Block, ...], ...]:
    shapes = []
    for layer in network:
        shapes.append(layer.blocks(shape))
        shape = layer.shape_out(shape)
    assert shape == (10,)
    return lay_out_blocks(shapes)


@pytest.fixture(scope="module")
def flat() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(3 * 9 + 3 + 27 * 10 + 10).astype(np.float32)


def test_blocks_lie_one_after_another_without_a_gap(flat: np.ndarray) -> None:
    layers = lay_out(NETWORK, (SIDE, SIDE, 1))
    places = [block.span for blocks in layers for block in blocks]
    assert [place.start for place in places] == [0, *(place.stop for place in places[:-1])]
    assert places[-1].stop == len(flat)
    assert [len(blocks) for blocks in layers] == [2, 0, 0, 2]
    assert [block.is_kernel for blocks in layers for block in blocks] == [True, False] * 2


def test_a_convolutional_network_runs_on_the_blocks_of_a_flat_vector(flat: np.ndarray) -> None:
    x = np.random.default_rng(1).standard_normal((4, SIDE, SIDE, 1)).astype(np.float32)
    h: Any = x
    for layer, blocks in zip(NETWORK, lay_out(NETWORK, (SIDE, SIDE, 1)), strict=True):
        own = tuple(jnp.asarray(block.of(flat)) for block in blocks)
        h = Dense.apply(own[0], h, 0) + own[1] if isinstance(layer, Dense) else layer.apply(own, h)
    kernel, bias = flat[:27].reshape(3, 3, 3), flat[27:30]
    seen = np.zeros((4, 6, 6, 3))
    for row in range(6):
        for column in range(6):
            window = x[:, row : row + 3, column : column + 3, 0]
            seen[:, row, column] = np.einsum("nij,ijf->nf", window, kernel) + bias
    pooled = seen.reshape(4, 3, 2, 3, 2, 3).max((2, 4)).reshape(4, 27)
    expected = pooled @ flat[30:300].reshape(27, 10) + flat[300:]
    np.testing.assert_allclose(np.asarray(h), expected, rtol=1e-5, atol=1e-5)


def test_an_edit_keeps_filters_by_the_axes_of_their_blocks(flat: np.ndarray) -> None:
    (old, old_bias), *_ = lay_out(NETWORK, (SIDE, SIDE, 1))
    wider: tuple[Any, ...] = (Convolution(4, 3), MaxPooling(2), Flatten(), Dense(10))
    layers = lay_out(wider, (SIDE, SIDE, 1))
    kernel, bias = layers[0]
    filters = np.array([2, 0, NEW, 1], np.int32)
    new = np.zeros(layers[-1][-1].span.stop, np.float32)
    channels = np.zeros(1, np.int32)
    drawn = np.full(kernel.shape, 0.5, np.float32)
    BlockSource(kernel, drawn, old, along_axes(kernel, channels, filters)).fill_in(
        new, flat, moments=False
    )
    BlockSource(bias, 0.0, old_bias, (filters,)).fill_in(new, flat, moments=False)
    for place, source in enumerate(filters):
        kept = 0.5 if source == NEW else old.of(flat)[..., source]
        np.testing.assert_array_equal(kernel.of(new)[..., place], np.broadcast_to(kept, (3, 3, 1)))
    np.testing.assert_array_equal(bias.of(new), [*flat[[29, 27]], 0, flat[28]])


@pytest.mark.parametrize("normalized", [False, True])
def test_a_layout_is_that_of_its_dense_layers(normalized: bool) -> None:
    """Files and links hold the flat vector, so its order never changes."""
    layout = Layout((2, 4, 3, 1), normalized=normalized)
    assert layout.kernel_slice(1) == slice(12, 24)
    assert layout.bias_slice(2) == slice(30, 31)
    assert layout.n_weights == 31
    assert layout.unit_slice(UnitParameter.SLOPE, 1) == slice(35, 38)
    if normalized:
        assert layout.unit_slice(UnitParameter.SCALE, 0) == slice(38, 42)
        assert layout.unit_slice(UnitParameter.VARIANCE, 1) == slice(63, 66)
    assert layout.size == (66 if normalized else 38)
    kernels = [block for blocks in layout.layers for block in blocks if Axis.IN in block.axes]
    assert layout.kernel_mask.sum() == sum(np.prod(block.shape) for block in kernels)


def test_a_dense_layer_has_all_settings_that_a_layer_of_a_spec_has() -> None:
    assert {*DENSE.sizes, *DENSE.options} == set(LayerSpec.model_fields)
    assert describe_spec()["layer_kinds"] == {
        name: {"sizes": list(kind.sizes), "options": list(kind.options)}
        for name, kind in LAYER_KINDS.items()
    }


@pytest.mark.parametrize("normalized", [False, True])
def test_exported_weights_are_called_like_their_blocks(normalized: bool) -> None:
    """A normalized layer has its bias in the moving mean."""
    layer = {"units": 3, "activation": "prelu", "batch_norm": normalized}
    spec = parse_spec({"layers": [layer, {"units": 2}]})
    layout = Layout.of(spec)
    flat = np.arange(1, layout.size + 1, dtype=np.float32)
    named = name_weights(spec, flat)
    first = {block.name: block.of(flat) for block in layout.layers[0]}
    first["slope"] = first.pop("slope")
    if normalized:
        first["moving_mean"] = first["moving_mean"] - first.pop("bias")
    assert [key for key in named if key.startswith("layers.0.")] == [
        f"layers.0.{name}" for name in first
    ]
    for name, values in first.items():
        np.testing.assert_array_equal(named[f"layers.0.{name}"], values)
    assert [key for key in named if not key.startswith("layers.0.")] == [
        "layers.1.kernel",
        "layers.1.bias",
        "layers.2.kernel",
        "layers.2.bias",
    ]
