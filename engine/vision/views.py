"""What is seen of a network for images: answers, units, and its hidden space."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.losses import HEADS
from engine.network import Parts
from engine.vision.forward import run_rows, scale
from engine.vision.model import Architecture

#: Rows that are looked at together.
CHUNK = 2000
#: Images shown of those that excite a unit, and of the nearest.
SHOWN = 9
#: Components of the hidden space that are shown.
COMPONENTS = 3


class Measured(NamedTuple):
    """How a network does on a set.

    Attributes:
        loss: float32 scalar, mean.
        accuracy: float32 scalar, share of right answers.
        predictions: uint8 [n], the likeliest class.
        confusion: int32 [K, K], rows are labels, columns are answers.
        absolute: float32 scalar, sum of |w| over the kernels.
        squares: float32 scalar, sum of w^2 over the kernels.
    """

    loss: Array
    accuracy: Array
    predictions: Array
    confusion: Array
    absolute: Array
    squares: Array


def measure(
    architecture: Architecture, slopes: Array, params: Parts, images: Array, labels: Array
) -> Measured:
    """Measures a network on images uint8 [n, pixels] with labels int32 [n]."""
    head, outputs = HEADS[architecture.head], architecture.widths[-1]

    def answer(row: tuple[Array, Array]) -> tuple[Array, Array]:
        image, label = row
        logits, _ = run_rows(architecture, slopes, params, scale(image)[None])
        y = jax.nn.one_hot(label[None], outputs, axis=0)
        z = logits.T
        loss = head.rows(z, head.activate(z), y, outputs)[0]
        return loss, jnp.argmax(logits[0]).astype(jnp.uint8)

    losses, predictions = lax.map(answer, (images, labels), batch_size=CHUNK)
    pairs = labels * outputs + predictions.astype(jnp.int32)
    confusion = jnp.bincount(pairs, length=outputs * outputs).reshape(outputs, outputs)
    return Measured(
        jnp.mean(losses),
        jnp.trace(confusion) / labels.shape[0],
        predictions,
        confusion,
        sum((jnp.sum(jnp.abs(w)) for w in params.kernels), jnp.zeros(())),
        sum((jnp.sum(jnp.square(w)) for w in params.kernels), jnp.zeros(())),
    )


class Answer(NamedTuple):
    """What a network makes of one image.

    Attributes:
        activations: float32 [hidden units], layer by layer.
        probabilities: float32 [K], after the output activation.
        saliency: float32 [pixels], d log p(answer) / d pixel.
    """

    activations: Array
    probabilities: Array
    saliency: Array


def look(architecture: Architecture, slopes: Array, params: Parts, image: Array) -> Answer:
    """Looks at one image, uint8 [pixels].

    References:
        Simonyan et al., "Deep Inside Convolutional Networks", 2013,
        arXiv:1312.6034 (saliency).
    """
    head = HEADS[architecture.head]
    x = scale(image)

    def answer(x: Array) -> tuple[Array, tuple[Array, Array]]:
        logits, hidden = run_rows(architecture, slopes, params, x[None])
        units = jnp.concatenate([h[0] for h in hidden]) if hidden else jnp.zeros(0)
        return jnp.max(jax.nn.log_softmax(logits[0])), (units, head.activate(logits.T)[:, 0])

    saliency, (units, probabilities) = jax.grad(answer, has_aux=True)(x)
    return Answer(units, probabilities, saliency)


def answer(architecture: Architecture, slopes: Array, params: Parts, images: Array) -> Array:
    """Returns the outputs [n, K], after the output activation, for images [n, pixels]."""
    logits, _ = run_rows(architecture, slopes, params, scale(images))
    return HEADS[architecture.head].activate(logits.T).T


def find_exciting(
    architecture: Architecture, slopes: Array, params: Parts, images: Array, unit: Array
) -> tuple[Array, Array]:
    """Finds the images that excite a unit most.

    Args:
        architecture: the network.
        slopes: float32 [layers].
        params: its parameters.
        images: uint8 [n, pixels].
        unit: int32 scalar, hidden unit counted over all layers.

    Returns:
        Rows int32 [9] and activations float32 [9], the strongest first.
    """

    def excite(image: Array) -> Array:
        _, hidden = run_rows(architecture, slopes, params, scale(image)[None])
        return jnp.concatenate([h[0] for h in hidden])[unit]

    values, rows = lax.top_k(lax.map(excite, images, batch_size=CHUNK), SHOWN)
    return rows.astype(jnp.int32), values


def find_nearest(images: Array, image: Array) -> tuple[Array, Array]:
    """Finds the images nearest to one, by Euclidean distance of pixels in [0, 1].

    Args:
        images: uint8 [n, pixels].
        image: uint8 [pixels].

    Returns:
        Rows int32 [9] and distances float32 [9], the nearest first.
    """
    x = scale(image)
    squares = lax.map(lambda row: jnp.sum(jnp.square(scale(row) - x)), images, batch_size=CHUNK)
    values, rows = lax.top_k(-squares, SHOWN)
    return rows.astype(jnp.int32), jnp.sqrt(-values)


def project(
    architecture: Architecture,
    slopes: Array,
    params: Parts,
    images: Array,
    layer: int,
    basis: Array,
    rounds: Array,
) -> tuple[Array, Array]:
    """Projects a layer's activations onto their first principal components.

    Orthogonal iteration, V <- orth(C V) with C = X^T X of the centred activations, begun at
    the last basis: a few rounds follow training, and no component flips its sign.

    Args:
        architecture: the network.
        slopes: float32 [layers].
        params: its parameters.
        images: uint8 [n, pixels].
        layer: 0 for the pixels, then the hidden layers, then the logits.
        basis: float32 [width, 3], orthonormal columns.
        rounds: int32 scalar, iterations.

    Returns:
        Coordinates float32 [n, 3], and the new basis.

    References:
        Golub and Van Loan, "Matrix Computations", section 8.2.4.
    """
    x = scale(images)
    logits, hidden = run_rows(architecture, slopes, params, x)
    seen = [x, *hidden, logits][layer]
    centred = seen - jnp.mean(seen, axis=0)

    def turn(_: Array, v: Array) -> Array:
        # Directions without any spread keep what they had, so that nothing is divided by 0.
        return jnp.linalg.qr(centred.T @ (centred @ v) + 1e-6 * v)[0]

    v = lax.fori_loop(0, rounds, turn, basis)
    spread = centred @ v
    _, axes = jnp.linalg.eigh(spread.T @ spread)
    v = v @ axes[:, ::-1]
    v = v * jnp.where(jnp.sum(v * basis, axis=0) < 0, -1.0, 1.0)
    return centred @ v, v
