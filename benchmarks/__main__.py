"""`python -m benchmarks [NAME ...]`: measures, prints a table and writes JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.command import run_benchmarks
from benchmarks.engine.accuracy import measure_accuracy
from benchmarks.engine.stacked import measure_stacked
from benchmarks.engine.steps import measure_frames, measure_steps
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


def _measure_engine() -> list[Row]:
    exact, general = Programs(), Programs()
    general.warm()
    return measure_steps(exact, general) + measure_frames(exact, general)


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


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "startup": measure_startup,
    "engine": _measure_engine,
    "stacked": measure_stacked,
    "sweeps": _measure_sweeps,
    "accuracy": _measure_accuracy,
    "edits": _measure_edits,
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
    sys.exit(run_benchmarks("python -m benchmarks", BENCHMARKS))
