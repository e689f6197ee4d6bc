"""What the engines of two trees are timed at, and timing it by turns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.before.commit import ROOT, Worker
from benchmarks.before.pair import Figures, Pair
from benchmarks.engine.steps import NETWORKS
from tests.mnist import find_mnist

SCRIPT = Path(__file__).with_name("engine_worker.py")
#: Updates of an epoch of the default data.
EPOCH = 25
MNIST_NETWORKS = {"2x128": (128, 128), "2x512": (512, 512)}
#: What a page shows of images, and how much of it is measured with each frame.
MNIST_VIEWS = ("history", "digit", "confusion", "predictions", "space")
#: How often tasks are timed in a round.
TURNS = 4
MICROSECONDS, MILLISECONDS = Figures("us", 1e6), Figures("ms", 1e3)


@dataclass(frozen=True)
class Task:
    """Calls of one trainer: so many updates, then a frame.

    Attributes:
        spec: what it trains, as JSON.
        exact: by its exact program; else by the general one.
        batches: updates of a call.
        views: what the frame holds; None for what a page shows.
        calls: how many are timed at once.
    """

    spec: str
    exact: bool
    batches: int
    views: tuple[str, ...] | None
    calls: int


def make_plane_spec(units: tuple[int, ...]) -> str:
    """Returns the JSON of a spec of the default data, with tanh layers of so many units."""
    layers = [{"units": n, "activation": "tanh"} for n in units]
    return json.dumps({"layers": layers, "batch_size": 10})


def make_mnist_spec(units: tuple[int, ...]) -> str:
    """Returns the JSON of a spec for MNIST, with ReLU layers of so many units."""
    spec: dict[str, Any] = {
        "data": {"name": "mnist"},
        "layers": [{"units": n, "activation": "relu"} for n in units],
        "batch_size": 128,
        "optimizer": {"name": "adam", "learning_rate": 0.001},
    }
    return json.dumps(spec)


def time_tasks(tree: Path, tasks: dict[str, Task], rounds: int) -> dict[str, dict[str, float]]:
    """Times tasks by turns in two processes, one of an earlier tree and one of this one.

    Returns:
        By the name of the task: the shortest call `before` and `now`, in seconds.
    """
    environ = {"LIVENET_DATA_DIR": str(find_mnist() or "")}
    trees = {"before": tree, "now": ROOT}
    workers = {who: Worker(folder, SCRIPT, **environ) for who, folder in trees.items()}
    try:
        return {name: _time_task(workers, task, rounds) for name, task in tasks.items()}
    finally:
        for worker in workers.values():
            worker.close()


def _time_task(workers: dict[str, Worker], task: Task, rounds: int) -> dict[str, float]:
    line = json.dumps(asdict(task))
    times = [
        {who: float(worker.ask(line)) for who, worker in workers.items()} for _ in range(rounds)
    ]
    return {who: min(one[who] for one in times) for who in workers}


def compare_engines(pair: Pair) -> None:
    """Updates alone, whole frames, and networks for MNIST: the shortest call of many rounds."""
    tasks, units = {}, {}
    for name, task, like in _list_tasks():
        tasks[name], units[name] = task, like
    for name, best in time_tasks(pair.before, tasks, TURNS * pair.rounds).items():
        for who, seconds in best.items():
            each = seconds / tasks[name].batches if units[name] is MICROSECONDS else seconds
            pair.add(name, who, each, units[name])


def _list_tasks() -> Iterator[tuple[str, Task, Figures]]:
    for exact in (True, False):
        program = "exact" if exact else "general"
        for network, units in NETWORKS.items():
            spec = make_plane_spec(units)
            updates = Task(spec, exact, 20 * EPOCH, (), 30)
            yield f"update, {network}, {program}", updates, MICROSECONDS
            frame = Task(spec, exact, EPOCH, None, 60)
            yield f"frame, {network}, {program}", frame, MILLISECONDS
    if find_mnist() is not None:
        for network, units in MNIST_NETWORKS.items():
            spec = make_mnist_spec(units)
            yield f"update, {network} on MNIST", Task(spec, True, 100, (), 4), MICROSECONDS
            shown = Task(spec, True, 100, MNIST_VIEWS, 4)
            yield f"100 updates and a frame, {network} on MNIST", shown, MILLISECONDS
