"""Weights by name: as safetensors, or inside a source.

`layers.0.kernel` [in, out], `layers.0.bias` [out], and where the layer has them `slope`
(PReLU), `gamma`, `beta`, `moving_mean` and `moving_variance`; the last layer is the output.

A normalized layer has no bias: normalization takes off whatever the bias adds, and what is
left of it, in the moving mean, is taken off there. So the layer is what frameworks expect,
and the function stays the same.
"""

from __future__ import annotations

import base64
import json

import numpy as np
from safetensors.numpy import save

from engine.base.arrays import Floats
from engine.base.errors import ExportError
from engine.exports.files import File
from engine.exports.text import write_block, write_table
from engine.functions.activations import ACTIVATIONS
from engine.network import Layout, UnitParameter
from engine.spec import Spec, dump_spec

WEIGHTS_FILE = "weights.safetensors"
#: The most numbers that stand inside a source.
MAX_INLINE = 16_384

_NORMALIZATION = {one.block_name for one in UnitParameter if one is not UnitParameter.SLOPE}


def name_weights(spec: Spec, params: Floats) -> dict[str, Floats]:
    """Returns the parameters of a network by name, layer after layer.

    Args:
        spec: the network.
        params: float32 [n], in the layout of the network itself.
    """
    named: dict[str, Floats] = {}
    for layer, blocks in enumerate(Layout.of(spec).layers):
        hidden = spec.layers[layer] if layer < len(spec.layers) else None
        own = {block.name: block.of(params) for block in blocks}
        if hidden is not None and hidden.batch_norm:
            own["moving_mean"] = own["moving_mean"] - own.pop("bias")
        else:
            own = {name: value for name, value in own.items() if name not in _NORMALIZATION}
        # Slopes come last, as activations behind normalization do: Keras loads by that order.
        slope = own.pop("slope", None)
        if (
            hidden is not None
            and slope is not None
            and ACTIVATIONS[hidden.activation].learned_slope
        ):
            own["slope"] = slope
        named |= {f"layers.{layer}.{name}": np.array(value) for name, value in own.items()}
    return named


def save_weights(spec: Spec, weights: dict[str, Floats], step: int) -> File:
    """Returns weights as a safetensors file, with the spec in its metadata."""
    metadata = {
        "format": "livenet-weights-1",
        "step": str(step),
        "spec": json.dumps(dump_spec(spec, points=False)),
    }
    return File(WEIGHTS_FILE, save(weights, metadata))


def encode_numbers(numbers: Floats, option: str) -> str:
    """Returns numbers as base64 of little-endian float32.

    Args:
        numbers: to stand inside a source.
        option: the choice that has them there.

    Raises:
        ExportError: they are too many to stand inside a source.
    """
    if numbers.size > MAX_INLINE:
        raise ExportError(
            f"at most {MAX_INLINE:,} numbers fit into a source, not {numbers.size:,}; "
            "have them beside it",
            option,
        )
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode()


def write_loader(weights: dict[str, Floats], *, inline: bool) -> list[str]:
    """Writes `load_weights`, which returns the trained weights by name."""
    if not inline:
        return [
            f'''\
def load_weights():
    """Returns the trained weights by name; kernels are [in, out]."""
    return load_file(FOLDER / "{WEIGHTS_FILE}")'''
        ]
    numbers = np.concatenate([value.ravel() for value in weights.values()])
    shapes = {name: _write_shape(value.shape) for name, value in weights.items()}
    block = write_block("WEIGHTS", encode_numbers(numbers, "weights"))
    return [
        "# The trained weights as float32 in base64, in the order of their shapes.\n"
        f"{block}\n{write_table('WEIGHT_SHAPES', shapes)}",
        '''\
def load_weights():
    """Returns the trained weights by name; kernels are [in, out]."""
    numbers = np.frombuffer(base64.b64decode(WEIGHTS), "<f4")
    weights = {}
    for name, shape in WEIGHT_SHAPES.items():
        size = math.prod(shape)
        weights[name] = numbers[:size].reshape(shape)
        numbers = numbers[size:]
    return weights''',
    ]


def _write_shape(shape: tuple[int, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
