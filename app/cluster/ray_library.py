"""Ray, which is imported only where a cluster is used: LiveNet runs without it."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import threading
from typing import Any

#: Names of actors are looked up in it.
NAMESPACE = "livenet"


def load_ray() -> Any:
    """Returns the module `ray`.

    Raises:
        ImportError: it is not installed (requirements-cluster.txt).
    """
    # Nothing is told to anybody about who runs this.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = importlib.import_module("ray")
    logging.getLogger("ray").setLevel(logging.ERROR)
    return ray


def connect(address: str) -> Any:
    """Connects this process to a Ray cluster and returns the module `ray`.

    Args:
        address: of its head, `host:port`.
    """
    ray = load_ray()
    host = address.rpartition(":")[0]

    def init() -> None:
        ray.init(
            address=address,
            namespace=NAMESPACE,
            # The address of a loopback interface leads back only from one.
            **({"_node_ip_address": host} if host.startswith("127.") else {}),
            log_to_driver=False,
            configure_logging=False,
            logging_level=logging.ERROR,
        )

    # In the main thread Python's handler of SIGTERM would go, which the server needs.
    failed: list[BaseException] = []

    def run() -> None:
        try:
            init()
        except BaseException as error:
            failed.append(error)

    handler = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=run, name="ray-connect")
    thread.start()
    thread.join()
    if threading.current_thread() is threading.main_thread():
        # Ray's core has set one of its own past Python, which ends the process.
        signal.signal(signal.SIGTERM, handler)
    if failed:
        raise failed[0]
    return ray
