"""Seconds an epoch: LiveNet beside Keras and PyTorch, on the same network, by turns."""

from __future__ import annotations

import os
from contextlib import ExitStack

from benchmarks.mnist.contestants import Contestant, Network
from benchmarks.report import Row

NETWORKS = {
    "2x128, batch 128": Network((128, 128), 128),
    "2x512, batch 512": Network((512, 512), 512),
}
LIVENET = {
    "alone": "benchmarks.mnist.livenet:make_alone",
    "session": "benchmarks.mnist.livenet:make_session",
    "10 frames/s": "benchmarks.mnist.livenet:make_watched",
}
PEERS = {
    "Keras": "benchmarks.mnist.keras_peer:make",
    "PyTorch": "benchmarks.mnist.torch_peer:make",
}
ROUNDS = 5
#: In one go; LiveNet alone measures 20,000 images after it, the peers measure nothing.
EPOCHS = 5


def measure_speed() -> list[Row]:
    """Measures both networks."""
    os.environ["KERAS_BACKEND"] = "jax"  # contestants inherit it
    return [row for name, network in NETWORKS.items() for row in _compare(name, network)]


def _compare(name: str, network: Network) -> list[Row]:
    """One row for each way to train with LiveNet and each peer."""
    best = _race(network)
    rows = [Row(f"epoch of {name}, LiveNet {way}", f"{best[way]:.3f} s") for way in LIVENET]
    for peer in PEERS:
        ratio = best[peer] / best["alone"]
        others = ", ".join(
            f"{way} {best[peer] / best[way]:.2f}" for way in LIVENET if way != "alone"
        )
        rows.append(
            Row(
                f"epoch of {name}, LiveNet : {peer}",
                f"{ratio:.2f}",
                "1",
                ratio >= 1,
                f"{peer} {best[peer]:.3f} s; {others}",
                f"by {1 - ratio:.2f}" if ratio < 1 else "",
            )
        )
    return rows


def _race(network: Network) -> dict[str, float]:
    """Returns the shortest seconds an epoch of each contestant."""
    with ExitStack() as stack:
        there = {
            name: stack.enter_context(Contestant(maker, network))
            for name, maker in {**LIVENET, **PEERS}.items()
        }
        best = dict.fromkeys(there, float("inf"))
        for _ in range(ROUNDS):
            for name, contestant in there.items():
                best[name] = min(best[name], contestant.train(EPOCHS))
    return best
