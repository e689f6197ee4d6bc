"""Heads: output activation and loss of a task, in the order of the programs' index.

They work on logits z (the output layer before its activation), so that the stable forms can be
used.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.base.arrays import Floats
from engine.functions.losses import LOSSES, Rows
from engine.functions.outputs import Output

#: What data ask for.
TASKS = ("binary", "multiclass", "regression")

_ABSENT = -1e30  # logit of an output that a padded network does not have


@dataclass(frozen=True)
class Head:
    """Output activation and loss of one task.

    Attributes:
        task: binary, multiclass or regression.
        loss: the loss's name in the contract.
        output: the output activation.
        negative: target of class 0 of a binary task, 0 or -1.
        rows: (logits, outputs, targets), each [K, rows], n_outputs -> loss [rows].
        formula: of one row.
    """

    task: str
    loss: str
    output: Output
    negative: float
    rows: Rows
    formula: str

    @property
    def activation(self) -> str:
        """The output activation's name."""
        return self.output.name

    @property
    def output_range(self) -> tuple[float, float] | None:
        """Where the output lies; None if it is unbounded."""
        return self.output.range

    def activate(self, logits: Array) -> Array:
        """Makes outputs of logits, both [K, rows]."""
        return self.output.activate(logits)


def _list_heads(task: str) -> list[Head]:
    uses = [(loss, use) for loss in LOSSES.table for use in loss.uses if use.task == task]
    uses.sort(key=lambda pair: not pair[1].default)
    return [
        Head(task, loss.name, use.output, use.negative, use.rows, use.formula or loss.formula)
        for loss, use in uses
    ]


#: Every head: task after task, the default loss first.
HEADS: tuple[Head, ...] = tuple(head for task in TASKS for head in _list_heads(task))
#: Losses that fit each task; the first one is its default.
TASK_LOSSES: dict[str, tuple[str, ...]] = {
    task: tuple(head.loss for head in HEADS if head.task == task) for task in TASKS
}
_BY_NAME = {(head.task, head.loss): i for i, head in enumerate(HEADS)}


def head_index(task: str, loss: str) -> int:
    """Returns the index in `HEADS` of a task's loss."""
    return _BY_NAME[task, loss]


def make_targets(labels: Floats, head: Head, n_outputs: int) -> Floats:
    """Converts labels to the targets of a loss.

    Args:
        labels: float32 [n]: 0 or 1, the class, or the value.
        head: the head.
        n_outputs: K.

    Returns:
        float32 [n, K]: 0/1 or -1/1, one-hot, or the value.
    """
    if head.task == "multiclass":
        return np.eye(n_outputs, dtype=np.float32)[labels.astype(int)]
    if head.task == "binary":
        return np.where(labels > 0, 1.0, head.negative).astype(np.float32)[:, None]
    return labels[:, None]


def hide_absent(z: Array, present: Array) -> Array:
    """Sets the logits of absent classes so low that softmax gives them 0.

    Args:
        z: [K, rows] logits.
        present: bool [K].
    """
    return jnp.where(present[:, None], z, _ABSENT)
