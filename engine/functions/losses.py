"""Losses: one entry each, with the tasks it fits and the output activations it goes with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
from jax import Array

from engine.base.registry import Registry
from engine.functions.code import Code
from engine.functions.outputs import LINEAR, SIGMOID, SOFTMAX, TANH, Output

#: (logits, outputs, targets), each [K, rows], n_outputs -> loss [rows].
Rows = Callable[[Array, Array, Array, Array | int], Array]


@dataclass(frozen=True)
class Use:
    """A loss for one task.

    Attributes:
        task: binary, multiclass or regression.
        output: the output activation.
        rows: the loss of every row; logits are there so that stable forms can be used.
        negative: target of class 0 of a binary task, 0 or -1.
        default: whether it is the task's own loss.
        formula: of one row, as docs/formulas.md has it, where it is not the loss's own.
    """

    task: str
    output: Output
    rows: Rows
    negative: float = 0.0
    default: bool = False
    formula: str = ""


@dataclass(frozen=True)
class Loss:
    """One loss.

    Attributes:
        name: in specs, links and files.
        formula: of one row, as docs/formulas.md has it.
        uses: the tasks that it fits.
        keras: makes it.
        pytorch: makes it; called with what the network gives, and targets.
        jax: of `z` and `targets`, before the mean.
        numpy: lines that return the mean, of `outputs` and `targets`.
        takes_logits: whether PyTorch's takes logits, so that its network has no activation.
        keras_note: a line of a comment where Keras' arithmetic differs; or "".
    """

    name: str
    formula: str
    uses: tuple[Use, ...]
    keras: str
    pytorch: Code
    jax: str
    numpy: str
    takes_logits: bool = False
    keras_note: str = ""


#: Every loss by its name, in the contract's order.
LOSSES: Registry[Loss] = Registry("loss")


def of_logits(loss: Callable[[Array, Array], Array]) -> Rows:
    """Returns a loss of the one logit and the target."""
    return lambda z, output, y, k: loss(z[0], y[0])


def of_output(loss: Callable[[Array, Array], Array]) -> Rows:
    """Returns a loss of the one output and the target."""
    return lambda z, output, y, k: loss(output[0], y[0])


def _use_of_error(error: Callable[[Array, Array], Array]) -> tuple[Use, Use]:
    """A loss of the distance fits binary tasks, by tanh, and regression."""
    rows = of_output(error)
    return Use("binary", TANH, rows, negative=-1.0), Use("regression", LINEAR, rows)


def squared_error(output: Array, y: Array) -> Array:
    """(output - y)^2."""
    return jnp.square(output - y)


def _softmax_squared(z: Array, output: Array, y: Array, k: Array | int) -> Array:
    return jnp.sum(squared_error(output, y), axis=0) / k


_BINARY, _REGRESSION = _use_of_error(squared_error)
LOSSES.register(
    Loss(
        "mean_squared_error", "(p - y)²",
        (
            _BINARY,
            Use("multiclass", SOFTMAX, _softmax_squared, formula="Σ (p - y)² / K"),
            replace(_REGRESSION, default=True),
        ),
        keras="MeanSquaredError()",
        pytorch=Code("nn.MSELoss()"),
        jax="jnp.square(activate(z) - targets)",
        numpy="return np.mean((outputs - targets) ** 2)",
    )
)  # fmt: skip


def absolute_error(output: Array, y: Array) -> Array:
    """|output - y|."""
    return jnp.abs(output - y)


LOSSES.register(
    Loss(
        "mean_absolute_error", "\\|p - y\\|", _use_of_error(absolute_error),
        keras="MeanAbsoluteError()",
        pytorch=Code("nn.L1Loss()"),
        jax="jnp.abs(activate(z) - targets)",
        numpy="return np.mean(np.abs(outputs - targets))",
    )
)  # fmt: skip


def huber(output: Array, y: Array) -> Array:
    """e^2 / 2 for |e| <= 1, else |e| - 1/2, with e = output - y (delta = 1).

    References:
        Huber, "Robust Estimation of a Location Parameter", 1964.
    """
    size = jnp.abs(output - y)
    small = jnp.minimum(size, 1.0)
    return small * (size - 0.5 * small)


_NUMPY_HUBER = """\
size = np.abs(outputs - targets)
small = np.minimum(size, 1.0)
return np.mean(small * (size - 0.5 * small))"""

LOSSES.register(
    Loss(
        "huber", "e² / 2 for \\|e\\| ≤ 1, else \\|e\\| - 1/2, e = p - y", _use_of_error(huber),
        keras="Huber(delta=1.0)",
        pytorch=Code("nn.HuberLoss(delta=1.0)"),
        jax="optax.huber_loss(activate(z), targets, delta=1.0)",
        numpy=_NUMPY_HUBER,
    )
)  # fmt: skip


@jax.custom_jvp
def binary_crossentropy(z: Array, y: Array) -> Array:
    """-(y log p + (1 - y) log(1 - p)) with p = sigmoid(z), in the form that cannot overflow.

    Its derivative by z is p - y, which takes fewer operations than those of the parts of this form.
    """
    return jnp.maximum(z, 0.0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))


binary_crossentropy.defjvps(
    lambda change, loss, z, y: change * (jax.nn.sigmoid(z) - y),
    lambda change, loss, z, y: -change * z,
)


_NUMPY_BINARY = """\
# As float32 they may be just 0 or 1, which would be an infinite loss.
outputs = np.clip(outputs, 1e-7, 1 - 1e-7)
return -np.mean(np.log(np.where(targets > 0, outputs, 1 - outputs)))"""
_CLIPPED = "Keras keeps probabilities 1e-7 away from 0 and 1 in this loss."

LOSSES.register(
    Loss(
        "binary_crossentropy", "-(y log p + (1 - y) log(1 - p)), computed from z",
        (Use("binary", SIGMOID, of_logits(binary_crossentropy), default=True),),
        keras="BinaryCrossentropy()",
        pytorch=Code("nn.BCEWithLogitsLoss()"),
        jax="optax.sigmoid_binary_cross_entropy(z, targets)",
        numpy=_NUMPY_BINARY,
        takes_logits=True, keras_note=_CLIPPED,
    )
)  # fmt: skip


def categorical_crossentropy(z: Array, y: Array) -> Array:
    """-sum_k y_k log p_k with p = softmax(z), over the first axis."""
    return jax.nn.logsumexp(z, axis=0) - jnp.sum(jnp.where(y > 0, z * y, 0.0), axis=0)


_NUMPY_CATEGORICAL = """\
# As float32 they may be just 0, which would be an infinite loss.
outputs = np.clip(outputs, 1e-7, 1.0)
return -np.mean(np.log(outputs[targets > 0]))"""

LOSSES.register(
    Loss(
        "categorical_crossentropy", "-Σ y log p, computed from z",
        (
            Use(
                "multiclass", SOFTMAX,
                lambda z, output, y, k: categorical_crossentropy(z, y), default=True,
            ),
        ),
        keras="CategoricalCrossentropy()",
        pytorch=Code("nn.CrossEntropyLoss()"),
        jax="optax.softmax_cross_entropy(z, targets)",
        numpy=_NUMPY_CATEGORICAL,
        takes_logits=True, keras_note=_CLIPPED,
    )
)  # fmt: skip


def hinge(z: Array, y: Array) -> Array:
    """max(0, 1 - y z) with y = -1 or 1."""
    return jnp.maximum(0.0, 1.0 - y * z)


_PYTORCH_HINGE = '''\
def compute_hinge(outputs, targets):
    """max(0, 1 - y z), which PyTorch lacks in this form."""
    return torch.clamp(1 - targets * outputs, min=0).mean()'''

LOSSES.register(
    Loss(
        "hinge", "max(0, 1 - y z)", (Use("binary", LINEAR, of_logits(hinge), negative=-1.0),),
        keras="Hinge()",
        pytorch=Code("compute_hinge", _PYTORCH_HINGE),
        jax="jnp.maximum(1 - targets * z, 0)",
        numpy="return np.mean(np.maximum(0.0, 1.0 - targets * outputs))",
    )
)  # fmt: skip
