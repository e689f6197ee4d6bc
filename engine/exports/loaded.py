"""What a source says of the weights it has loaded, before it trains on: test loss and score."""

from __future__ import annotations

from engine.exports.data import find_head
from engine.exports.rows import name_rows
from engine.spec import Spec

_HUBER = """\
size = np.abs(outputs - targets)
small = np.minimum(size, 1.0)
return np.mean(small * (size - 0.5 * small))"""
_BINARY = """\
# As float32 they may be just 0 or 1, which would be an infinite loss.
outputs = np.clip(outputs, 1e-7, 1 - 1e-7)
return -np.mean(np.log(np.where(targets > 0, outputs, 1 - outputs)))"""
_CATEGORICAL = """\
# As float32 they may be just 0, which would be an infinite loss.
outputs = np.clip(outputs, 1e-7, 1.0)
return -np.mean(np.log(outputs[targets > 0]))"""
_LOSSES = {
    "binary_crossentropy": _BINARY,
    "categorical_crossentropy": _CATEGORICAL,
    "mean_squared_error": "return np.mean((outputs - targets) ** 2)",
    "mean_absolute_error": "return np.mean(np.abs(outputs - targets))",
    "huber": _HUBER,
    "hinge": "return np.mean(np.maximum(0.0, 1.0 - targets * outputs))",
}


def write_measure(spec: Spec) -> str:
    """Writes `measure_loss`: the loss of a spec in NumPy, of what `predict` returns."""
    noun = name_rows(spec).noun
    body = "\n".join(f"    {line}" for line in _LOSSES[spec.resolved_loss].split("\n"))
    return f'''\
def measure_loss({noun}, labels):
    """Returns the mean loss without the penalty, as LiveNet shows it."""
    outputs = predict({noun}).astype(np.float64)
    targets = make_targets(labels)
{body}'''


def write_loaded(spec: Spec) -> str:
    """Writes the lines that print what the loaded weights are worth."""
    noun = name_rows(spec).noun
    if find_head(spec).task == "regression":
        shown = "RMSE {value:.4f}"
    else:
        shown = "accuracy {100 * value:.1f} %"
    return f"""\
loss = measure_loss(test_{noun}, test_labels)
value = score(test_{noun}, test_labels)
print(f"loaded weights: test loss {{loss:.4f}}, {shown}")"""
