"""A CPU device whose programs run in the thread that calls them.

JAX's own CPU client hands a program to a pool of threads, as many as there are cores, and splits
its work among them. A network of a few hundred parameters is computed in less time than threads
take to wake, to look for work and to hand it on. So small networks have a client of their own,
whose pool has one thread and which is called synchronously: XLA then computes in the calling
thread, and callers in several threads run side by side.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from threading import Lock
from typing import Any

import jax
from jaxlib import xla_client

#: From which XLA takes the number of a new client's threads, if it is set.
_THREADS = "NPROC"

logger = logging.getLogger(__name__)

_lock = Lock()


def inline_cpu() -> Any:
    """Returns the device, always the same one."""
    with _lock:
        return make_client()


@cache
def make_client() -> Any:
    """Makes the client; returns JAX's own CPU device where there can be no further client."""
    own = jax.devices("cpu")[0]  # first, so that the threads of JAX's own client are not limited
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        return xla_client.make_cpu_client(asynchronous=False, num_devices=1).local_devices()[0]
    except Exception:  # what another version of jaxlib may raise is not known
        logger.warning("small networks share the CPU client of JAX, which is slower", exc_info=True)
        return own
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
