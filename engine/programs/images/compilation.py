"""Compilation for the device of images, and the shapes that its programs are compiled for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import ShapeDtypeStruct

from engine.base.devices import image_device
from engine.network import ParameterArrays, SplitParameters
from engine.programs.models import ExactNetwork


def float32s(*shape: int) -> Any:
    """Returns the shape of a float32 array."""
    return ShapeDtypeStruct(shape, jnp.float32)


def int32s(*shape: int) -> Any:
    """Returns the shape of an int32 array."""
    return ShapeDtypeStruct(shape, jnp.int32)


def uint8s(*shape: int) -> Any:
    """Returns the shape of a uint8 array."""
    return ShapeDtypeStruct(shape, jnp.uint8)


def parameter_shapes(network: ExactNetwork) -> ParameterArrays:
    """Returns the shapes of the parameters by layer."""
    return SplitParameters(network.layout).shapes()


def compile_for_images(
    function: Callable[..., Any], *shapes: Any, general: bool = False
) -> Callable[..., Any]:
    """Compiles a function of arrays of these shapes, in full float32 precision.

    Args:
        function: what is compiled.
        *shapes: of its arguments.
        general: whether it serves any network, with many branches: level 1 of XLA's backend for
            CPUs compiles it a tenth faster, and it is as fast.
    """
    device = image_device()
    quick = general and device.platform == "cpu"
    options: Any = {"xla_backend_optimization_level": "1"} if quick else None
    with jax.default_matmul_precision("highest"), jax.default_device(device):
        return jax.jit(function).lower(*shapes).compile(compiler_options=options)
