"""Sources for Keras 3: Sequential, Functional and subclass."""

from __future__ import annotations

from engine.exports.data.common import write_score
from engine.exports.data.rows import name_rows
from engine.exports.inputs import Source, SourceInput
from engine.exports.keras.layers import (
    KerasLayer,
    list_layers,
    needs_dense,
    write_dense,
    write_own,
)
from engine.exports.keras.training import write_training
from engine.exports.text import write_names
from engine.exports.weights import write_loader
from engine.spec import Spec

_SET_WEIGHTS = '''\
def set_weights():
    """Gives the model the trained weights, in the order of Keras."""
    weights = load_weights()
    model.set_weights([weights[name] for name in {names}])'''


def write_keras(name: str, parts: SourceInput) -> Source:
    """Writes the parts of a source that are Keras's own.

    Args:
        name: `keras_sequential`, `keras_functional` or `keras_subclass`.
        parts: what is exported.
    """
    spec = parts.spec
    found = list_layers(spec)
    n_inputs = spec.widths[0]
    network = ["keras.utils.set_random_seed(SEED)", *write_own(spec)]
    if needs_dense(spec):
        network.append(write_dense(spec))
    writer = {
        "keras_sequential": _write_sequential,
        "keras_functional": _write_functional,
        "keras_subclass": _write_subclass,
    }[name]
    network += writer(found, n_inputs)
    weights = []
    if parts.weights is not None:
        names = "WEIGHT_SHAPES" if parts.weights_inline else "WEIGHT_NAMES"
        order = [] if parts.weights_inline else [write_names(names, list(parts.weights))]
        loader = write_loader(parts.weights, inline=parts.weights_inline)
        weights = [*order, *loader, _SET_WEIGHTS.format(names=names), "set_weights()"]
    return Source(
        framework="Keras",
        packages=("keras", "jax"),
        imports=("import keras", "from keras import layers, ops"),
        before='os.environ.setdefault("KERAS_BACKEND", "jax")',
        network=network,
        weights=weights,
        training=write_training(parts),
        result=[_write_predict(spec), write_score(spec)],
    )


def _write_predict(spec: Spec) -> str:
    rows = name_rows(spec)
    return f'''\
def predict({rows.noun}):
    """Returns the outputs [n, K] for {rows.noun} {rows.shape}."""
    outputs = model({rows.prepare}({rows.noun}), training=False)
    return ops.convert_to_numpy(outputs)'''


def _write_sequential(found: list[KerasLayer], n_inputs: int) -> list[str]:
    lines = "".join(f"            {layer.write(3, room=1)},\n" for layer in found)
    return [
        f'''\
def make_model():
    """Returns the network: its layers one after the other."""
    return keras.Sequential(
        [
            keras.Input(({n_inputs},)),
{lines}        ]
    )''',
        "model = make_model()",
    ]


def _write_functional(found: list[KerasLayer], n_inputs: int) -> list[str]:
    lines, fed = [], "inputs"
    for layer in found:
        given = "outputs" if layer is found[-1] else "h"
        room = len(f"{given} = ({fed})")
        lines.append(f"    {given} = {layer.write(1, room)}({fed})")
        fed = given
    body = "\n".join(lines)
    return [
        f'''\
def make_model():
    """Returns the network: each layer is called with the values before it."""
    inputs = keras.Input(({n_inputs},))
{body}
    return keras.Model(inputs, outputs)''',
        "model = make_model()",
    ]


def _write_subclass(found: list[KerasLayer], n_inputs: int) -> list[str]:
    made, called, fed = [], [], "x"
    for layer in found:
        room = len(f"self.{layer.name} = ")
        made.append(f"        self.{layer.name} = {layer.write(2, room)}")
        training = layer.constructor in ("layers.Dropout", "layers.BatchNormalization")
        more = ", training=training" if training else ""
        given = "return" if layer is found[-1] else "h ="
        called.append(f"        {given} self.{layer.name}({fed}{more})")
        fed = "h"
    return [
        f'''\
class Network(keras.Model):
    """The network: layers are made once, and called for every batch."""

    def __init__(self):
        super().__init__()
{_join(made)}

    def call(self, x, training=False):
{_join(called)}''',
        f"""\
model = Network()
model(np.zeros((1, {n_inputs}), np.float32))  # The first call makes the weights.""",
    ]


def _join(lines: list[str]) -> str:
    return "\n".join(lines)
