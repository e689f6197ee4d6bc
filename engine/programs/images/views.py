"""Views of image networks: predictions, activations, saliency, hidden space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.functions.heads import HEADS
from engine.network import Layout, ParameterArrays
from engine.programs.models import ExactNetwork
from engine.programs.models.pixels import scale_pixels

#: Images shown of those that excite a unit, and of the nearest.
SHOWN = 9
#: Components of the hidden space that are shown.
COMPONENTS = 3
#: Rows and operations of one call: 10 ms of one core, and pixels that fit into its cache.
MOST_ROWS, LEAST_ROWS, OPERATIONS = 2000, 64, 9e8
#: Rows that a drawing is compared with together.
COMPARED = 10_000


def rows_per_call(layout: Layout, images: int) -> int:
    """Returns how many images are evaluated in one call: equal parts, so that few are repeated."""
    rows = int(OPERATIONS / (2 * layout.n_weights))
    most = max(LEAST_ROWS, min(MOST_ROWS, rows))
    calls = -(-images // most)
    return -(-images // calls)


class ViewedNetwork(Protocol):
    """Protocol of networks that views evaluate."""

    @property
    def head(self) -> int:
        """Place in `heads.HEADS`."""
        ...

    @property
    def outputs(self) -> int:
        """K."""
        ...

    def forward(self, params: ParameterArrays, x: Array) -> tuple[Array, list[Array]]:
        """Runs it on x [rows, pixels]: logits and activations [rows, units]."""
        ...


@dataclass(frozen=True)
class SlopedNetwork:
    """An exact network with the constant slopes of its layers, float32 [layers]."""

    network: ExactNetwork
    slopes: Array

    @property
    def head(self) -> int:
        """Place in `heads.HEADS`."""
        return self.network.head

    @property
    def outputs(self) -> int:
        """K."""
        return self.network.widths[-1]

    def forward(self, params: ParameterArrays, x: Array) -> tuple[Array, list[Array]]:
        """Runs it on x [rows, pixels]: logits and activations [rows, units]."""
        return self.network.forward(self.slopes, params, x)


class ImageEvaluation(NamedTuple):
    """Losses and predictions for some images.

    Attributes:
        losses: float32 [rows].
        predictions: uint8 [rows], the most probable class.
    """

    losses: Array
    predictions: Array


def evaluate(
    network: ViewedNetwork, params: ParameterArrays, images: Array, labels: Array
) -> ImageEvaluation:
    """Evaluates a network on images uint8 [rows, pixels] with labels int32 [rows]."""
    head, outputs = HEADS[network.head], network.outputs
    logits, _ = network.forward(params, scale_pixels(images))
    z = logits.T
    losses = head.rows(z, head.activate(z), jax.nn.one_hot(labels, outputs, axis=0), outputs)
    return ImageEvaluation(losses, jnp.argmax(logits, axis=1).astype(jnp.uint8))


class KernelSums(NamedTuple):
    """Sums of |w| and of w^2 over the kernels, float32 scalars, for the penalty."""

    absolute: Array
    squares: Array


def sum_kernels(params: ParameterArrays) -> KernelSums:
    """Computes the sums of |w| and w^2 over the kernels."""
    return KernelSums(
        sum((jnp.sum(jnp.abs(w)) for w in params.kernels), jnp.zeros(())),
        sum((jnp.sum(jnp.square(w)) for w in params.kernels), jnp.zeros(())),
    )


class Explanation(NamedTuple):
    """Activations, probabilities and saliency map for one image.

    Attributes:
        activations: float32 [hidden units], layer by layer.
        probabilities: float32 [K], after the output activation.
        saliency: float32 [pixels], d log p(predicted class) / d pixel.
    """

    activations: Array
    probabilities: Array
    saliency: Array


def explain(network: ViewedNetwork, params: ParameterArrays, image: Array) -> Explanation:
    """Explains the prediction for one image, uint8 [pixels].

    References:
        Simonyan et al., "Deep Inside Convolutional Networks", 2013,
        arXiv:1312.6034 (saliency).
    """
    head = HEADS[network.head]
    x = scale_pixels(image)

    def predict_top(x: Array) -> tuple[Array, tuple[Array, Array]]:
        logits, hidden = network.forward(params, x[None])
        units = jnp.concatenate([h[0] for h in hidden]) if hidden else jnp.zeros(0)
        return jnp.max(jax.nn.log_softmax(logits[0])), (units, head.activate(logits.T)[:, 0])

    saliency, (units, probabilities) = jax.grad(predict_top, has_aux=True)(x)
    return Explanation(units, probabilities, saliency)


def predict(network: ViewedNetwork, params: ParameterArrays, images: Array) -> Array:
    """Returns the outputs [n, K], after the output activation, for images [n, pixels]."""
    logits, _ = network.forward(params, scale_pixels(images))
    return HEADS[network.head].activate(logits.T).T


def unit_activations(
    network: ViewedNetwork, params: ParameterArrays, images: Array, unit: Array
) -> Array:
    """Returns a unit's activation for images, float32 [rows].

    Args:
        network: the network.
        params: its parameters.
        images: uint8 [rows, pixels].
        unit: int32 scalar, hidden unit counted over all layers.
    """
    _, hidden = network.forward(params, scale_pixels(images))
    return jnp.concatenate(hidden, axis=1)[:, unit]


def distances(images: Array, image: Array) -> Array:
    """Returns the Euclidean distances of images to one, of pixels in [0, 1], float32 [rows].

    Args:
        images: uint8 [rows, pixels].
        image: uint8 [pixels].
    """
    return jnp.sqrt(jnp.sum(jnp.square(scale_pixels(images) - scale_pixels(image)), axis=1))


def layer_activations(
    network: ViewedNetwork, params: ParameterArrays, images: Array, layer: int
) -> Array:
    """Returns the activations of a layer, float32 [rows, width].

    Args:
        network: the network.
        params: its parameters.
        images: uint8 [rows, pixels].
        layer: 0 for the pixels, then the hidden layers, then the logits.
    """
    x = scale_pixels(images)
    logits, hidden = network.forward(params, x)
    return [x, *hidden, logits][layer]


def project(seen: Array, basis: Array, rounds: Array) -> tuple[Array, Array]:
    """Projects a layer's activations onto their first principal components.

    Orthogonal iteration, V <- orth(C V) with C = X^T X of the centred activations, begun at
    the last basis: a few rounds follow training, and no component flips its sign.

    Args:
        seen: float32 [n, width], activations.
        basis: float32 [width, 3], orthonormal columns.
        rounds: int32 scalar, iterations.

    Returns:
        Coordinates float32 [n, 3], and the new basis.

    References:
        Golub and Van Loan, "Matrix Computations", section 8.2.4.
    """
    centred = seen - jnp.mean(seen, axis=0)

    def iterate(_: Array, v: Array) -> Array:
        # Directions without any spread keep what they had, so that nothing is divided by 0.
        return jnp.linalg.qr(centred.T @ (centred @ v) + 1e-6 * v)[0]

    v = lax.fori_loop(0, rounds, iterate, basis)
    spread = centred @ v
    _, axes = jnp.linalg.eigh(spread.T @ spread)
    v = v @ axes[:, ::-1]
    v = v * jnp.where(jnp.sum(v * basis, axis=0) < 0, -1.0, 1.0)
    return centred @ v, v
