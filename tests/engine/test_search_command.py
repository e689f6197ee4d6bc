"""`python -m engine search`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from engine import Trainer
from engine.__main__ import main

SPEC = {"data": {"name": "xor", "samples": 60}, "layers": [{"units": 2}]}


@pytest.fixture
def spec_file(tmp_path: Path) -> str:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC))
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["search", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_search_ends_with_the_best_trial_and_its_test_metrics(
    spec_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, best, study = (str(tmp_path / name) for name in ("t.csv", "b.safetensors", "s.db"))
    arguments = (
        "--spec", spec_file, "--dimension", "optimizer.learning_rate=0.01:1:log:3",
        "--dimension", "optimizer.name=sgd,adam", "--method", "grid", "--epochs", "3",
        "--csv", table, "--save", best, "--study", study, "--ensemble", "2",
    )  # fmt: skip
    found = run(capsys, *arguments)
    rows = list(csv.DictReader(Path(table).read_text().splitlines()))
    assert found["trials"] == len(rows) == 6
    losses = {int(row["trial"]): float(row["validation_loss"]) for row in rows}
    (winner,) = found["best"]
    assert winner["number"] == min(losses, key=lambda number: losses[number])
    trainer = Trainer.load(best)
    assert trainer.spec.optimizer.name == winner["values"]["optimizer.name"]
    assert trainer.metrics["test_loss"] == pytest.approx(winner["metrics"]["test_loss"], abs=1e-5)
    assert found["ensemble"]["trials"] == sorted(losses, key=lambda number: losses[number])[:2]
    # The study is there already: nothing is trained again.
    again = run(capsys, *arguments[:-2])
    assert again["trials"] == 6
    assert "ensemble" not in again
    # For a person the same has its lines.
    assert main(["search", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"trial {winner['number']} of 6"
    assert f"{'optimizer.name':>28}  {winner['values']['optimizer.name']}" in lines
    assert f"{'test_loss':>28}  {winner['metrics']['test_loss']:.6g}" in lines
    assert lines[lines.index("how much each dimension matters") + 1 :] == [
        *(f"{name:>28}  {share:.0%}" for name, share in found["importances"].items()),
        "mean of the best trials",
        *(f"{part:>28}  {found['ensemble'][part]:.6g}" for part in ("validation", "test")),
    ]


def test_a_search_of_which_nothing_is_left_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"data": {"name": "plane", "samples": 60}, "layers": []}))
    rates = "optimizer.learning_rate=9:10:2"
    arguments = ["--spec", str(path), "--dimension", rates, "--method", "grid", "--epochs", "50"]
    assert main(["search", *arguments]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "error: no trial has been trained to its end"
    )


@pytest.mark.parametrize(
    ("dimension", "said"),
    [
        ("optimizer.learning_rate=1:0.1", "low"),
        ("data.noise=0:0.5", "path"),
        ("optimizer.name=sgd,magic", "values"),
    ],
)
def test_a_dimension_that_breaks_a_rule_is_one_line(
    dimension: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "--dimension", dimension]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: dimensions.0.{said} ")


def test_a_range_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["search", "--dimension", "batch_size=1:x"])
    assert "is no range" in capsys.readouterr().err
