"""The layers of a network as Keras writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.exports.activations import write_definitions
from engine.exports.data.common import find_head
from engine.exports.initializers import find_initializer, scaled_variance
from engine.exports.text import write_call, write_number
from engine.functions.activations import ACTIVATIONS
from engine.functions.code import fill
from engine.functions.layer_kinds import DENSE
from engine.network.normalization import EPSILON, MOMENTUM
from engine.spec import InitializerSpec, LayerSpec, Spec


@dataclass(frozen=True)
class KerasLayer:
    """One layer.

    Attributes:
        name: what a class calls it.
        constructor: the class, or function, that makes it.
        arguments: as source.
    """

    name: str
    constructor: str
    arguments: tuple[str, ...]

    def write(self, indent: int, room: int) -> str:
        """Writes what makes it; see `write_call`."""
        return write_call(self.constructor, self.arguments, indent, room)


def list_layers(spec: Spec) -> list[KerasLayer]:
    """Returns the layers of a network, the output layer last."""
    dense = "dense" if needs_dense(spec) else DENSE.keras.use
    found: list[KerasLayer] = []
    for i, hidden in enumerate(spec.layers):
        found += _list_hidden(i, hidden, dense)
    head = find_head(spec)
    arguments = [str(spec.n_outputs)]
    if head.activation != "linear":
        arguments.append(f'activation="{head.activation}"')
    if not spec.output.trainable:
        arguments.append("trainable=False")
    return [*found, KerasLayer("outputs", dense, tuple(arguments))]


def _list_hidden(i: int, hidden: LayerSpec, dense: str) -> Iterator[KerasLayer]:
    code = ACTIVATIONS[hidden.activation].keras
    frozen = () if hidden.trainable else ("trainable=False",)
    holes = {"slope": write_number(hidden.negative_slope), "pieces": str(hidden.pieces)}
    use = fill(code.use, holes)
    plain = code.layer or not use
    inside = () if plain else (f"activation={use}",)
    if hidden.batch_norm:
        arguments = (str(hidden.sums), "use_bias=False", *frozen)
        yield KerasLayer(f"dense_{i + 1}", dense, arguments)
        rates = (f"momentum={write_number(MOMENTUM)}", f"epsilon={write_number(EPSILON)}")
        yield KerasLayer(f"normalization_{i + 1}", "layers.BatchNormalization", (*rates, *frozen))
        if not plain:
            yield KerasLayer(f"activation_{i + 1}", "layers.Activation", (use,))
    else:
        arguments = (str(hidden.sums), *inside, *frozen)
        yield KerasLayer(f"dense_{i + 1}", dense, arguments)
    if code.layer:
        constructor, _, argument = use.removesuffix(")").partition("(")
        learned = frozen if ACTIVATIONS[hidden.activation].learned_slope else ()
        yield KerasLayer(f"activation_{i + 1}", constructor, (argument, *learned))
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
    return {DENSE.keras.use}(
{lines}    )'''


def _write_initializer(spec: InitializerSpec) -> str:
    found = scaled_variance(spec)
    if found is None:
        return fill(find_initializer(spec).keras, {"scale": write_number(spec.scale)})
    if spec.scale == 1:
        return f'"{spec.name}"'
    arguments = (write_number(found.factor), f'"{found.mode}"', f'"{found.distribution}"')
    return write_call("keras.initializers.VarianceScaling", arguments, 2, room=21)


def write_own(spec: Spec) -> list[str]:
    """Writes the functions that Keras lacks."""
    return write_definitions(spec, lambda entry: entry.keras)
