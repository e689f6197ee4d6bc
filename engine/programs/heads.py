"""Heads inside a program: output activation, losses and metrics.

A head that is known when a program is compiled is built in; otherwise the
program switches between all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from engine.functions.heads import HEADS, Head, hide_absent
from engine.programs.models import Choices

_MIDDLE = np.array([(head.negative + 1) / 2 for head in HEADS], np.float32)
_MULTICLASS = np.array([head.task == "multiclass" for head in HEADS])


def activate(choices: Choices, logits: Array) -> Array:
    """Applies the output activation; absent outputs of a padded network become 0."""
    if isinstance(choices.head, int):
        return HEADS[choices.head].activate(logits)
    branches = [_padded_activation(head.activate, head.task) for head in HEADS]
    return lax.switch(choices.head, branches, logits, _present(choices, logits))


def _present(choices: Choices, logits: Array) -> Array:
    return jnp.arange(logits.shape[0]) < choices.outputs


def _padded_activation(activate_head: Any, task: str) -> Any:
    def multiclass(z: Array, present: Array) -> Array:
        return activate_head(hide_absent(z, present))

    def single(z: Array, present: Array) -> Array:
        return jnp.zeros_like(z).at[0].set(activate_head(z[0]))

    return multiclass if task == "multiclass" else single


def loss_rows(choices: Choices, logits: Array, targets: Array) -> Array:
    """Returns the loss of every row.

    Args:
        choices: head and number of outputs.
        logits: [K, rows].
        targets: [K, rows].
    """
    if isinstance(choices.head, int):
        head = HEADS[choices.head]
        return head.rows(logits, head.activate(logits), targets, choices.outputs)

    present = _present(choices, logits)
    return _loss_by_head(choices.head, logits, targets, present, choices.outputs)


def _padded_rows(head: Head) -> Callable[..., Array]:
    def rows(z: Array, y: Array, present: Array, outputs: Array) -> Array:
        if head.task == "multiclass":
            z = hide_absent(z, present)
        else:
            z, y = z[:1], y[:1]
        return head.rows(z, head.activate(z), y, outputs)

    return rows


def _rows_and_slopes(head: Head) -> Callable[..., tuple[Array, Array]]:
    def rows(z: Array, *others: Array) -> tuple[Array, Array]:
        losses, pull = jax.vjp(lambda z: _padded_rows(head)(z, *others), z)
        return losses, pull(jnp.ones_like(losses))[0]

    return rows


def _switch_loss(index: Array, z: Array, y: Array, present: Array, outputs: Array) -> Array:
    return lax.switch(index, [_padded_rows(head) for head in HEADS], z, y, present, outputs)


def _forward_loss(index: Array, *of_rows: Array) -> tuple[Array, Array]:
    return lax.switch(index, [_rows_and_slopes(head) for head in HEADS], *of_rows)


def _backward_loss(slopes: Array, cotangent: Array) -> tuple[None, Array, None, None, None]:
    return None, cotangent * slopes, None, None, None


#: The derivative is computed in the same branch as the value, see `network.switches`.
_loss_by_head = jax.custom_vjp(_switch_loss)
_loss_by_head.defvjp(_forward_loss, _backward_loss)


def measure_rows(choices: Choices, outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Returns for every row whether the prediction is correct, and its squared error.

    Correct means that the nearer of two targets, or the largest of K outputs, is that of the label.
    """
    head = choices.head
    middle, multiclass = jnp.asarray(_MIDDLE)[head], jnp.asarray(_MULTICLASS)[head]
    nearer = (outputs[0] >= middle) == (targets[0] >= middle)
    largest = jnp.argmax(outputs, axis=0) == jnp.argmax(targets, axis=0)
    right = jnp.where(multiclass, largest, nearer).astype(jnp.float32)
    return right, jnp.square(outputs[0] - targets[0])


class Measures(NamedTuple):
    """Loss, correctness and squared error of every row.

    Attributes:
        losses: float32 [rows].
        right: float32 [rows], 1 where the prediction is correct.
        squares: float32 [rows], squared errors of the first output.
    """

    losses: Array
    right: Array
    squares: Array


def measure(choices: Choices, logits: Array, outputs: Array, targets: Array) -> Measures:
    """Compares logits, and the outputs made of them, with targets, all [K, rows]."""
    right, squares = measure_rows(choices, outputs, targets)
    return Measures(loss_rows(choices, logits, targets), right, squares)


def sum_rows(choices: Choices, measures: Measures, row: Array) -> Array:
    """Sums over the rows of each part among some rows.

    Args:
        choices: how many rows train, how many validate, and how many there are.
        measures: of some rows.
        row: int32 [rows], their numbers.

    Returns:
        float32 [parts, 3]: sums of losses, correct predictions and squared errors of train, of
        test, and of validation rows unless it is known that there are none.
    """
    first_test = choices.n_train + choices.n_validation
    parts = [row < choices.n_train, (row >= first_test) & (row < choices.n_rows)]
    if _may_validate(choices):
        parts.append((row >= choices.n_train) & (row < first_test))
    columns = jnp.stack([measures.losses, measures.right, measures.squares])
    # `where`, not a product: a row of padding may be infinite.
    chosen = jnp.where(jnp.stack(parts)[:, None, :], columns[None], 0.0)
    return jnp.sum(chosen, axis=2)


def mean_rows(choices: Choices, sums: Array) -> Array:
    """Turns the sums of all rows into means [3, 3]: loss, accuracy and mean squared error.

    The part for validation is 0 where there are no such rows.
    """
    n_test = choices.n_rows - choices.n_train - choices.n_validation
    counts = [choices.n_train, n_test]
    if _may_validate(choices):
        counts.append(jnp.maximum(choices.n_validation, 1))
    counts = jnp.asarray(counts, jnp.float32)
    # The barrier keeps XLA from multiplying by 1 / count, which leaves n / n short of 1.
    means = sums / lax.optimization_barrier(jnp.broadcast_to(counts[:, None], sums.shape))
    return means if _may_validate(choices) else jnp.concatenate([means, jnp.zeros((1, 3))])


def count_parts(choices: Choices) -> int:
    """Returns how many parts `sum_rows` sums over."""
    return 2 + _may_validate(choices)


def _may_validate(choices: Choices) -> bool:
    """Whether there may be validation rows: a program that knows of none leaves them out."""
    return not isinstance(choices.n_validation, int) or choices.n_validation > 0
