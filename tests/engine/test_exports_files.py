"""Weights, points, history, event files and notebooks as they are saved."""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import nbformat
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from engine import (
    ExportError,
    ExportRequest,
    LogEntry,
    Trainer,
    export,
    pack_files,
    parse_spec,
)
from engine.exports import EXPORT_OPTIONS, EXPORTS, SOURCES
from engine.exports.notebooks import read_words
from engine.network import Layout
from engine.state.snapshots import Snapshot
from tests.engine.conftest import MakeTrainer
from tests.engine.export_cases import SourceRunner, ask_points, stir, take_snapshot, write_case

SPEC = {
    "data": {"name": "arms", "samples": 60},
    "layers": [{"units": 3, "activation": "prelu"}, {"units": 2}],
}


@pytest.fixture
def trainer(make_trainer: MakeTrainer) -> Trainer:
    return make_trainer(SPEC)


def read_history(trainer: Trainer) -> list[dict[str, str]]:
    (file,) = export(ExportRequest("history"), trainer.snapshot(), trainer.history)
    assert (file.name, file.mimetype) == ("livenet_history.csv", "text/csv")
    return list(csv.DictReader(io.StringIO(file.content.decode())))


def test_weights_have_plain_names(trainer: Trainer, tmp_path: Path) -> None:
    trainer.turn(epochs=1)
    (file,) = export(ExportRequest("weights"), trainer.snapshot(), ())
    weights = load(file.content)
    assert {name: value.shape for name, value in weights.items()} == {
        "layers.0.kernel": (2, 3),
        "layers.0.bias": (3,),
        "layers.0.slope": (3,),
        "layers.1.kernel": (3, 2),
        "layers.1.bias": (2,),
        "layers.2.kernel": (2, 3),
        "layers.2.bias": (3,),
    }
    order = [f"layers.{i}.{part}" for i in range(3) for part in ("kernel", "bias")]
    flat = np.concatenate([weights[name].ravel() for name in order])
    np.testing.assert_array_equal(flat, trainer.weights)
    (tmp_path / file.name).write_bytes(file.content)
    with safe_open(tmp_path / file.name, framework="numpy") as opened:
        metadata = opened.metadata()
    assert metadata["step"] == str(trainer.step)
    assert parse_spec(json.loads(metadata["spec"])) == trainer.spec


def test_a_normalized_layer_has_no_bias() -> None:
    snapshot = stir(take_snapshot({"layers": [{"units": 2, "batch_norm": True}]}), 3)
    (file,) = export(ExportRequest("weights"), snapshot, ())
    weights = load(file.content)
    names = ("kernel", "gamma", "beta", "moving_mean", "moving_variance")
    output = {"layers.1.kernel", "layers.1.bias"}
    assert set(weights) == {f"layers.0.{name}" for name in names} | output
    parts = Layout.of(snapshot.spec).split(jnp.asarray(snapshot.state.params))
    x = ask_points(9)
    expected = x @ parts.kernels[0] + parts.biases[0] - parts.means[0]
    got = x @ weights["layers.0.kernel"] - weights["layers.0.moving_mean"]
    np.testing.assert_allclose(got, expected, atol=1e-5)
    np.testing.assert_array_equal(weights["layers.0.gamma"], parts.scales[0])
    np.testing.assert_array_equal(weights["layers.0.beta"], parts.shifts[0])
    np.testing.assert_array_equal(weights["layers.0.moving_variance"], parts.variances[0])


def test_points_are_the_very_same(trainer: Trainer) -> None:
    _, file = export(ExportRequest("jax"), trainer.snapshot(), ())
    assert file.name == "points.csv"
    table = np.loadtxt(io.BytesIO(file.content), np.float32, delimiter=",", skiprows=1)
    data = trainer.snapshot().data
    np.testing.assert_array_equal(table[:, :2], data.x)
    np.testing.assert_array_equal(table[:, 2], data.labels)
    assert table[:, 3].tolist() == [0] * data.n_train + [1] * data.n_test


def test_history_has_a_line_for_every_turn(trainer: Trainer) -> None:
    assert read_history(trainer) == []
    expected = []
    for _ in range(3):
        trainer.turn(epochs=2)
        expected.append(trainer.metrics)
    trainer.turn()
    rows = read_history(trainer)
    assert list(rows[0]) == list(expected[0])
    for row, metrics in zip(rows, expected, strict=True):
        assert {key: float(value) for key, value in row.items()} == pytest.approx(metrics)


def test_history_goes_back_with_the_run(trainer: Trainer) -> None:
    trainer.turn(batches=2)
    snapshot = trainer.snapshot()
    trainer.turn(batches=2)
    assert [row["step"] for row in read_history(trainer)] == ["2", "4"]
    trainer.restore(snapshot)
    assert [row["step"] for row in read_history(trainer)] == ["2"]
    trainer.turn(batches=1)
    trainer.edit({"data": {"name": "bumps"}})
    trainer.turn(batches=1)
    first, _, last = read_history(trainer)
    assert (first["test_rmse"], last["test_accuracy"]) == ("", "")
    assert float(last["test_rmse"]) > 0
    trainer.reset()
    assert read_history(trainer) == []


def test_history_of_another_model_is_not_its_own(trainer: Trainer) -> None:
    trainer.turn(batches=3)
    saved = trainer.snapshot()
    trainer.turn(batches=3)
    trainer.replace(saved)
    assert trainer.history == ()


def read_events(content: bytes) -> Iterator[bytes]:
    """The records of an event file: length, its checksum, the record, its checksum."""
    at = 0
    while at < len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        yield content[at + 12 : at + 12 + length]
        at += length + 16
    assert at == len(content)


@pytest.mark.slow
def test_event_file_holds_every_metric(trainer: Trainer) -> None:
    from tensorboardX.proto import event_pb2

    trainer.turn(epochs=1)
    trainer.turn(epochs=1)
    decode = vars(event_pb2)["Event"].FromString
    (file,) = export(ExportRequest("tensorboard"), trainer.snapshot(), trainer.history)
    assert file.name.startswith("events.out.tfevents.")
    found = {}
    for record in read_events(file.content):
        event = decode(record)
        for value in event.summary.value:
            found[value.tag, event.step] = value.simple_value, event.wall_time
    tags = {"epoch", "penalty", "loss/train", "loss/test", "accuracy/train", "accuracy/test"}
    steps = {entry.metrics["step"] for entry in trainer.history}
    assert set(found) == {(tag, step) for tag in tags for step in steps}
    for entry in trainer.history:
        value, time = found["loss/test", entry.metrics["step"]]
        assert value == pytest.approx(entry.metrics["test_loss"])
        assert time == entry.time


@pytest.mark.parametrize("language", EXPORT_OPTIONS["language"])
@pytest.mark.parametrize("name", SOURCES)
def test_notebooks_are_valid(name: str, language: str, trainer: Trainer) -> None:
    request = ExportRequest(
        name, weights="inline", data="inline", format="notebook", language=language
    )
    (file,) = export(request, trainer.snapshot(), ())
    assert file.name.endswith(".ipynb")
    notebook = nbformat.reads(file.content.decode(), as_version=4)
    nbformat.validate(notebook)
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds == ["markdown", *["code", "markdown"] * 7, "code"]
    korean = any("가" <= letter <= "힣" for letter in notebook.cells[0].source)
    assert korean == (language == "ko")


def test_words_of_notebooks_are_there_in_every_language() -> None:
    known = [read_words(language) for language in EXPORT_OPTIONS["language"]]
    for words in known:
        assert list(words) == list(known[0])
        for name in SOURCES:
            assert f"network.{name}" in words


def test_a_notebook_runs_from_top_to_bottom(
    run_sources: SourceRunner, trainer: Trainer, tmp_path: Path
) -> None:
    snapshot = stir(trainer.snapshot(), 1)
    trainer.restore(snapshot)
    request = ExportRequest("jax", weights="beside", format="notebook")
    write_case(tmp_path / "case", snapshot, request)
    (file,) = (tmp_path / "case").glob("*.ipynb")
    cells = nbformat.read(file, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert code[0].startswith("%pip install")
    code = [part.replace("EPOCHS = 100", "EPOCHS = 0") for part in code[1:]]
    folder = f"import os\n\nos.chdir({str(file.parent)!r})\n"
    file.with_name("notebook_jax.py").write_text(folder + "\n".join(code))
    run_sources(tmp_path, "notebook")
    got = np.load(file.with_name("notebook_jax.predicted.npy"))
    np.testing.assert_allclose(got, trainer.predict(ask_points()), atol=1e-5)


def test_several_files_are_one_archive(trainer: Trainer) -> None:
    files = export(ExportRequest("pytorch", weights="beside"), trainer.snapshot(), ())
    packed = pack_files(files, "livenet-pytorch")
    assert (packed.name, packed.mimetype) == ("livenet-pytorch.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"livenet-pytorch/{name}"
            for name in ("livenet_pytorch.py", "points.csv", "weights.safetensors")
        ]
    assert pack_files(files, "livenet-pytorch") == packed
    assert pack_files(files[:1], "other") == files[0]


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"name": "caffe"}, "name"),
        ({"name": "jax", "weights": "everywhere"}, "weights"),
        ({"name": "jax", "format": "Script"}, "format"),
        ({"name": "history", "language": ""}, "language"),
    ],
)
def test_what_does_not_exist_is_refused(options: dict[str, str], path: str) -> None:
    with pytest.raises(ExportError) as error:
        ExportRequest(**options)
    assert error.value.path == path
    assert "must be one of" in error.value.message


def test_too_many_points_do_not_fit_into_a_source(make_trainer: MakeTrainer) -> None:
    points = [[x / 1000 - 5, 0, x % 2] for x in range(5000)]
    trainer = make_trainer({"data": {"name": "points", "points": points}})
    assert len(export(ExportRequest("jax", data="inline"), trainer.snapshot(), ())) == 1
    snapshot = with_rows(trainer.snapshot(), 6000)
    with pytest.raises(ExportError, match="at most 16,384 numbers"):
        export(ExportRequest("jax", data="inline"), snapshot, ())
    assert len(export(ExportRequest("jax"), snapshot, ())) == 2


def with_rows(snapshot: Snapshot, rows: int) -> Snapshot:
    x, labels = np.zeros((rows, 2), np.float32), np.zeros(rows, np.float32)
    return replace(snapshot, data=replace(snapshot.data, x=x, labels=labels))


def test_every_export_can_be_made(trainer: Trainer) -> None:
    trainer.turn(epochs=1)
    entries: tuple[LogEntry, ...] = trainer.history
    for name in EXPORTS:
        for file in export(ExportRequest(name), trainer.snapshot(), entries):
            assert file.content
            assert "/" not in file.name
