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


def compile_for_images(function: Callable[..., Any], *shapes: Any) -> Callable[..., Any]:
    """Compiles a function of arrays of these shapes, in full float32 precision."""
    with jax.default_matmul_precision("highest"), jax.default_device(image_device()):
        return jax.jit(function).lower(*shapes).compile()
