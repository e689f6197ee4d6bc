"""The layers of a network as PyTorch writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.exports.activations import write_definitions
from engine.exports.data.common import find_head
from engine.exports.initializers import find_initializer
from engine.exports.text import write_number, write_table
from engine.functions.activations import ACTIVATIONS
from engine.functions.code import fill
from engine.functions.initializers import TRUNCATED_DEVIATION
from engine.functions.layer_kinds import DENSE
from engine.functions.losses import LOSSES
from engine.network.normalization import EPSILON, MOMENTUM
from engine.spec import InitializerSpec, LayerSpec, Spec

_BATCH_NORM = '''\
class BatchNorm(nn.BatchNorm1d):
    """Batch normalization whose moving variance is that of the batch.

    PyTorch's own divides by n - 1 there, and refuses batches of one row.
    """

    def forward(self, z):
        if not self.training:
            return super().forward(z)
        mean, variance = z.mean(dim=0), z.var(dim=0, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance, self.momentum)
        normal = (z - mean) * torch.rsqrt(variance + self.eps)
        return self.weight * normal + self.bias'''

#: Plain names of weights and PyTorch's.
_NORM = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


@dataclass(frozen=True)
class TorchLayer:
    """One module.

    Attributes:
        code: what makes it.
        weights: plain names of its weights to PyTorch's.
        layer: that it belongs to, the output layer last; None for the output activation.
    """

    code: str
    weights: dict[str, str]
    layer: int | None = None

    @property
    def has_averages(self) -> bool:
        """Whether it normalizes, by moving averages unless it trains."""
        return self.code.startswith("BatchNorm(")


def list_modules(spec: Spec) -> list[TorchLayer]:
    """Returns the modules of a network, in the order of its `nn.Sequential`."""
    found: list[TorchLayer] = []
    for i, hidden in enumerate(spec.layers):
        found += [replace(one, layer=i) for one in _list_hidden(i, hidden, spec.widths[i])]
    last = len(spec.layers)
    output = _dense(last, spec.widths[last], spec.n_outputs, bias=True)
    found.append(replace(output, layer=last))
    activation = find_head(spec).output
    if activation.pytorch and not LOSSES[spec.resolved_loss].takes_logits:
        found.append(TorchLayer(activation.pytorch, {}))
    return found


def _dense(layer: int, inputs: int, units: int, *, bias: bool) -> TorchLayer:
    options = "" if bias else ", bias=False"
    holes = {"inputs": str(inputs), "units": str(units), "options": options}
    weights = {
        f"layers.{layer}.{name}": own
        for name, own in DENSE.pytorch_weights.items()
        if bias or name != "bias"
    }
    return TorchLayer(fill(DENSE.pytorch.use, holes), weights)


def _list_hidden(i: int, hidden: LayerSpec, inputs: int) -> Iterator[TorchLayer]:
    yield _dense(i, inputs, hidden.sums, bias=not hidden.batch_norm)
    if hidden.batch_norm:
        rates = f"eps={write_number(EPSILON)}, momentum={write_number(round(1 - MOMENTUM, 9))}"
        weights = {f"layers.{i}.{name}": own for name, own in _NORM.items()}
        yield TorchLayer(f"BatchNorm({hidden.sums}, {rates})", weights)
    entry = ACTIVATIONS[hidden.activation]
    holes = {
        "slope": write_number(hidden.negative_slope),
        "units": str(hidden.units),
        "pieces": str(hidden.pieces),
    }
    if entry.pytorch.use:
        learned = {f"layers.{i}.slope": "weight"} if entry.learned_slope else {}
        yield TorchLayer(fill(entry.pytorch.use, holes), learned)
    if hidden.dropout:
        yield TorchLayer(f"nn.Dropout({write_number(hidden.dropout)})", {})


def list_frozen(spec: Spec) -> list[tuple[int, TorchLayer]]:
    """Returns the modules of frozen layers that have weights, with their places."""
    return [
        (place, module)
        for place, module in enumerate(list_modules(spec))
        if module.layer is not None and module.weights and not spec.trainable[module.layer]
    ]


def write_modules(spec: Spec) -> list[str]:
    """Writes the modules that PyTorch lacks."""
    chunks = write_definitions(spec, lambda entry: entry.pytorch)
    if spec.normalized:
        chunks.append(_BATCH_NORM)
    return chunks


def write_state_keys(spec: Spec) -> str:
    """Writes the table of plain names to keys of PyTorch's state dict."""
    return write_table(
        "STATE_KEYS",
        {
            name: f'"{index}.{own}"'
            for index, module in enumerate(list_modules(spec))
            for name, own in module.weights.items()
        },
    )


def write_initializer(spec: InitializerSpec) -> str:
    """Writes `draw_weights`."""
    lines = "\n".join(f"            {line}" for line in _draw(spec))
    return f'''\
def draw_weights(network):
    """Draws the initial kernels ({spec.name}); biases start at 0."""
    for module in network:
        if isinstance(module, nn.Linear):
{lines}
            if module.bias is not None:
                nn.init.zeros_(module.bias)'''


def _draw(spec: InitializerSpec) -> list[str]:
    scale = write_number(spec.scale)
    entry = find_initializer(spec)
    variance = entry.variance
    if variance is None:
        return [fill(entry.pytorch, {"scale": scale})]
    gain = "" if spec.scale == 1 else f"{scale} * "
    both, fan = variance.mode == "fan_avg", "module.in_features"
    # The mean of both fans is written as their sum, with twice the factor.
    factor = variance.factor * (2 if both else 1)
    lines = [f"fan = {fan} + module.out_features" if both else f"fan = {fan}"]
    if variance.distribution == "uniform":
        limit = f"limit = {gain}math.sqrt({3 * factor:g} / fan)"
        return [*lines, limit, "nn.init.uniform_(module.weight, -limit, limit)"]
    return [
        "# Cut off at two deviations, and scaled up to the deviation that is meant.",
        *lines,
        f"std = {gain}math.sqrt({factor:g} / fan) / {TRUNCATED_DEVIATION}",
        "nn.init.trunc_normal_(module.weight, 0.0, std, -2 * std, 2 * std)",
    ]
