"""`python -m engine train`."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import PRESETS, Programs, Trainer, parse_spec
from engine.__main__ import main

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {"layers": [{"units": 2}], "data": {"samples": 60}, "batch_size": 6}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "engine", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SMALL))
    return path


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Runs what has to fail with code 2; returns its one line."""
    assert main(["train", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert "Traceback" not in line
    return line


def test_the_program_ends_with_the_metrics_as_json(spec_file: Path, programs: Programs) -> None:
    done = run("train", "--spec", str(spec_file), "--epochs", "3", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    expected = Trainer(parse_spec(SMALL), programs).train(epochs=3)
    assert json.loads(done.stdout.splitlines()[-1]) == expected
    assert expected["epoch"] == 3


def test_a_bad_command_says_how_to_use_it() -> None:
    done = run("train", "--epochs", "-1")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: python -m engine train" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nothing"], ["train"], ["train", "--epochs"], ["train", "--epochs", "x"],
        ["train", "--epochs", "1.5"], ["train", "--preset", "nothing", "--epochs", "1"],
        ["train", "--preset", "xor", "--spec", "f", "--epochs", "1"],
        ["train", "--epochs", "1", "--unknown"],
    ],
)  # fmt: skip
def test_bad_arguments(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage" in said.err


def test_a_preset_is_trained(capsys: pytest.CaptureFixture[str], programs: Programs) -> None:
    assert main(["train", "--preset", "gauss", "--epochs", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    spec = next(preset.spec for preset in PRESETS if preset.id == "gauss")
    assert found == Trainer(parse_spec(spec), programs).train(epochs=2)


def test_without_json_every_metric_has_its_line(
    capsys: pytest.CaptureFixture[str], spec_file: Path
) -> None:
    assert main(["train", "--spec", str(spec_file), "--epochs", "1"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {name for name, _ in lines} == {
        "step", "epoch", "train_loss", "test_loss", "penalty", "train_accuracy", "test_accuracy",
    }  # fmt: skip
    assert dict(lines)["epoch"] == "1"


def test_no_epochs_show_the_start(capsys: pytest.CaptureFixture[str], spec_file: Path) -> None:
    assert main(["train", "--spec", str(spec_file), "--epochs", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 0


def test_a_spec_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(SMALL).encode())))
    assert main(["train", "--spec", "-", "--epochs", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 0


def test_a_trainer_is_saved(
    capsys: pytest.CaptureFixture[str], spec_file: Path, tmp_path: Path, programs: Programs
) -> None:
    path = tmp_path / "trained"
    arguments = ["--spec", str(spec_file), "--epochs", "2", "--json", "--save", str(path)]
    assert main(["train", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert Trainer.load(path, programs).metrics == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1,", b"\xff\xfe\x00", b"[" * 100_000, b"{'layers': []}"],
)
def test_a_file_that_is_no_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    line = fails(capsys, "--spec", str(path), "--epochs", "1")
    assert "cannot be read as JSON" in line
    assert "bad.json" in line


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "must be an object"),
        ({"layers": [{"units": 33}]}, "layers.0.units must be at most 32, got 33"),
        ({"nothing": 1}, "nothing is not a known key"),
        ({"seed": "1"}, "seed must be a whole number, got '1'"),
        ({"data": {"name": "plane"}, "loss": "hinge"}, "loss must fit the regression task"),
    ],
)
def test_a_spec_that_breaks_a_rule(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, value: object, says: str
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(value))
    assert says in fails(capsys, "--spec", str(path), "--epochs", "1")


def test_no_such_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = fails(capsys, "--spec", str(tmp_path / "nothing.json"), "--epochs", "1")
    assert "nothing.json" in line
    fails(capsys, "--spec", str(tmp_path), "--epochs", "1")


def test_a_data_dir_must_be_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = fails(capsys, "--epochs", "0", "--data-dir", str(tmp_path / "nothing"))
    assert "--data-dir" in line
    assert main(["train", "--epochs", "0", "--data-dir", str(tmp_path)]) == 0


def test_a_place_that_cannot_be_saved_to(
    capsys: pytest.CaptureFixture[str], spec_file: Path, tmp_path: Path
) -> None:
    arguments = ["--spec", str(spec_file), "--epochs", "0"]
    fails(capsys, *arguments, "--save", str(tmp_path / "no" / "such" / "folder"))


def test_training_that_diverges(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "wild.json"
    path.write_text(json.dumps({"regularization": {"l2": 10}, "optimizer": {"learning_rate": 9}}))
    assert main(["train", "--spec", str(path), "--epochs", "5", "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert "diverged after step" in line


def test_a_folder_that_is_not_there_is_said_before_training(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "nowhere" / "trainer.safetensors"
    assert main(["train", "--epochs", "1000000", "--save", str(place)]) == 2
    assert capsys.readouterr().err == f"error: there is no folder for --save {place}\n"
