"""Choice of devices."""

from __future__ import annotations

from typing import Any

import jax


def small_network_device() -> Any:
    """Returns the device for networks of a few hundred parameters: the CPU.

    An update of such a network takes microseconds, less than it takes to launch
    a single kernel on a GPU, of which an update needs dozens.
    """
    return jax.devices("cpu")[0]


def image_device() -> Any:
    """Returns the device for networks of images: JAX's first, a GPU where there is one."""
    return jax.devices()[0]
