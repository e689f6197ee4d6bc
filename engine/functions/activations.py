"""Activation functions of the hidden layers: one entry each.

Each one maps pre-activations z to activations, elementwise. `slope` is the slope for z < 0: a
constant for leaky ReLU, a learned number per unit for PReLU, and ignored by all others.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.functions.activation_registry import ACTIVATIONS, Activation
from engine.functions.code import Code


def linear(z: Array, slope: Array) -> Array:
    """Z."""
    return z


ACTIVATIONS.register(
    Activation(
        "linear", "z", linear, (1.0, 0.0),
        keras=Code(""), pytorch=Code(""), jax=Code("{z}"),
    )
)  # fmt: skip


def sigmoid(z: Array, slope: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return jax.nn.sigmoid(z)


ACTIVATIONS.register(
    Activation(
        "sigmoid", "1 / (1 + exp(-z))", sigmoid, (4.934, -2.467), never_negative=True,
        keras=Code('"sigmoid"'), pytorch=Code("nn.Sigmoid()"), jax=Code("jax.nn.sigmoid({z})"),
    )
)  # fmt: skip


def tanh(z: Array, slope: Array) -> Array:
    """(exp(z) - exp(-z)) / (exp(z) + exp(-z))."""
    return jnp.tanh(z)


ACTIVATIONS.register(
    Activation(
        "tanh", "tanh z", tanh, (1.233, 0.0),
        keras=Code('"tanh"'), pytorch=Code("nn.Tanh()"), jax=Code("jnp.tanh({z})"),
    )
)  # fmt: skip


def relu(z: Array, slope: Array) -> Array:
    """max(z, 0), with gradient 0 at 0."""
    return jnp.where(z > 0, z, 0.0)


ACTIVATIONS.register(
    Activation(
        "relu", "max(z, 0), gradient 0 at 0", relu, (1.0, 0.0), never_negative=True,
        keras=Code('"relu"'), pytorch=Code("nn.ReLU()"), jax=Code("jax.nn.relu({z})"),
    )
)  # fmt: skip


def leaky_relu(z: Array, slope: Array) -> Array:
    """Z for z > 0, else slope * z."""
    return jnp.where(z > 0, z, slope * z)


ACTIVATIONS.register(
    Activation(
        "leaky_relu", "z for z > 0, else a z, with a = `negative_slope`", leaky_relu, (1.0, 0.0),
        reads=("negative_slope",),
        keras=Code("layers.LeakyReLU(negative_slope={slope})", layer=True),
        pytorch=Code("nn.LeakyReLU({slope})"),
        jax=Code("jax.nn.leaky_relu({z}, {slope})"),
    )
)  # fmt: skip


def prelu(z: Array, slope: Array) -> Array:
    """Z for z > 0, else slope * z with a learned slope per unit.

    References:
        He et al., "Delving Deep into Rectifiers", 2015, arXiv:1502.01852.
    """
    return leaky_relu(z, slope)


_JAX_PRELU = '''\
def prelu(params, layer, z):
    """z, or its learned slope times z below 0."""
    return jnp.where(z > 0, z, params[f"layers.{layer}.slope"] * z)'''

ACTIVATIONS.register(
    Activation(
        "prelu", "the same with a learned for each unit, starting at `negative_slope`",
        prelu, (1.0, 0.0), reads=("negative_slope",), learned_slope=True,
        keras=Code(
            "layers.PReLU(alpha_initializer=keras.initializers.Constant({slope}))", layer=True
        ),
        pytorch=Code("nn.PReLU({units}, init={slope})"),
        jax=Code("prelu(params, {layer}, {z})", _JAX_PRELU),
    )
)  # fmt: skip


def elu(z: Array, slope: Array) -> Array:
    """Z for z > 0, else exp(z) - 1 (alpha = 1).

    References:
        Clevert et al., "Fast and Accurate Deep Network Learning by
        Exponential Linear Units (ELUs)", 2015, arXiv:1511.07289.
    """
    return jnp.where(z > 0, z, jnp.expm1(jnp.minimum(z, 0.0)))


ACTIVATIONS.register(
    Activation(
        "elu", "z for z > 0, else exp(z) - 1", elu, (1.182, -0.092),
        identity_of_positive=(1.0, 0.0),
        keras=Code('"elu"'), pytorch=Code("nn.ELU()"), jax=Code("jax.nn.elu({z})"),
    )
)  # fmt: skip


def selu(z: Array, slope: Array) -> Array:
    """Scale * elu(z, alpha) with the self-normalizing constants.

    References:
        Klambauer et al., "Self-Normalizing Neural Networks", 2017,
        arXiv:1706.02515.
    """
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * jnp.where(z > 0, z, alpha * jnp.expm1(jnp.minimum(z, 0.0)))


ACTIVATIONS.register(
    Activation(
        "selu", "1.05070 · (z for z > 0, else 1.67326 (exp(z) - 1))", selu, (0.848, 0.056),
        identity_of_positive=(1 / 1.0507009873554805, 0.0),
        keras=Code('"selu"'), pytorch=Code("nn.SELU()"), jax=Code("jax.nn.selu({z})"),
    )
)  # fmt: skip


def gelu(z: Array, slope: Array) -> Array:
    """Z * Phi(z), Phi the normal distribution function (exact, by erf).

    References:
        Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016,
        arXiv:1606.08415.
    """
    return 0.5 * z * (1.0 + lax.erf(z * 0.7071067811865476))


ACTIVATIONS.register(
    Activation(
        "gelu", "z Φ(z), Φ the normal distribution function, by erf and not by tanh",
        gelu, (1.138, 0.052),
        keras=Code('"gelu"'), pytorch=Code("nn.GELU()"),
        jax=Code("jax.nn.gelu({z}, approximate=False)"),
    )
)  # fmt: skip


def silu(z: Array, slope: Array) -> Array:
    """Z * sigmoid(z), also known as swish.

    References:
        Elfwing et al., 2017, arXiv:1702.03118.
    """
    return z * jax.nn.sigmoid(z)


ACTIVATIONS.register(
    Activation(
        "silu", "z sigmoid(z), also called swish", silu, (1.468, -0.070),
        keras=Code('"silu"'), pytorch=Code("nn.SiLU()"), jax=Code("jax.nn.silu({z})"),
    )
)  # fmt: skip


def mish(z: Array, slope: Array) -> Array:
    """Z * tanh(softplus(z)).

    References:
        Misra, "Mish: A Self Regularized Non-Monotonic Activation Function",
        2019, arXiv:1908.08681.
    """
    return z * jnp.tanh(softplus(z, slope))


ACTIVATIONS.register(
    Activation(
        "mish", "z tanh(softplus(z))", mish, (1.313, -0.079),
        keras=Code('"mish"'), pytorch=Code("nn.Mish()"), jax=Code("jax.nn.mish({z})"),
    )
)  # fmt: skip


def softplus(z: Array, slope: Array) -> Array:
    """log(1 + exp(z)), in the form that cannot overflow."""
    return jnp.maximum(z, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(z)))


ACTIVATIONS.register(
    Activation(
        "softplus", "log(1 + exp(z))", softplus, (2.498, -1.818), never_negative=True,
        keras=Code('"softplus"'), pytorch=Code("nn.Softplus()"), jax=Code("jax.nn.softplus({z})"),
    )
)  # fmt: skip


def sin(z: Array, slope: Array) -> Array:
    """The sine of z.

    References:
        Sitzmann et al., "Implicit Neural Representations with Periodic
        Activation Functions", 2020, arXiv:2006.09661.
    """
    return jnp.sin(z)


_PYTORCH_SIN = '''\
class Sin(nn.Module):
    """The sine."""

    def forward(self, z):
        return torch.sin(z)'''

ACTIVATIONS.register(
    Activation(
        "sin", "sin z", sin, (1.124, 0.0),
        keras=Code("ops.sin"), pytorch=Code("Sin()", _PYTORCH_SIN), jax=Code("jnp.sin({z})"),
    )
)  # fmt: skip


def step(z: Array, slope: Array) -> Array:
    """1 for z >= 0, else 0. Its gradient is 0 everywhere, so nothing below it learns."""
    return jnp.where(z >= 0, 1.0, 0.0)


_KERAS_STEP = '''\
def step(z):
    """Returns 1 from 0 on, else 0; Keras has no step. 0 * z gives it the gradient 0."""
    return ops.cast(z >= 0, "float32") + 0 * z'''
_PYTORCH_STEP = '''\
class Step(nn.Module):
    """Returns 1 from 0 on, else 0. 0 * z gives it the gradient 0."""

    def forward(self, z):
        return (z >= 0).to(z.dtype) + 0 * z'''
_JAX_STEP = '''\
def step(z):
    """Returns 1 from 0 on, else 0; its gradient is 0."""
    return jnp.where(z >= 0, 1.0, 0.0)'''

ACTIVATIONS.register(
    Activation(
        "step", "1 for z ≥ 0, else 0; its gradient is 0, so nothing in front of it learns",
        step, (1.0, -0.5), never_negative=True,
        keras=Code("step", _KERAS_STEP), pytorch=Code("Step()", _PYTORCH_STEP),
        jax=Code("step({z})", _JAX_STEP),
    )
)  # fmt: skip


def maxout(z: Array, slope: Array) -> Array:
    """Z of each piece; a unit hands on that of its largest one, see `pieces.take_largest`.

    References:
        Goodfellow et al., "Maxout Networks", 2013, arXiv:1302.4389.
    """
    return z


_KERAS_MAXOUT = '''\
class Maxout(layers.Layer):
    """The largest piece of each unit: all first pieces come first, then all second."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def call(self, z):
        best, *others = ops.split(z, self.pieces, axis=-1)
        for other in others:
            best = ops.where(best >= other, best, other)
        return best'''
_PYTORCH_MAXOUT = '''\
class Maxout(nn.Module):
    """The largest piece of each unit: all first pieces come first, then all second."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, z):
        best, *others = z.chunk(self.pieces, dim=1)
        for other in others:
            best = torch.where(best >= other, best, other)
        return best'''
_JAX_MAXOUT = '''\
def maxout(pieces, z):
    """The largest piece of each unit: all first pieces come first, then all second."""
    best, *others = jnp.split(z, pieces, axis=-1)
    for other in others:
        best = jnp.where(best >= other, best, other)
    return best'''

ACTIVATIONS.register(
    Activation(
        "maxout", "the largest of two weighted sums, each with weights and a bias of its own",
        maxout, (1.0, 0.0), pieces=2,
        keras=Code("Maxout({pieces})", _KERAS_MAXOUT, layer=True),
        pytorch=Code("Maxout({pieces})", _PYTORCH_MAXOUT),
        jax=Code("maxout({pieces}, {z})", _JAX_MAXOUT),
    )
)  # fmt: skip
