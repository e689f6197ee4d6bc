"""Pixels of images as inputs of a network, labels as its targets."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

#: Pixels come as 0..255 and are seen as 0..1.
_PIXEL_SCALE = 1.0 / 255.0


def scale_pixels(images: Array) -> Array:
    """Returns pixels as float32 in [0, 1]."""
    return images.astype(jnp.float32) * _PIXEL_SCALE


def read_images(images: Array, labels: Array, rows: Array, outputs: int) -> tuple[Array, Array]:
    """Returns inputs [rows, pixels] and targets [outputs, rows] of some images."""
    return scale_pixels(images[rows]), jax.nn.one_hot(labels[rows], outputs, axis=0)
