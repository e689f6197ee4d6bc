"""Exported sources are run, and begin, predict and train as the engine does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import ExportRequest, Trainer
from engine.exports import SOURCES
from engine.functions.losses import LOSSES
from engine.network import Layout
from engine.spec import names
from tests.engine.conftest import MakeTrainer
from tests.engine.export_cases import (
    Points,
    SourceRunner,
    ask_points,
    compare,
    draw_cases,
    list_cases,
    list_training_cases,
    read_results,
    stir,
    take_snapshot,
    write_case,
    write_program,
)
from tests.sizes import choose

Json = dict[str, Any]

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
KERAS = tuple(name for name in SOURCES if name.startswith("keras"))
WHERE = ("beside", "inline")


def write_cases(
    folder: Path, make: MakeTrainer, cases: dict[str, Json], sources: tuple[str, ...]
) -> dict[str, Points]:
    """Writes cases with stirred weights, by turns beside and inline; returns the predictions."""
    expected = {}
    for number, (name, value) in enumerate(cases.items()):
        trainer = make(value)
        snapshot = stir(trainer.snapshot(), number)
        trainer.restore(snapshot)
        weights, data = WHERE[number % 2], WHERE[number // 2 % 2]
        requests = [ExportRequest(source, weights=weights, data=data) for source in sources]
        write_case(folder / name, snapshot, *requests)
        expected[name] = trainer.predict(ask_points())
        np.save(folder / name / "metrics.npy", list_metrics(trainer))
    return expected


def list_metrics(trainer: Trainer) -> list[float]:
    """What the page shows of the test data: loss, and accuracy or RMSE.

    The engine computes cross-entropy from logits, a source from probabilities. Where the right
    class has none left in float32, these no longer tell the loss, which is not a number then.
    """
    metrics = trainer.metrics
    score = "test_rmse" if "test_rmse" in metrics else "test_accuracy"
    loss = metrics["test_loss"]
    if LOSSES[trainer.spec.resolved_loss].takes_logits:
        test = slice(trainer.data.n_train, None)
        outputs = trainer.predict(trainer.data.x[test])
        labels = trainer.data.labels[test].astype(int)
        if outputs.shape[1] == 1:
            outputs = np.hstack([1 - outputs, outputs])
        if np.min(outputs[np.arange(len(labels)), labels]) < 1e-6:
            loss = float("nan")
    return [loss, metrics[score]]


def compare_loaded(folder: Path, cases: Iterable[str], sources: int) -> None:
    """What sources measure of the weights that they load is what the engine measures."""
    for case in cases:
        wanted = np.load(folder / case / "metrics.npy")
        results = read_results(folder, case, "loaded")
        assert len(results) == sources
        known = ~np.isnan(wanted)
        for source, got in results:
            assert got[known] == pytest.approx(wanted[known], rel=1e-3, abs=1e-5), source


def write_training(
    folder: Path, make: MakeTrainer, cases: dict[str, Json], *sources: str, epochs: int = 2
) -> dict[str, Points]:
    """Writes cases to train; returns the predictions of the engine after so many epochs."""
    expected = {}
    for number, (name, value) in enumerate(cases.items()):
        trainer = make(value)
        snapshot = stir(trainer.snapshot(), number)
        trainer.restore(snapshot)
        requests = [ExportRequest(source, weights="inline") for source in sources]
        write_case(folder / name, snapshot, *requests, epochs=epochs)
        trainer.turn(epochs=epochs)
        expected[name] = trainer.predict(ask_points())
    return expected


#: Ends after a few epochs in which the validation loss falls by less than `min_delta`.
STOPS_EARLY: Json = {
    "data": {
        "name": "moons", "noise": 0.3, "samples": 96, "test_fraction": 1 / 3,
        "validation_fraction": 0.25,
    },
    "layers": [{"units": 4, "activation": "tanh"}],
    "optimizer": {"learning_rate": 0.3, "clip_norm": 2},
    "regularization": {"l2": 0.02},
    "batch_size": 12,
    "early_stopping": {"enabled": True, "patience": 3, "min_delta": 0.004},
}  # fmt: skip


def write_early_stopping(folder: Path, make: MakeTrainer, *sources: str) -> dict[str, Points]:
    """Writes sources that end early; returns the predictions of the engine's restored weights.

    With and without batch normalization. Keras shuffles in its own way: an epoch is one batch.
    """
    expected = {}
    for number, name in enumerate(("stops", "stops_normalized")):
        layer = STOPS_EARLY["layers"][0] | {"batch_norm": number == 1}
        batch = 64 if sources[0] in KERAS else STOPS_EARLY["batch_size"]
        trainer = make({**STOPS_EARLY, "layers": [layer], "batch_size": batch})
        snapshot = stir(trainer.snapshot(), number)
        trainer.restore(snapshot)
        requests = [ExportRequest(one, weights="inline", data=WHERE[number]) for one in sources]
        write_case(folder / name, snapshot, *requests, epochs=200)
        while trainer.early_stop is None:
            trainer.turn(epochs=10)
        assert 3 < trainer.early_stop.epoch < 200
        trainer.restore_best()
        expected[name] = trainer.predict(ask_points())
    return expected


def write_initial(folder: Path, *sources: str) -> dict[str, Points]:
    """Writes cases without weights, one for each initializer; returns kernels of the engine."""
    kernels = {}
    for place, name in enumerate(names.INITIALIZERS):
        value = {
            "initializer": {"name": name, "scale": (1.0, 0.3)[place % 2]},
            "layers": [{"units": 32}, {"units": 32}],
        }
        snapshot = take_snapshot(value)
        write_case(folder / f"initial_{name}", snapshot, *(ExportRequest(s) for s in sources))
        layout = Layout.of(snapshot.spec)
        kernels[f"initial_{name}"] = layout.kernel(snapshot.state.params, 1)
    return kernels


def compare_initial(folder: Path, kernels: dict[str, Points], sources: int) -> None:
    """1,024 draws of a source have the spread of the engine's, and end where those end."""
    for case, wanted in kernels.items():
        results = read_results(folder, case, "kernel")
        assert len(results) == sources
        for source, got in results:
            assert got.shape == wanted.shape
            assert np.std(got) == pytest.approx(np.std(wanted), rel=0.1, abs=1e-7), source
            assert np.mean(got) == pytest.approx(
                np.mean(wanted), abs=float(np.std(wanted)) / 8 + 1e-7
            )
            if case != "initial_random_normal":
                limit = np.max(np.abs(wanted))
                assert np.max(np.abs(got)) == pytest.approx(limit, rel=0.05), source


def count_scores(printed: str) -> int:
    """How many programs began with what their weights are worth, and ended with their score."""
    loaded = r"^loaded weights: test loss \d+\.\d{4}, accuracy \d+\.\d %$"
    ended = r"^train accuracy [01]\.\d{4}\ntest accuracy [01]"
    count = len(re.findall(ended, printed, re.MULTILINE))
    assert len(re.findall(loaded, printed, re.MULTILINE)) == count
    return count


@pytest.mark.slow
def test_keras_begins_and_predicts_as_the_engine(
    run_sources: SourceRunner, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    expected = write_cases(tmp_path, make_trainer, list_cases() | draw_cases(10), KERAS)
    kernels = write_initial(tmp_path, "keras_sequential")
    # Keras on NumPy compiles nothing.
    run_sources(tmp_path, "livenet_keras", backend="numpy")
    compare(tmp_path, "predicted", expected, len(KERAS))
    compare_loaded(tmp_path, expected, len(KERAS))
    compare_initial(tmp_path, kernels, 1)


def write_keras_training(folder: Path, make: MakeTrainer, *chosen: str) -> dict[str, Points]:
    """Writes training cases in which Keras does what the engine does; all, or those chosen.

    Where it has an arithmetic of its own, its source says so: Adam's epsilon, and the rate inside
    of the momentum.
    """
    cases = list_training_cases()
    for name in ("adam", "adamw", "normalized", "frozen", "frozen_normalized", "step", "softmax"):
        cases[name]["optimizer"]["epsilon"] = 1e-10
    for name in ("momentum", "nesterov"):
        cases[name]["schedule"] = {}
    expected = {}
    for place, name in enumerate(chosen or cases):
        # Keras shuffles in its own way, so each epoch is one batch.
        case = {name: cases[name] | {"batch_size": 64}}
        expected |= write_training(folder, make, case, KERAS[place % len(KERAS)])
    return expected


@pytest.mark.slow
def test_keras_trains_as_the_engine(
    run_sources: SourceRunner, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    # Each of them is compiled, for a second.
    expected = write_keras_training(tmp_path, make_trainer, "nadam", "frozen_normalized")
    run_sources(tmp_path, "livenet_keras")
    compare(tmp_path, "trained", expected, 1)


@pytest.mark.slow
@needs_torch
def test_keras_on_pytorch_trains_as_the_engine(
    run_sources: SourceRunner, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    expected = write_keras_training(tmp_path, make_trainer)
    expected |= write_early_stopping(tmp_path, make_trainer, KERAS[0])
    write_program(tmp_path, *KERAS)
    printed = run_sources(tmp_path, "livenet_keras", backend="torch")
    compare(tmp_path, "trained", expected, 1)
    assert count_scores(printed) == len(KERAS)


@pytest.mark.slow
def test_jax_does_as_the_engine(
    run_sources: SourceRunner, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    expected = write_cases(
        tmp_path, make_trainer, list_cases() | draw_cases(choose(1, 2)), ("jax",)
    )
    cases = list_training_cases()
    # JAX compiles each of them, for half a second.
    some = choose(
        ("adadelta", "nadam", "lion", "frozen", "frozen_normalized", "step", "softmax"),
        tuple(cases),
    )
    trained = write_training(tmp_path, make_trainer, {name: cases[name] for name in some}, "jax")
    trained |= write_early_stopping(tmp_path, make_trainer, "jax")
    kernels = write_initial(tmp_path, "jax")
    write_program(tmp_path, "jax")
    printed = run_sources(tmp_path, "livenet_jax")
    compare(tmp_path, "predicted", expected, 1)
    compare_loaded(tmp_path, expected, 1)
    compare(tmp_path, "trained", trained, 1)
    compare_initial(tmp_path, kernels, 1)
    assert count_scores(printed) == 1


@pytest.mark.slow
@needs_torch
def test_pytorch_does_as_the_engine(
    run_sources: SourceRunner, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    expected = write_cases(tmp_path, make_trainer, list_cases() | draw_cases(10), ("pytorch",))
    trained = write_training(tmp_path, make_trainer, list_training_cases(), "pytorch")
    trained |= write_early_stopping(tmp_path, make_trainer, "pytorch")
    kernels = write_initial(tmp_path, "pytorch")
    write_program(tmp_path, "pytorch")
    printed = run_sources(tmp_path, "livenet_pytorch")
    compare(tmp_path, "predicted", expected, 1)
    compare_loaded(tmp_path, expected, 1)
    compare(tmp_path, "trained", trained, 1)
    compare_initial(tmp_path, kernels, 1)
    assert count_scores(printed) == 1
