"""Cluster on this machine alone: a head, nodes that Ray takes for machines, and one front."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

from app.cluster.cluster_view import open_directory
from app.cluster.ray_library import connect, load_ray
from app.cluster.reaper import VARIABLE, Reaper
from app.web.settings import Settings

#: Ray takes 127.0.0.1 for whatever address this machine has in its network.
LOOPBACK = "127.0.0.2"
#: What Ray itself keeps in memory; nothing of a session goes there.
STORE_BYTES = 80 << 20
#: A node that says nothing for so many of these milliseconds is gone.
_HEALTH = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 1000,
    "health_check_failure_threshold": 4,
}
#: How long ending all session servers may take.
STOP_SECONDS = 20.0
_ROOT = Path(__file__).resolve().parents[2]


class LocalCluster:
    """A Ray cluster of processes of this machine, which end with this one, however it ends.

    Args:
        nodes: how many, besides the head, which has no session servers.
        cores: of each node.
    """

    def __init__(self, nodes: int, cores: int) -> None:
        # Servers that Ray starts import the same code.
        os.environ["PYTHONPATH"] = os.pathsep.join(
            part for part in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if part
        )
        # Short, since the addresses of Ray's sockets lie in it.
        self._folder = tempfile.TemporaryDirectory(prefix="livenet-ray-", dir="/tmp")
        os.environ[VARIABLE] = self._folder.name
        self._reaper = Reaper(self._folder.name)
        (Path(self._folder.name) / "ray").mkdir()
        load_ray()
        from ray.cluster_utils import Cluster  # noqa: PLC0415  # pyright: ignore

        self._shared: dict[str, Any] = {
            "include_dashboard": False,
            "node_ip_address": LOOPBACK,
            "object_store_memory": STORE_BYTES,
        }
        self._cluster: Any = Cluster(
            initialize_head=True,
            head_node_args={**self._shared, "num_cpus": 0, "_system_config": _HEALTH},
        )
        self._cores = cores
        for _ in range(nodes):
            self.add_node()

    def add_node(self) -> None:
        """Adds one more."""
        self._cluster.add_node(**self._shared, num_cpus=self._cores)

    @property
    def address(self) -> str:
        """The address of its head."""
        return self._cluster.address

    def close(self) -> None:
        """Ends all of its processes."""
        self._cluster.shutdown()
        self._reaper.dismiss()
        self._folder.cleanup()


def run_local(settings: Settings, nodes: int) -> int:
    """Serves by a cluster on this machine until a signal comes.

    Args:
        settings: of the front and of the session servers.
        nodes: each with one session server.

    Returns:
        The exit status of the front.
    """
    cluster = LocalCluster(nodes, settings.server_cores)
    directory: Any = None
    front: subprocess.Popen[bytes] | None = None

    def end(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    address, ray = cluster.address, load_ray()
    try:
        connect(address)
        directory = open_directory(ray, settings)
        environ = {**os.environ, "LIVENET_CLUSTER": address}
        # A process group of its own: Ctrl-C is for this process, which ends all in their order.
        front = subprocess.Popen(
            [sys.executable, "-m", "app"], cwd=_ROOT, env=environ, start_new_session=True
        )
        return front.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if directory is not None:
            ray.get(directory.stop.remote(), timeout=STOP_SECONDS)
        if front is not None and front.poll() is None:
            front.terminate()
            front.wait()
        ray.shutdown()
        cluster.close()
