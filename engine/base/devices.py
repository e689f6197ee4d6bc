"""Choice of devices: measured at the first use where there are several.

Which device is the fastest depends on the size of what runs there. An update of a network of a few
hundred parameters takes microseconds on a CPU, less than launching one kernel on a GPU; an update
of a wide network for images is mostly matrix products, which a GPU computes many times faster. So
each kind of work has a trial of its own, and the device with the shortest one gets it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from engine.base.inline_cpu import inline_cpu

#: Rows and columns of the products of a trial: of a small network, and of one for images.
_SMALL, _IMAGES = (10, 8), (128, 512)
#: Updates of one call, and calls that are timed.
_UPDATES, _CALLS = 25, 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """A device that was chosen for a kind of work.

    Attributes:
        purpose: the kind of work.
        device: its name.
        seconds: what the trial took on each candidate, by name; empty where there was only one.
    """

    purpose: str
    device: str
    seconds: dict[str, float] = field(default_factory=dict)


#: The choices so far, by purpose.
_choices: dict[str, DeviceChoice] = {}

#: Options of XLA for programs of small networks: vectors of 512 bits where the processor has them.
#: XLA takes 256 unless told, and then a hyperbolic tangent takes it half as long again.
SMALL_NETWORK_OPTIONS: dict[str, Any] = {"xla_cpu_prefer_vector_width": 512}


def list_candidates() -> list[Any]:
    """Lists the devices to choose from: JAX's first, and the CPU."""
    return list(dict.fromkeys((jax.devices()[0], jax.devices("cpu")[0])))


@cache
def small_network_device() -> Any:
    """Returns the device for networks of a few hundred parameters; as a CPU, see `inline_cpu`."""
    candidates = [device for device in list_candidates() if device.platform != "cpu"]
    return choose_device("small networks", [*candidates, inline_cpu()], _SMALL)


@cache
def image_device() -> Any:
    """Returns the device for networks of images."""
    return choose_device("networks for images", list_candidates(), _IMAGES)


def list_choices() -> list[DeviceChoice]:
    """Lists the choices so far: none for work that nobody has asked for yet."""
    return [*_choices.values()]


def choose_device(purpose: str, candidates: Sequence[Any], shape: tuple[int, int]) -> Any:
    """Returns the device on which a trial takes the least time; an only one without any trial.

    Args:
        purpose: named in the log.
        candidates: devices, at least one.
        shape: rows and columns of the products of the trial.
    """
    if len(candidates) == 1:
        _choices[purpose] = DeviceChoice(purpose, str(candidates[0]))
        return candidates[0]
    seconds = [time_updates(device, shape) for device in candidates]
    best = candidates[seconds.index(min(seconds))]
    table = ", ".join(f"{d} {1000 * s:.2f} ms" for d, s in zip(candidates, seconds, strict=True))
    named = dict(zip(map(str, candidates), seconds, strict=True))
    _choices[purpose] = DeviceChoice(purpose, str(best), named)
    logger.info("%s run on %s: %d updates took %s", purpose, best, _UPDATES, table)
    return best


def time_updates(device: Any, shape: tuple[int, int]) -> float:
    """Returns the seconds of a call of 25 updates on a device, with its result on the host.

    An update is h <- tanh(h W), W <- W - 0.01 h^T h, with W [columns, columns] and h [rows,
    columns]: a forward and a backward product of a dense layer.
    """
    rows, columns = shape

    def update(_: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        h, kernel = state
        h = jnp.tanh(h @ kernel)
        return h, kernel - 0.01 * (h.T @ h) / rows

    def run(h: Array, kernel: Array) -> tuple[Array, Array]:
        return lax.fori_loop(0, _UPDATES, update, (h, kernel))

    state = jax.device_put((jnp.ones((rows, columns)), jnp.eye(columns)), device)
    program: Callable[..., tuple[Array, Array]] = jax.jit(run)
    jax.device_get(program(*state))
    spans: list[float] = []
    for _ in range(_CALLS):
        start = time.perf_counter()
        jax.device_get(program(*state)[0])
        spans.append(time.perf_counter() - start)
    return min(spans)
