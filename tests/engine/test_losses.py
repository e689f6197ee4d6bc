"""Heads: output activations, losses and targets, one by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.functions.heads import HEADS, Head, head_index, make_targets
from engine.spec import Spec, names
from tests.engine import oracle
from tests.engine.oracle import Run

NAMES = [f"{head.task}-{head.loss}" for head in HEADS]


class Found(NamedTuple):
    """What a head makes of logits [n, K].

    Attributes:
        outputs: [n, K].
        rows: losses [n].
        gradient: [n, K], of the sum of the losses.
    """

    outputs: jax.Array
    rows: jax.Array
    gradient: jax.Array


@cache
def compile_head(head: Head, k: int) -> Callable[[jax.Array, jax.Array], Found]:
    """Everything of a head in one program, which all tests of as many rows share."""

    def find_rows(z: jax.Array, y: jax.Array) -> jax.Array:
        return head.rows(z, head.activate(z), y, k)

    def total(z: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.sum(find_rows(z, y))

    return jax.jit(lambda z, y: Found(head.activate(z).T, find_rows(z, y), jax.grad(total)(z, y).T))


#: Rows of every program.
N = 200


def find(head: Head, logits: Any, labels: Any) -> Found:
    """What a head makes of at most so many rows."""
    n, k = np.shape(logits)
    filled = [np.resize(np.asarray(each, np.float32), (N, *np.shape(each)[1:]))
              for each in (logits, labels)]  # fmt: skip
    y = jnp.asarray(make_targets(filled[1], head, k)).T
    return Found(*(each[:n] for each in compile_head(head, k)(jnp.asarray(filled[0]).T, y)))


def rows(head: Head, logits: Any, labels: Any) -> Any:
    """Losses [n] of logits [n, K]."""
    return find(head, logits, labels).rows


def spec_of(head: Head) -> Spec:
    dataset = {"binary": "circle", "multiclass": "blobs", "regression": "plane"}[head.task]
    return Spec.model_validate({"data": {"name": dataset}, "loss": head.loss})


def test_every_loss_of_every_task_has_a_head() -> None:
    pairs = {(task, loss) for task, losses in names.TASK_LOSSES.items() for loss in losses}
    assert {(head.task, head.loss) for head in HEADS} == pairs
    assert len(HEADS) == len(pairs)
    for i, head in enumerate(HEADS):
        assert head_index(head.task, head.loss) == i


@pytest.mark.parametrize("head", HEADS, ids=NAMES)
def test_losses_are_those_of_the_oracle(head: Head) -> None:
    rng = np.random.default_rng(3)
    k = 3 if head.task == "multiclass" else 1
    logits = rng.normal(0, 3, (200, k)).astype(np.float32)
    labels = {
        "binary": rng.integers(0, 2, 200),
        "multiclass": rng.integers(0, 3, 200),
        "regression": rng.normal(0, 2, 200),
    }[head.task].astype(np.float32)
    spec = spec_of(head)
    z = logits.astype(float)
    run = Run(oracle.activate_output(spec, z), z, [], [])
    found = find(head, logits, labels)
    np.testing.assert_allclose(found.outputs, run.outputs, rtol=1e-5, atol=1e-6)
    expected = oracle.loss_rows(spec, run, labels)
    np.testing.assert_allclose(found.rows, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("head", HEADS, ids=NAMES)
def test_losses_and_gradients_of_huge_logits_are_finite(head: Head) -> None:
    k = 3 if head.task == "multiclass" else 1
    for size in (1e3, 1e6, -1e6):
        logits = np.full((2, k), 0.0)
        logits[:, 0] = size
        found = find(head, logits, [0, 1])
        assert np.isfinite(found.rows).all()
        assert np.isfinite(found.gradient).all()


@pytest.mark.parametrize(
    ("loss", "error", "expected"),
    [("huber", 0.5, 0.125), ("huber", 1.0, 0.5), ("huber", -3.0, 2.5), ("huber", 0.0, 0.0),
     ("mean_squared_error", -3.0, 9.0), ("mean_absolute_error", -3.0, 3.0)],
)  # fmt: skip
def test_errors_of_a_regression(loss: str, error: float, expected: float) -> None:
    head = HEADS[head_index("regression", loss)]
    assert rows(head, [[7.0 + error]], [7.0])[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("logit", "label", "expected"), [(2, 1, 0), (0.25, 1, 0.75), (-1, 1, 2), (-1, 0, 0), (1, 0, 2)]
)
def test_hinge(logit: float, label: float, expected: float) -> None:
    assert rows(HEADS[head_index("binary", "hinge")], [[logit]], [label])[0] == expected


def test_targets() -> None:
    labels = np.array([0, 1, 1], np.float32)
    cross = HEADS[head_index("binary", "binary_crossentropy")]
    assert make_targets(labels, cross, 1).tolist() == [[0], [1], [1]]
    for loss in names.TASK_LOSSES["binary"][1:]:
        head = HEADS[head_index("binary", loss)]
        assert make_targets(labels, head, 1).tolist() == [[-1], [1], [1]]
    head = HEADS[head_index("multiclass", "categorical_crossentropy")]
    expected = [[0, 0, 1], [1, 0, 0]]
    assert make_targets(np.array([2, 0], np.float32), head, 3).tolist() == expected
    head = HEADS[head_index("regression", "huber")]
    assert make_targets(np.array([2.5, -1], np.float32), head, 1).tolist() == [[2.5], [-1]]


@pytest.mark.parametrize(
    ("task", "loss", "activation", "limits"),
    [
        ("binary", "binary_crossentropy", "sigmoid", (0, 1)),
        ("binary", "mean_squared_error", "tanh", (-1, 1)),
        ("binary", "mean_absolute_error", "tanh", (-1, 1)),
        ("binary", "huber", "tanh", (-1, 1)),
        ("binary", "hinge", "linear", None),
        ("multiclass", "categorical_crossentropy", "softmax", (0, 1)),
        ("multiclass", "mean_squared_error", "softmax", (0, 1)),
        ("regression", "mean_squared_error", "linear", None),
        ("regression", "mean_absolute_error", "linear", None),
        ("regression", "huber", "linear", None),
    ],
)
def test_output_activations_of_the_contract(
    task: str, loss: str, activation: str, limits: tuple[float, float] | None
) -> None:
    head = HEADS[head_index(task, loss)]
    assert head.activation == activation
    assert head.output_range == limits
    k = 3 if task == "multiclass" else 1
    z = np.linspace(-50, 50, 101 * k).reshape(k, 101)
    outputs = find(head, z.T, np.zeros(101)).outputs
    if limits:
        assert outputs.min() >= limits[0]
        assert outputs.max() <= limits[1]
    if activation == "softmax":
        np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-6)
