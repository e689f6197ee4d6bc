"""`python -m benchmarks [NAME ...]`: measures, prints tables and writes JSON.

`numbers` stands for those of `NUMBERS`: how fast the engine and the server are to be.
`python -m benchmarks before COMMIT` compares both with an earlier commit.
"""

from __future__ import annotations

import sys

from benchmarks.before.clients import measure_clients_before
from benchmarks.before.comparison import run_comparison
from benchmarks.before.frames import measure_frames_before
from benchmarks.command import Benchmarks, run_benchmarks
from benchmarks.engine.accuracy import measure_accuracy
from benchmarks.engine.stacked import measure_stacked
from benchmarks.engine.steps import measure_frames, measure_steps
from benchmarks.engine.together import measure_together
from benchmarks.mnist.data import missing
from benchmarks.mnist.edits import measure_stream_edits
from benchmarks.page.browser import measure_browser
from benchmarks.report import Row
from benchmarks.server.advice import measure_advice
from benchmarks.server.cluster import measure_cluster
from benchmarks.server.crowd import measure_crowd
from benchmarks.server.csv_text import measure_csv
from benchmarks.server.edits import measure_edits
from benchmarks.server.fairness import measure_fairness
from benchmarks.server.load import measure_load
from benchmarks.server.memory import measure_memory
from benchmarks.server.open_views import measure_open_views
from benchmarks.server.startup import measure_startup
from benchmarks.server.sweeps import measure_sweeps
from engine import Programs
from tests.app.servers import LiveServer
from tests.mnist import find_mnist


def _measure_steps() -> list[Row]:
    exact, general = Programs(), Programs()
    general.warm()
    return measure_steps(exact, general)


def _measure_frames() -> list[Row]:
    exact, general = Programs(), Programs()
    general.warm()
    return measure_frames(exact, general)


def _measure_mnist_edits() -> list[Row]:
    if reason := missing():
        return [Row("edit of a network for MNIST to frame", "not measured", detail=reason)]
    return measure_stream_edits()


def _measure_accuracy() -> list[Row]:
    programs = Programs()
    programs.warm()
    return measure_accuracy(programs)


def _measure_edits() -> list[Row]:
    with LiveServer() as server:
        return measure_edits(server)


def _measure_advice() -> list[Row]:
    with LiveServer() as server:
        return measure_advice(server)


def _measure_open_views() -> list[Row]:
    with LiveServer() as server:
        return measure_open_views(server)


def _measure_sweeps() -> list[Row]:
    with LiveServer() as server:
        return measure_sweeps(server)


def _measure_crowd() -> list[Row]:
    with LiveServer() as server:
        return measure_crowd(server)


def _measure_fairness() -> list[Row]:
    folder = find_mnist()
    with LiveServer(LIVENET_RESUME_SECONDS="0", LIVENET_DATA_DIR=str(folder or "")) as server:
        return measure_fairness(server, images=folder is not None)


def _measure_browser() -> list[Row]:
    with LiveServer() as server:
        return measure_browser(server)


#: How fast the engine and the server are to be.
NUMBERS: Benchmarks = {
    "steps": _measure_steps,
    "frames-before": measure_frames_before,
    "stacked": measure_stacked,
    "edits": _measure_edits,
    "mnist-edits": _measure_mnist_edits,
    "clients-before": measure_clients_before,
}
OTHERS: Benchmarks = {
    "startup": measure_startup,
    "frames": _measure_frames,
    "together": measure_together,
    "sweeps": _measure_sweeps,
    "accuracy": _measure_accuracy,
    "advice": _measure_advice,
    "views": _measure_open_views,
    "crowd": _measure_crowd,
    "cluster": measure_cluster,
    "csv": measure_csv,
    "fairness": _measure_fairness,
    "load": measure_load,
    "memory": measure_memory,
    "browser": _measure_browser,
}


if __name__ == "__main__":
    if sys.argv[1:2] == ["before"]:
        sys.exit(run_comparison(sys.argv[2:]))
    sys.exit(run_benchmarks("python -m benchmarks", {"numbers": NUMBERS, "others": OTHERS}))
