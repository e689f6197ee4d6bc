"""The layers of a network as PyTorch writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.exports.data import find_head
from engine.exports.initializers import is_zero
from engine.exports.text import write_number, write_table
from engine.functions.initializers import TRUNCATED_DEVIATION
from engine.network.normalization import EPSILON, MOMENTUM
from engine.spec import InitializerSpec, LayerSpec, Spec

_MODULES = {
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "mish": "nn.Mish()",
    "softplus": "nn.Softplus()",
    "sin": "Sin()",
    "step": "Step()",
    "softmax": "nn.Softmax(dim=1)",
}
#: Losses that take logits, so that the network ends without an activation.
OF_LOGITS = ("binary_crossentropy", "categorical_crossentropy")

_SIN = '''\
class Sin(nn.Module):
    """The sine."""

    def forward(self, z):
        return torch.sin(z)'''
_STEP = '''\
class Step(nn.Module):
    """Returns 1 from 0 on, else 0. 0 * z gives it the gradient 0."""

    def forward(self, z):
        return (z >= 0).to(z.dtype) + 0 * z'''
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

#: Plain names of weights and PyTorch's, by the kind of layer.
_DENSE = {"kernel": "weight", "bias": "bias"}
_NORM = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


@dataclass(frozen=True)
class TorchLayer:
    """One module: what makes it, and plain names of its weights to PyTorch's."""

    code: str
    weights: dict[str, str]


def list_modules(spec: Spec) -> list[TorchLayer]:
    """Returns the modules of a network, in the order of its `nn.Sequential`."""
    found: list[TorchLayer] = []
    for i, hidden in enumerate(spec.layers):
        found += _list_hidden(i, hidden, spec.widths[i])
    last = len(spec.layers)
    found.append(_dense(last, spec.widths[last], spec.n_outputs, bias=True))
    head = find_head(spec)
    if spec.resolved_loss not in OF_LOGITS and head.activation != "linear":
        found.append(TorchLayer(_MODULES[head.activation], {}))
    return found


def _dense(layer: int, inputs: int, units: int, *, bias: bool) -> TorchLayer:
    names = _DENSE if bias else {"kernel": "weight"}
    code = f"nn.Linear({inputs}, {units}{'' if bias else ', bias=False'})"
    return TorchLayer(code, {f"layers.{layer}.{name}": own for name, own in names.items()})


def _list_hidden(i: int, hidden: LayerSpec, inputs: int) -> Iterator[TorchLayer]:
    yield _dense(i, inputs, hidden.units, bias=not hidden.batch_norm)
    if hidden.batch_norm:
        rates = f"eps={write_number(EPSILON)}, momentum={write_number(round(1 - MOMENTUM, 9))}"
        weights = {f"layers.{i}.{name}": own for name, own in _NORM.items()}
        yield TorchLayer(f"BatchNorm({hidden.units}, {rates})", weights)
    slope = write_number(hidden.negative_slope)
    if hidden.activation == "leaky_relu":
        yield TorchLayer(f"nn.LeakyReLU({slope})", {})
    elif hidden.activation == "prelu":
        code = f"nn.PReLU({hidden.units}, init={slope})"
        yield TorchLayer(code, {f"layers.{i}.slope": "weight"})
    elif hidden.activation != "linear":
        yield TorchLayer(_MODULES[hidden.activation], {})
    if hidden.dropout:
        yield TorchLayer(f"nn.Dropout({write_number(hidden.dropout)})", {})


def write_modules(spec: Spec) -> list[str]:
    """Writes the modules that PyTorch lacks."""
    used = {hidden.activation for hidden in spec.layers}
    chunks = []
    if "sin" in used:
        chunks.append(_SIN)
    if "step" in used:
        chunks.append(_STEP)
    if spec.normalized:
        chunks.append(_BATCH_NORM)
    return chunks


def write_places(spec: Spec) -> str:
    """Writes the table of plain names to PyTorch's."""
    return write_table(
        "PLACES",
        {
            name: f'"{place}.{own}"'
            for place, module in enumerate(list_modules(spec))
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
    gain = "" if spec.scale == 1 else f"{scale} * "
    fans = {
        "glorot": "module.in_features + module.out_features",
        "he": "module.in_features",
        "lecun": "module.in_features",
    }
    method, _, kind = spec.name.partition("_")
    if is_zero(spec):
        return ["nn.init.zeros_(module.weight)"]
    if spec.name == "constant":
        return [f"nn.init.constant_(module.weight, {scale})"]
    if spec.name == "random_normal":
        return [f"nn.init.normal_(module.weight, std={scale})"]
    if spec.name == "random_uniform":
        return [f"nn.init.uniform_(module.weight, -{scale}, {scale})"]
    if kind == "uniform":
        return [
            f"fan = {fans[method]}",
            f"limit = {gain}math.sqrt(6 / fan)",
            "nn.init.uniform_(module.weight, -limit, limit)",
        ]
    variance = 1 if method == "lecun" else 2
    return [
        "# Cut off at two deviations, and scaled up to the deviation that is meant.",
        f"fan = {fans[method]}",
        f"std = {gain}math.sqrt({variance} / fan) / {TRUNCATED_DEVIATION}",
        "nn.init.trunc_normal_(module.weight, 0.0, std, -2 * std, 2 * std)",
    ]
