"""Early stopping in sources whose loops are written out: PyTorch and JAX."""

from __future__ import annotations

from engine.exports.text import write_number
from engine.spec import Spec


def list_constants(spec: Spec) -> list[str]:
    """Returns the numbers of early stopping that a reader may change."""
    rule = spec.early_stopping
    return [f"PATIENCE = {rule.patience}", f"MIN_DELTA = {write_number(rule.min_delta)}"]


def write_begin(spec: Spec, kept: str) -> str:
    """Writes what is known before the first epoch.

    Args:
        spec: with `early_stopping`.
        kept: the weights to come back to, as source.
    """
    if spec.early_stopping.restore_best_weights:
        return f"    best, waited, kept = np.inf, 0, {kept}\n"
    return "    best, waited = np.inf, 0\n"


def write_decision(spec: Spec, kept: str) -> str:
    """Writes what an epoch decides by its `validation_loss`, inside the loop over the epochs.

    Args:
        spec: with `early_stopping`.
        kept: the weights of this epoch, as source.
    """
    better = "best, waited = validation_loss, 0"
    if spec.early_stopping.restore_best_weights:
        better = f"best, waited, kept = validation_loss, 0, {kept}"
    return f"""\
        waited += 1
        if validation_loss + MIN_DELTA < best:
            {better}
        if waited >= PATIENCE:
            print(f"stopped after epoch {{epoch + 1}}, the best was {{epoch + 1 - waited}}")
            break
"""
