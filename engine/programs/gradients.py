"""Gradients of a batch: of its loss, with that of the penalty, clipped by their norm.

Pure functions of arrays, made for a model and compiled as part of an update.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.network import BatchStatistics, ParameterArrays
from engine.programs.heads import loss_rows
from engine.programs.models import Inputs, Rates, TrainedModel


def compute_gradient(
    model: TrainedModel, inputs: Inputs, drop: Any, params: Any, x: Array, y: Array, weights: Array
) -> tuple[Any, BatchStatistics]:
    """Returns the gradient of sum_i weights_i loss_i, and mean and variance by normalized layer.

    Args:
        model: the network.
        inputs: its rates.
        drop: what its `dropout` returns.
        params: parameters in the model's form, which is that of the gradient, too.
        x: float32, inputs of the batch, rows along the model's `training_axis`.
        y: float32 [K, rows], targets.
        weights: float32 [rows], share of each row in the batch.
    """
    choices = model.choices(inputs)

    def loss(parts: ParameterArrays) -> tuple[Array, BatchStatistics]:
        logits, seen = model.forward_batch(inputs, parts, x, weights, drop)
        return jnp.sum(loss_rows(choices, logits, y) * weights), seen

    # Gradients of the parts, joined, are faster than the gradient of the whole.
    gradient, seen = jax.grad(loss, has_aux=True)(model.parameters.split(params))
    return model.parameters.join(gradient), seen


def regularize(
    model: TrainedModel, rates: Rates, params: Any, g: Any, trainable: Any | None
) -> Any:
    """Returns a gradient with that of the penalty added, then clipped; 0 for frozen layers.

    The penalty adds l1 sign(w) + 2 l2 w to the gradient of a kernel; what is then longer than
    `clip_norm` is scaled down to that norm.

    Args:
        model: the network.
        rates: l1, l2 and `clip_norm`.
        params: parameters in the model's form.
        g: gradient in the same form.
        trainable: whether an update changes each number; None if it changes all.
    """

    def apply(params: Any, g: Any) -> Any:
        if model.regularized:
            g = model.parameters.add_to_kernels(
                g, params, lambda w: rates.l1 * jnp.sign(w) + 2.0 * rates.l2 * w
            )
        if trainable is not None:
            g = select(trainable, g, jax.tree.map(jnp.zeros_like, g))
        return _clip(rates, g) if model.clipped else g

    if len(model.term_sets) == 1:
        return apply(params, g)
    # One of all optimizers leaves out what a network does without.
    some = (rates.l1 > 0) | (rates.l2 > 0) | (rates.clip_norm < jnp.inf)
    for mask in jax.tree.leaves(trainable):
        some |= ~jnp.all(mask)
    return lax.cond(some, apply, lambda params, g: g, params, g)


def _clip(rates: Rates, g: Any) -> Any:
    norm = jnp.sqrt(sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(g)))
    factor = jnp.where(norm < rates.clip_norm, 1.0, rates.clip_norm / norm)
    return jax.tree.map(lambda d: d * factor, g)


def select(mask: Any, new: Any, old: Any) -> Any:
    """Returns the new numbers where a mask is true, the old ones elsewhere, bit for bit.

    Args:
        mask: arrays that broadcast to the numbers, or bools that are known when it is compiled.
        new: numbers, in the same form.
        old: the same.
    """

    def choose(mask: Array | bool, new: Array, old: Array) -> Array:
        if isinstance(mask, bool):
            return new if mask else old
        return jnp.where(mask, new, old)

    return jax.tree.map(choose, mask, new, old)
