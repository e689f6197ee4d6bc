"""Sources of networks for images: they load the very images, and do as the engine does."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors

from engine import ExportError, ExportRequest, Programs, Snapshot, Trainer, export, parse_spec
from engine.exports import SOURCES
from engine.state.initial_state import restart
from tests.engine.export_cases import SourceRunner, compare, stir, write_case
from tests.engine.export_runner import load
from tests.engine.sources import check_style

DIGITS: dict[str, Any] = {
    "data": {"name": "digits"},
    "layers": [{"units": 12, "activation": "relu", "batch_norm": True}, {"units": 6}],
    "batch_size": 100,
    "optimizer": {"name": "adam", "learning_rate": 0.003, "epsilon": 1e-4},
}
MNIST = {"data": {"name": "mnist"}, "layers": [{"units": 8, "dropout": 0.2}], "batch_size": 128}
HERE = tuple(name for name in SOURCES if name != "pytorch" or find_spec("torch"))


def begin(programs: Programs, value: dict[str, Any]) -> Trainer:
    """A trainer whose weights are all different."""
    trainer = Trainer(parse_spec(value), programs)
    trainer.restore(stir(trainer.snapshot(), 3))
    return trainer


def take_snapshot(programs: Programs, value: dict[str, Any]) -> Snapshot:
    """The snapshot before the first step; nothing is compiled for it."""
    spec = parse_spec(value)
    return stir(restart(spec, programs.images.store.get(spec.data.name)), 3)


def take_images(trainer: Trainer, n: int = 64) -> NDArray[np.uint8]:
    data: Any = trainer.snapshot().data
    return data.images.test_images[:n]


@pytest.mark.slow
def test_sources_predict_and_train_as_the_engine(
    run_sources: SourceRunner, programs: Programs, tmp_path: Path
) -> None:
    trainer = begin(programs, DIGITS)
    asked, snapshot = take_images(trainer), trainer.snapshot()
    before = trainer.predict(asked)
    trainer.train(epochs=2)
    after = trainer.predict(asked)
    # Keras shuffles in its own way; JAX and PyTorch train as the engine does.
    same = tuple(name for name in HERE if not name.startswith("keras"))
    kerases = tuple(name for name in HERE if name.startswith("keras"))
    for name, sources, epochs in (("same", same, 2), ("keras", kerases, 0)):
        requests = [ExportRequest(source, weights="inline") for source in sources]
        write_case(tmp_path / name, snapshot, *requests, epochs=epochs, asked=asked)
    run_sources(tmp_path, "livenet_keras", backend="numpy")
    run_sources(tmp_path, "livenet_jax", "livenet_pytorch")
    compare(tmp_path, "predicted", {"keras": before}, len(kerases))
    compare(tmp_path, "predicted", {"same": before}, len(same))
    compare(tmp_path, "trained", {"same": after}, len(same))


@pytest.mark.slow
def test_a_source_is_a_program_that_trains(
    run_sources: SourceRunner, programs: Programs, tmp_path: Path
) -> None:
    trainer = begin(programs, DIGITS)
    trainer.train(epochs=1)
    request = ExportRequest("jax", weights="beside")
    write_case(tmp_path / "case", trainer.snapshot(), request, asked=take_images(trainer))
    (tmp_path / "case" / "main.txt").touch()
    printed = run_sources(tmp_path, "livenet_jax")
    assert "epoch 1: loss " in printed
    assert "train accuracy 0." in printed
    assert "test accuracy 0." in printed


def test_the_published_images_are_read_or_downloaded(
    mnist_programs: Programs, mnist_folder: Path, tmp_path: Path
) -> None:
    trainer = begin(mnist_programs, MNIST)
    asked, images = take_images(trainer, 8), trainer.snapshot().data.images
    request = ExportRequest("jax", weights="beside")
    write_case(tmp_path / "case", trainer.snapshot(), request, asked=asked)
    assert not (tmp_path / "case" / "images.npz").exists()
    source = load(tmp_path / "case" / "livenet_jax.py")
    np.testing.assert_allclose(source.predict(asked), trainer.predict(asked), atol=1e-5)
    assert source.MIRROR.startswith("https://")
    source.MIRROR = mnist_folder.as_uri()
    loaded = source.load_images()
    parts = (images.train_images, images.train_labels, images.test_images, images.test_labels)
    for got, wanted in zip(loaded, parts, strict=True):
        np.testing.assert_array_equal(got, wanted.reshape(got.shape))
    assert len(list((tmp_path / "case" / "mnist").glob("*.gz"))) == 4
    source.MIRROR = "nowhere"
    np.testing.assert_array_equal(source.load_images()[0], loaded[0])


def test_sources_read_as_if_written_by_hand(
    programs: Programs, mnist_programs: Programs, tmp_path: Path
) -> None:
    for case, snapshot in {
        "digits": take_snapshot(programs, DIGITS),
        "mnist": take_snapshot(mnist_programs, MNIST),
    }.items():
        (tmp_path / case).mkdir()
        for name in SOURCES:
            file = export(ExportRequest(name, weights="beside"), snapshot, ())[0]
            assert "points" not in file.content.decode()
            (tmp_path / case / file.name).write_bytes(file.content)
    check_style(tmp_path)


def test_a_notebook_speaks_of_images(programs: Programs) -> None:
    snapshot = take_snapshot(programs, DIGITS)
    for language, word, other in (("en", "images", "points"), ("ko", "이미지", "점들")):
        request = ExportRequest("pytorch", format="notebook", language=language)
        text = export(request, snapshot, ())[0].content.decode()
        assert word in text
        assert other not in text


def test_weights_and_history_of_images(programs: Programs) -> None:
    trainer = begin(programs, DIGITS)
    trainer.train(epochs=1)
    [file] = export(ExportRequest("weights"), trainer.snapshot(), trainer.history)
    assert load_tensors(file.content)["layers.0.kernel"].shape == (64, 12)
    assert export(ExportRequest("history"), trainer.snapshot(), trainer.history)


def test_what_does_not_fit_into_a_source_is_refused(programs: Programs) -> None:
    snapshot = take_snapshot(programs, DIGITS | {"layers": [{"units": 300}]})
    with pytest.raises(ExportError, match="images do not fit into a source") as error:
        export(ExportRequest("jax", data="inline"), snapshot, ())
    assert error.value.path == "data"
    with pytest.raises(ExportError, match="at most 16,384 numbers"):
        export(ExportRequest("jax", weights="inline"), snapshot, ())
