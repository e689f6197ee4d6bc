"""The layers of a network as Keras writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.exports.data import find_head
from engine.exports.initializers import find_variance, is_zero
from engine.exports.text import write_call, write_number
from engine.network.normalization import EPSILON, MOMENTUM
from engine.spec import InitializerSpec, LayerSpec, Spec

_OWN = {"sin": "ops.sin", "step": "step"}


@dataclass(frozen=True)
class KerasLayer:
    """One layer.

    Attributes:
        name: what a class calls it.
        kind: the class, or function, that makes it.
        arguments: as source.
    """

    name: str
    kind: str
    arguments: tuple[str, ...]

    def write(self, indent: int, room: int) -> str:
        """Writes what makes it; see `write_call`."""
        return write_call(self.kind, self.arguments, indent, room)


def list_layers(spec: Spec) -> list[KerasLayer]:
    """Returns the layers of a network, the output layer last."""
    dense = "dense" if needs_dense(spec) else "layers.Dense"
    found: list[KerasLayer] = []
    for i, hidden in enumerate(spec.layers):
        found += _list_hidden(i, hidden, dense)
    head = find_head(spec)
    arguments = [str(spec.n_outputs)]
    if head.activation != "linear":
        arguments.append(f'activation="{head.activation}"')
    return [*found, KerasLayer("outputs", dense, tuple(arguments))]


def _list_hidden(i: int, hidden: LayerSpec, dense: str) -> Iterator[KerasLayer]:
    activation = _OWN.get(hidden.activation, f'"{hidden.activation}"')
    slope = write_number(hidden.negative_slope)
    separate = hidden.activation in ("leaky_relu", "prelu")
    plain = separate or hidden.activation == "linear"
    inside = () if plain else (f"activation={activation}",)
    if hidden.batch_norm:
        arguments = (str(hidden.units), "use_bias=False")
        yield KerasLayer(f"dense_{i + 1}", dense, arguments)
        rates = (f"momentum={write_number(MOMENTUM)}", f"epsilon={write_number(EPSILON)}")
        yield KerasLayer(f"normalization_{i + 1}", "layers.BatchNormalization", rates)
        if not plain:
            yield KerasLayer(f"activation_{i + 1}", "layers.Activation", (activation,))
    else:
        arguments = (str(hidden.units), *inside)
        yield KerasLayer(f"dense_{i + 1}", dense, arguments)
    if hidden.activation == "leaky_relu":
        yield KerasLayer(f"activation_{i + 1}", "layers.LeakyReLU", (f"negative_slope={slope}",))
    if hidden.activation == "prelu":
        start = f"alpha_initializer=keras.initializers.Constant({slope})"
        yield KerasLayer(f"activation_{i + 1}", "layers.PReLU", (start,))
    if hidden.dropout:
        yield KerasLayer(f"dropout_{i + 1}", "layers.Dropout", (write_number(hidden.dropout),))


def needs_dense(spec: Spec) -> bool:
    """Whether dense layers have an initializer or a penalty of their own."""
    penalty, initializer = spec.regularization, spec.initializer
    usual = initializer.name == "glorot_uniform" and initializer.scale == 1
    return penalty.l1 > 0 or penalty.l2 > 0 or not usual


def write_dense(spec: Spec) -> str:
    """Writes `dense`, which all dense layers are made by."""
    options = [f"kernel_initializer={_write_initializer(spec.initializer)}"]
    penalty = spec.regularization
    if penalty.l1 > 0 or penalty.l2 > 0:
        rates = f"l1={write_number(penalty.l1)}, l2={write_number(penalty.l2)}"
        options.append(f"kernel_regularizer=keras.regularizers.L1L2({rates})")
    lines = "".join(f"        {option},\n" for option in ["units", *options, "**options"])
    return f'''\
def dense(units, **options):
    """Returns a dense layer with the initial weights and penalty of this network."""
    return layers.Dense(
{lines}    )'''


def _write_initializer(spec: InitializerSpec) -> str:
    scale = write_number(spec.scale)
    if is_zero(spec):
        return '"zeros"'
    if spec.name == "constant":
        return f"keras.initializers.Constant({scale})"
    if spec.name == "random_normal":
        return f"keras.initializers.RandomNormal(0.0, {scale})"
    if spec.name == "random_uniform":
        return f"keras.initializers.RandomUniform(-{scale}, {scale})"
    if spec.scale == 1:
        return f'"{spec.name}"'
    factor, mode, distribution = find_variance(spec)
    arguments = (write_number(factor), f'"{mode}"', f'"{distribution}"')
    return write_call("keras.initializers.VarianceScaling", arguments, 2, room=21)


def write_own(spec: Spec) -> list[str]:
    """Writes the functions that Keras lacks."""
    if all(hidden.activation != "step" for hidden in spec.layers):
        return []
    return [
        '''\
def step(z):
    """Returns 1 from 0 on, else 0; Keras has no step. 0 * z gives it the gradient 0."""
    return ops.cast(z >= 0, "float32") + 0 * z'''
    ]
