"""Specs to export, snapshots of them, and what their sources make of those."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from numpy.typing import NDArray

from engine import ExportRequest, Snapshot, export, parse_spec
from engine.base.counters import Counters
from engine.data.datasets import make_dataset
from engine.network import Layout, UnitParameter
from engine.spec import names
from engine.state.initial_state import restart
from tests.engine.specs import bounded, specs

Json = dict[str, Any]
Points = NDArray[np.float32]

RUNNER = Path(__file__).with_name("export_runner.py")
#: How far the predictions of a source may lie from the engine's.
TOLERANCE = 1e-5
OWN = [[x / 2 - 4, (x * 7 % 11) / 2 - 3, x % 2] for x in range(20)]

_SOME = {"binary": "xor", "multiclass": "arms", "regression": "bumps"}


def list_cases() -> dict[str, Json]:
    """Specs by name: every activation, loss, optimizer, schedule, initializer and feature."""
    cases: dict[str, Json] = {}
    for normalized in (False, True):
        for place in range(0, len(names.ACTIVATIONS), 5):
            layers = [
                {"units": 4, "activation": name, "batch_norm": normalized, "negative_slope": 0.3}
                for name in names.ACTIVATIONS[place : place + 5]
            ]
            cases[f"activations_{place}_{normalized}"] = {"layers": layers}
    for task, losses in names.TASK_LOSSES.items():
        for loss in losses:
            cases[f"{task}_{loss}"] = {"data": {"name": _SOME[task]}, "loss": loss}
    cases["features"] = {"features": list(names.FEATURES), "layers": []}
    cases["one_feature"] = {"features": ["radius"], "layers": [{"units": 1, "dropout": 0.3}]}
    cases["x2"] = {"features": ["x2", "sin_x2"], "layers": [{"activation": "linear"}]}
    for task in ("binary", "multiclass", "regression"):
        cases[f"own_{task}"] = {"data": {"name": "points", "points": OWN, "task": task}}
    wide = {"units": 32, "activation": "elu", "batch_norm": True, "dropout": 0.5}
    cases["wide"] = {"layers": [wide] * 8}
    for place, name in enumerate(("stops_early", "stops_early_keeps_its_weights")):
        cases[name] = {
            "data": {"name": "moons", "samples": 60, "validation_fraction": 0.3},
            "early_stopping": {"enabled": True, "restore_best_weights": place == 0},
            "layers": [{"units": 3, "batch_norm": place == 0, "trainable": place == 1}],
        }
    _spread(cases, "optimizer", names.OPTIMIZERS)
    _spread(cases, "initializer", names.INITIALIZERS)
    _spread(cases, "schedule", names.SCHEDULES)
    for place, case in enumerate(cases.values()):
        case["schedule"]["warmup_steps"] = 100 * (place % 2)
        case["initializer"]["scale"] = (1.0, 0.5, 0.0)[place % 3]
        case["optimizer"]["clip_norm"] = (None, 0.5)[place % 2]
        case["regularization"] = {"l1": 0.01 * (place % 3), "l2": 0.001 * (place % 2)}
    return cases


def list_training_cases() -> dict[str, Json]:
    """Specs to train for two epochs: every optimizer, and whatever acts on its updates."""
    cases: dict[str, Json] = {name: {} for name in names.OPTIMIZERS}
    for place, (name, case) in enumerate(cases.items()):
        # 64 points to train on, four batches an epoch.
        case["data"] = {"name": "moons", "samples": 96, "test_fraction": 1 / 3}
        case["layers"] = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "silu"}]
        case["batch_size"] = 16
        case["optimizer"] = {"name": name, "learning_rate": 0.01, "epsilon": 1e-4}
        case["optimizer"]["clip_norm"] = (None, 0.2, 2)[place % 3]
        schedule = names.SCHEDULES[place % len(names.SCHEDULES)]
        case["schedule"] = {"name": schedule, "decay_steps": 5, "warmup_steps": 3 * (place % 2)}
        case["regularization"] = {"l1": 0.01 * (place % 2), "l2": 0.02 * (place % 3)}
    own = {"data": cases["sgd"]["data"], "optimizer": {"name": "adam", "epsilon": 1e-4}}
    normalized = {"units": 4, "activation": "prelu", "batch_norm": True}
    cases["normalized"] = own | {"layers": [normalized, {"units": 3}], "batch_size": 15}
    frozen = {"units": 4, "activation": "prelu", "trainable": False}
    clipped = {"name": "adam", "epsilon": 1e-4, "clip_norm": 0.05}
    for name, more in {"frozen": {}, "frozen_normalized": {"batch_norm": True}}.items():
        cases[name] = own | {
            "layers": [{"units": 3}, frozen | more, {"units": 3} | more],
            "optimizer": clipped, "regularization": {"l2": 0.1}, "batch_size": 16,
        }  # fmt: skip
    cases["frozen"]["output"] = {"trainable": False}
    cases["frozen"]["optimizer"] = clipped | {"name": "adamw", "weight_decay": 0.1}
    step = [{"units": 4, "activation": "sin"}, {"units": 4, "activation": "step"}]
    cases["step"] = own | {"layers": step, "loss": "hinge", "regularization": {"l2": 0.1}}
    cases["softmax"] = own | {
        "data": {"name": "arms", "samples": 60, "test_fraction": 1 / 3},
        "loss": "mean_squared_error",
    }
    return cases


def _spread(cases: dict[str, Json], key: str, named: tuple[str, ...]) -> None:
    for place, case in enumerate(cases.values()):
        case[key] = {"name": named[place % len(named)]}


def draw_cases(examples: int) -> dict[str, Json]:
    """Specs of any kind, the same ones in every run."""
    found: dict[str, Json] = {}
    numbers = count()

    @bounded(examples)
    @given(specs(max_layers=4, batch_norm=True))
    def collect(value: Json) -> None:
        found[f"drawn_{next(numbers)}"] = value

    collect()
    return found


def stir(now: Snapshot, seed: int) -> Snapshot:
    """Returns a snapshot with weights, slopes and moving averages that are all different."""
    rng = np.random.default_rng(seed)
    layout = Layout.of(now.spec)
    params = rng.normal(0, 0.5, layout.size).astype(np.float32)
    for layer in range(layout.n_hidden + 1):
        kernel = layout.kernel(params, layer)
        kernel *= np.float32(2 / np.sqrt(len(kernel)))
    if layout.normalized:
        for layer in range(layout.n_hidden):
            place = layout.unit_slice(UnitParameter.VARIANCE, layer)
            params[place] = rng.uniform(0.5, 2, layout.sums[layer])
    return replace(now, state=now.state._replace(params=params))


def ask_points(n: int = 64) -> Points:
    """Points to predict."""
    return np.random.default_rng(1).uniform(-6, 6, (n, 2)).astype(np.float32)


def write_case(
    folder: Path,
    snapshot: Snapshot,
    *requests: ExportRequest,
    epochs: int = 0,
    asked: NDArray[Any] | None = None,
) -> None:
    """Writes what a case is run from."""
    folder.mkdir(parents=True)
    np.save(folder / "asked.npy", ask_points() if asked is None else asked)
    if epochs:
        (folder / "epochs.txt").write_text(str(epochs))
    for request in requests:
        for file in export(request, snapshot, ()):
            (folder / file.name).write_bytes(file.content)


def write_program(folder: Path, *sources: str) -> None:
    """Writes a case whose sources are run as programs, for one epoch."""
    snapshot = take_snapshot({"data": {"samples": 100}})
    snapshot = replace(snapshot, counters=Counters(step=5, epoch=1))
    requests = [ExportRequest(source, weights="beside") for source in sources]
    write_case(folder / "program", snapshot, *requests)
    (folder / "program" / "main.txt").touch()


class SourceRunner:
    """Processes that run sources, one for each backend of Keras, started when first needed."""

    def __init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def __call__(self, folder: Path, *prefixes: str, backend: str = "jax") -> str:
        """Runs all sources of all cases whose names begin so.

        Returns:
            What they print.
        """
        if backend not in self._processes:
            self._processes[backend] = _start_runner(backend)
        process = self._processes[backend]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([str(folder), *prefixes]) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, f"the process with {backend} has ended: {process.wait()}"
        done = json.loads(answer)
        assert not done["failed"], done["failed"][-6000:]
        return done["printed"]

    def close(self) -> None:
        """Ends the processes."""
        for process in self._processes.values():
            process.communicate()


def _start_runner(backend: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    # Many small programs, each run a few times: compiling them well is not worth it.
    environment |= {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", str(RUNNER)]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def read_results(folder: Path, case: str, kind: str) -> list[tuple[str, Points]]:
    """Names of a case's sources, and what they left."""
    files = sorted((folder / case).glob(f"*.{kind}.npy"))
    return [(f"{case}/{file.name}", np.load(file)) for file in files]


def compare(folder: Path, kind: str, expected: Mapping[str, Points], sources: int) -> None:
    """Holds all predictions to the engine's."""
    wrong = []
    for case, wanted in expected.items():
        results = read_results(folder, case, kind)
        assert len(results) == sources, case
        for source, got in results:
            assert got.dtype == np.float32
            assert got.shape == wanted.shape, source
            far = np.max(np.abs(got - wanted) / np.maximum(1, np.abs(wanted)))
            if not far < TOLERANCE:
                wrong.append((source, float(far)))
    assert not wrong


def take_snapshot(value: Json) -> Snapshot:
    """The snapshot before the first step; no program is needed for it."""
    spec = parse_spec(value)
    return restart(spec, make_dataset(spec.data))
