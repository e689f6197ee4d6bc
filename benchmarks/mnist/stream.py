"""A session on MNIST with every view: frames a second, and how soon a pause is answered."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.mnist.contestants import Network
from benchmarks.mnist.data import make_server
from benchmarks.mnist.speed import NETWORKS
from benchmarks.report import Row
from tests.app.client import Client
from tests.app.servers import LiveServer
from tests.app.transports import WebSocketClient

VIEWS = (
    "history", "digit", "saliency", "nearest", "confusion", "predictions", "input_weights",
    "exciting", "space",
)  # fmt: skip
SECONDS = 10.0
PAUSES = 10
PAUSED_SECONDS = 0.3
FRAMES_A_SECOND = 10


def measure_stream() -> list[Row]:
    """Measures a session of each network, with a server of their own."""
    with make_server() as server:
        return [row for name, network in NETWORKS.items() for row in _watch(server, name, network)]


def _watch(server: LiveServer, name: str, network: Network) -> list[Row]:
    with WebSocketClient(server.stream_url) as client:
        _open(client, network)
        rate, epochs = _count_frames(client)
        slowest = max(_time_pause(client) for _ in range(PAUSES))
    return [
        Row(
            f"frames of {name} with every view",
            f"{rate:.1f} /s",
            f"{FRAMES_A_SECOND} /s",
            rate >= FRAMES_A_SECOND,
            f"{epochs:.2f} epochs/s at the same time",
        ),
        Row(
            f"pause of {name}, slowest of {PAUSES}",
            f"{slowest:.3f} s",
            f"{PAUSED_SECONDS} s",
            slowest <= PAUSED_SECONDS,
        ),
    ]


def _open(client: Client, network: Network) -> None:
    """Opens a session that trains, and waits until frames have every view."""
    spec: dict[str, Any] = {
        "data": {"name": "mnist"},
        "layers": [{"units": n, "activation": "relu"} for n in network.units],
        "batch_size": network.batch,
        "optimizer": {"name": "adam", "learning_rate": network.rate},
    }
    client.open(spec)
    client.send("views", names=VIEWS, select={"layer": 0, "unit": 0}, digit={"row": 0})
    client.run()
    client.frame_where(lambda frame: frame.arrays.keys() >= {"nearest", "exciting", "space"})
    client.ack()
    client.frame_where(lambda frame: frame.epoch >= 1)
    client.ack()


def _count_frames(client: Client) -> tuple[float, float]:
    """Returns frames and epochs a second."""
    first = last = client.frame()
    begun, frames = time.monotonic(), 0
    while (seconds := time.monotonic() - begun) < SECONDS:
        client.ack()
        last = client.frame()
        frames += 1
    client.ack()
    steps = (last.step - first.step) / int(last.metadata["batches"])
    return frames / seconds, steps / seconds


def _time_pause(client: Client) -> float:
    """Returns how long it takes from a pause to the first frame that shows it."""
    begun = time.monotonic()
    client.send("pause")
    client.send("views")
    client.frame_where(lambda frame: frame.metadata["running"] == "false")
    seconds = time.monotonic() - begun
    client.ack()
    client.run()
    client.ack()
    return seconds
