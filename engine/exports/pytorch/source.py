"""The source for PyTorch."""

from __future__ import annotations

from engine.exports.data.common import find_head, write_batches, write_score
from engine.exports.data.rows import name_rows
from engine.exports.inputs import Source, SourceInput
from engine.exports.pytorch.layers import (
    list_frozen,
    list_modules,
    write_initializer,
    write_modules,
    write_state_keys,
)
from engine.exports.pytorch.training import write_training
from engine.exports.weights import write_loader
from engine.functions.losses import LOSSES
from engine.spec import Spec

_SET_WEIGHTS = '''\
def set_weights():
    """Gives the network the trained weights; PyTorch keeps kernels as [out, in]."""
    weights = load_weights()
    own = {key: torch.tensor(weights[name].T) for name, key in STATE_KEYS.items()}
    network.load_state_dict(own, strict=False)'''


def write_pytorch(parts: SourceInput) -> Source:
    """Writes the parts of a source that are PyTorch's own."""
    spec = parts.spec
    weights = []
    if parts.weights is not None:
        loader = write_loader(parts.weights, inline=parts.weights_inline)
        keys = f"# The key of each weight in the state dict.\n{write_state_keys(spec)}"
        weights = [*loader, keys, _SET_WEIGHTS, "set_weights()"]
    return Source(
        framework="PyTorch",
        packages=("torch",),
        imports=("import torch", "from torch import nn"),
        network=[*write_modules(spec), *_write_network(spec)],
        weights=weights,
        training=[write_batches(), *write_training(parts)],
        result=[_write_predict(spec), write_score(spec)],
    )


def _write_network(spec: Spec) -> list[str]:
    lines = "".join(f"    {module.code},\n" for module in list_modules(spec))
    return [
        f"torch.manual_seed(SEED)\nnetwork = nn.Sequential(\n{lines})",
        write_initializer(spec.initializer),
        "draw_weights(network)",
        *_write_frozen(spec),
    ]


def _write_frozen(spec: Spec) -> list[str]:
    """Writes that modules of frozen layers get no gradient."""
    places = ", ".join(str(place) for place, _ in list_frozen(spec))
    if not places:
        return []
    return [
        f"""\
# Frozen layers: training leaves their weights as they are.
for index in [{places}]:
    network[index].requires_grad_(False)"""
    ]


def _write_predict(spec: Spec) -> str:
    rows = name_rows(spec)
    outputs = f"network(torch.tensor({rows.prepare}({rows.noun})))"
    if LOSSES[spec.resolved_loss].takes_logits:
        name = find_head(spec).activation
        function = f"torch.{name}(outputs{', dim=1' if name == 'softmax' else ''})"
        note = f"    # The network itself ends before its {name}.\n"
    else:
        function, note = "outputs", ""
    return f'''\
def predict({rows.noun}):
    """Returns the outputs [n, K] for {rows.noun} {rows.shape}."""
{note}    network.eval()
    with torch.no_grad():
        outputs = {outputs}
        return {function}.numpy()'''
