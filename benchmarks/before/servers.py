"""What clients see of the servers of two trees."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.before.clients import CLIENTS, observe_clients
from benchmarks.before.commit import Worker
from benchmarks.before.engine_tasks import MILLISECONDS
from benchmarks.before.pair import Figures, Pair
from benchmarks.mnist.edits import time_layer_edits
from benchmarks.server.edits import EDITS, time_edits
from benchmarks.timing import percentile
from tests.mnist import find_mnist

EDIT_LIST = Path(__file__).with_name("edit_list.py")
#: Edits of a network for MNIST in a round, and how long is waited for programs that serve them.
MNIST_EDITS, MNIST_PATIENCE = 12, 60.0
SECONDS, RATE = Figures("s"), Figures("/s", more=True)


def compare_startups(pair: Pair) -> None:
    """From starting a server to ready, without and with compiled programs on disk."""
    for _ in range(pair.rounds):
        for who in pair.trees:
            with tempfile.TemporaryDirectory() as cache:
                for what in ("no cache", "cache"):
                    begun = time.perf_counter()
                    with pair.start(who, LIVENET_CACHE_DIR=cache):
                        took = time.perf_counter() - begun
                    pair.add(f"start to ready, {what}", who, took, SECONDS)


def compare_edits(pair: Pair) -> None:
    """From an edit to its first frame, for edits that the earlier tree has drawn."""
    edits = _draw_edits(pair.before)
    with pair.serve() as servers:
        for _ in range(pair.rounds):
            for who, server in servers.items():
                rest = iter(edits)
                delays = time_edits(server, lambda _, rest=rest: next(rest)).delays
                pair.add("edit to frame, median", who, percentile(delays, 0.5), MILLISECONDS)
                pair.add("edit to frame, 95 %", who, percentile(delays, 0.95), MILLISECONDS)


def _draw_edits(tree: Path) -> list[tuple[dict[str, Any], Any]]:
    worker = Worker(tree, EDIT_LIST)
    try:
        return json.loads(worker.ask(str(EDITS)))
    finally:
        worker.close()


def compare_clients(pair: Pair) -> None:
    """Frames to 64 clients, and the processor time of one."""
    with pair.serve(LIVENET_RESUME_SECONDS="0") as servers:
        # In the first round exact programs are compiled.
        for number in range(pair.rounds + 1):
            for who, server in servers.items():
                spent = observe_clients(server)
                rate = sum(spent.rates)
                if number:
                    pair.add(f"frames to {CLIENTS} clients of 2-8x6-1", who, rate, RATE)
                    cost = spent.cores / rate
                    pair.add("processor time of one of these frames", who, cost, MILLISECONDS)


def compare_mnist_edits(pair: Pair) -> None:
    """From an edit of a network for MNIST to its first frame; needs the four files."""
    if (folder := find_mnist()) is None:
        return
    with pair.serve(LIVENET_DATA_DIR=str(folder)) as servers:
        for _ in range(pair.rounds):
            for who, server in servers.items():
                delays = time_layer_edits(server, MNIST_EDITS, MNIST_PATIENCE)
                pair.add("edit of a network for MNIST to frame, median", who,
                         percentile(delays, 0.5), SECONDS)  # fmt: skip
