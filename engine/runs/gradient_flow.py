"""Gradient flow: how strongly each layer of a network on the plane learns in its next update.

Both numbers of training are of the very next batch, by the general program: a first moment that
keeps nothing of before, m = g, is the gradient that the optimizer is given, and the update is the
difference that one real update makes. Nothing is compiled for it, and no state is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.devices import small_network_device
from engine.base.slices import Slices
from engine.data.datasets import Dataset
from engine.data.kinds import PLANE
from engine.functions.activations import ACTIVATIONS
from engine.functions.features import FEATURES, compute_features
from engine.functions.update_rule import Coefficients
from engine.network import Layout, ParameterArrays
from engine.network.normalization import EPSILON
from engine.programs.bindings import Binding
from engine.programs.calls import try_updates
from engine.programs.turns import Ranges
from engine.spec import LayerSpec, Spec

#: Train points that activations are looked at for, at most.
POINTS = 256
#: An activation is flat where its slope is below this share of its largest one.
FLAT = 0.05

_UNITS = PLANE.units[1]
_KEEP_GRADIENT = Coefficients(add_m=1.0, floor=1.0)


def measure_gradient_flow(
    binding: Binding, data: Dataset, state: Any, counters: Counters, ranges: Ranges[Floats]
) -> Slices[Floats | None]:
    """Measures the next update of a network, layer by layer.

    Args:
        binding: a general program with spec and data.
        data: the points.
        state: float32 [3, n], in the program's layout.
        counters: where training stands.
        ranges: of the last pictures.

    Returns:
        float32 [hidden layers + 1, 4], the output layer last: norm of the gradient of the layer's
        kernel and bias, penalty included and not clipped; norm of the kernel's update over that of
        the kernel; share of units whose activation has slope 0 at every train point (the first
        256); share of their values where the activation is flat: its slope is below 5 % of its
        largest one. The last two are 0 for the output layer. None where the update diverges.
    """
    spec = binding.spec
    kept, good = yield from try_updates(_keep_gradient(binding), state, counters, ranges, 1)
    yield
    moved, fine = yield from try_updates(binding, state, counters, ranges, 1)
    if not (good and fine):
        return None
    layout = Layout.of(spec)
    params = binding.unpack_state(state).params
    gradient = binding.unpack_state(kept).m
    update = binding.unpack_state(moved).params - params
    flow = np.zeros((layout.n_hidden + 1, 4), np.float32)
    for layer, (kernel, bias, *_) in enumerate(layout.layers):
        flow[layer, 0] = _norm(np.append(kernel.of(gradient), bias.of(gradient)))
        flow[layer, 1] = _norm(kernel.of(update)) / max(_norm(kernel.of(params)), 1e-12)
    for layer, slopes in enumerate(_iterate_slopes(spec, layout.split(params), data)):
        flow[layer, 2] = np.mean((slopes == 0).all(axis=0))
        flow[layer, 3] = np.mean(slopes < FLAT)
    return flow


def _norm(values: Floats) -> float:
    return float(np.linalg.norm(values.astype(np.float64)))


def _keep_gradient(binding: Binding) -> Binding:
    """Returns a binding whose update leaves parameters alone and m as the gradient."""
    rates = np.array(binding.inputs.rates)
    n = len(Coefficients._fields)
    # Behind the coefficients stand the learning rate and the norm that gradients are clipped to.
    rates[: n + 2] = *_KEEP_GRADIENT, 0.0, np.inf
    return replace(binding, inputs=binding.inputs._replace(rates=rates))


def _iterate_slopes(spec: Spec, params: ParameterArrays, data: Dataset) -> Iterator[Floats]:
    """Yields |f'(z)| over its largest value, [points, units], of every hidden layer."""
    columns = [FEATURES.index(name) for name in spec.features]
    h = compute_features(data.x[: min(data.n_train, POINTS)])[:, columns]
    for layer, settings in enumerate(spec.layers):
        z = h @ params.kernels[layer] + params.biases[layer]
        if settings.batch_norm:
            deviation = np.sqrt(params.variances[layer] + EPSILON)
            normal = (z - params.means[layer]) / deviation
            z = params.scales[layer] * normal + params.shifts[layer]
        learned = ACTIVATIONS[settings.activation].learned_slope
        slope = params.slopes[layer] if learned else settings.negative_slope
        h, slopes = _activate(settings, np.asarray(z), slope)
        yield slopes


def _activate(settings: LayerSpec, z: Floats, slope: Any) -> tuple[Floats, Floats]:
    """Returns f(z) and |f'(z)| over its largest value, [points, units]."""
    points, units = z.shape
    padded = np.zeros((POINTS, _UNITS), np.float32)
    padded[:points, :units] = z
    constants = np.zeros(_UNITS, np.float32)
    constants[:units] = slope
    values, slopes = _differentiate(settings.activation)(padded, constants)
    largest = max(_find_largest_slope(settings.activation), float(constants.max()), 1e-12)
    return np.asarray(values)[:points, :units], np.abs(slopes[:points, :units]) / largest


@lru_cache(maxsize=len(ACTIVATIONS))
def _differentiate(name: str) -> Any:
    """Compiles z, slope -> f(z), f'(z) for padded layers: one program for networks of any size."""
    apply = ACTIVATIONS[name].apply

    def both(z: Any, slope: Any) -> Any:
        return jax.jvp(lambda v: apply(v, slope), (z,), (jnp.ones_like(z),))

    shapes = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((POINTS, _UNITS), (_UNITS,))]
    with jax.default_device(small_network_device()):
        return jax.jit(both).lower(*shapes).compile()


@lru_cache(maxsize=len(ACTIVATIONS))
def _find_largest_slope(name: str) -> float:
    """Returns the largest |f'(z)| for z in [-6, 6], with slope 0 for z < 0 where it is a choice."""
    z = np.resize(np.linspace(-6, 6, 1201, dtype=np.float32), (POINTS, _UNITS))
    _, slopes = _differentiate(name)(z, np.zeros(_UNITS, np.float32))
    return float(np.abs(slopes).max())
