"""Evaluation of loaded weights in a source: test loss and score."""

from __future__ import annotations

from engine.exports.data.common import find_head
from engine.exports.data.rows import name_rows
from engine.functions.losses import LOSSES
from engine.spec import Spec


def write_measure(spec: Spec) -> str:
    """Writes `measure_loss`: the loss of a spec in NumPy, of what `predict` returns."""
    noun = name_rows(spec).noun
    body = "\n".join(f"    {line}" for line in LOSSES[spec.resolved_loss].numpy.split("\n"))
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
