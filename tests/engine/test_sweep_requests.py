"""Requests of sweeps: the values of axes, the specs of a grid, and what is refused."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Spec, SweepError, dump_spec, parse_spec, parse_sweep
from engine.__main__ import main
from engine.sweeps.axes import SWEEP_AXES
from engine.sweeps.grid import Grid
from tests.engine.sweep_cases import SMALL, span, vary
from tests.engine.test_sweeps import AXES, make_spec


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        (span("optimizer.learning_rate", 0.001, 1, 4), [0.001, 0.01, 0.1, 1]),
        (span("optimizer.learning_rate", 0.1, 0.4, 4, scale="linear"), [0.1, 0.2, 0.3, 0.4]),
        (span("batch_size", 1, 8, 8), [1, 2, 3, 4, 6, 8]),
        (vary("layers.units", 5, 3, 5), [5, 3]),
    ],
)
def test_values_of_an_axis(axis: dict[str, Any], values: list[float]) -> None:
    grid = Grid.of(Spec(), parse_sweep({"axes": [axis]}))
    assert grid.axes[0].values == pytest.approx(values)


@pytest.mark.parametrize("path", AXES)
def test_specs_of_a_grid_are_valid_as_they_stand(path: str) -> None:
    axis, changes = AXES[path]
    grid = Grid.of(make_spec(**changes), parse_sweep({"axes": [axis], "seeds": 2}))
    specs = list(grid.list_specs())
    assert len(specs) == grid.n_networks
    assert [parse_spec(dump_spec(spec)) for spec in specs] == specs
    assert len({str(spec) for spec in specs[::2]}) == grid.n_cells


#: Anything that JSON can say, the words of a request more often.
WORDS = st.sampled_from(["axes", "seeds", "path", "low", "high", "count", "scale", "values", "log"])
PATHS = st.sampled_from([axis.path for axis in SWEEP_AXES.values()])
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 40) | st.floats(0, 20) | PATHS | WORDS
    | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)  # fmt: skip
AXIS = st.fixed_dictionaries(
    {"path": PATHS},
    optional={
        "low": SCALARS, "high": SCALARS, "count": SCALARS, "scale": SCALARS,
        "values": st.lists(SCALARS, max_size=4),
    },
)  # fmt: skip
REQUEST = st.fixed_dictionaries({"axes": st.lists(AXIS, max_size=3)}, optional={"seeds": SCALARS})
JSON = st.recursive(SCALARS, lambda inner: st.dictionaries(WORDS, inner, max_size=4))


def read(asked: Any) -> Grid | SweepError:
    """The grid of a request, or why there is none."""
    try:
        return Grid.of(Spec(), parse_sweep(asked))
    except SweepError as error:
        return error


@given(REQUEST | JSON)
def test_whatever_is_asked_for_is_a_grid_or_one_clear_line(asked: Any) -> None:
    grid = read(asked)
    if isinstance(grid, SweepError):
        assert grid.message.isprintable()
        assert len(grid.message) < 300
        return
    assert 2 <= grid.n_cells <= 1024
    for spec in itertools.islice(grid.list_specs(), 8):
        assert parse_spec(dump_spec(spec)) == spec


def test_the_command_writes_a_row_for_each_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, table = tmp_path / "spec.json", tmp_path / "cells.csv"
    spec.write_text(json.dumps({**SMALL, "layers": [{"units": 2}]}))
    axes = "--axis=optimizer.learning_rate=0.01:0.1:2:log", "--axis=regularization.l2=0,0.01"
    common = ("--spec", str(spec), "--epochs", "3")
    assert main(["sweep", *common, *axes, "--csv", str(table), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["columns"], told["epoch"], len(told["cells"])) == (2, 2, 3, 4)
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row, cell in zip(rows, told["cells"], strict=True):
        assert {name: float(value) for name, value in row.items()} == cell
    assert [cell["regularization.l2"] for cell in told["cells"]] == [0, 0, 0.01, 0.01]
    assert main(["sweep", *common, axes[0]]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_an_axis_of_the_command_may_have_values_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({**SMALL, "layers": []}))
    axis = "--axis=optimizer.name=sgd,adam"
    assert main(["sweep", "--spec", str(spec), "--epochs", "0", axis]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "optimizer.name"
    assert {row.split()[0] for row in rows} == {"sgd", "adam"}


def test_the_command_says_that_all_have_diverged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"data": {"name": "plane", "samples": 60}, "layers": []}))
    axis = "--axis=optimizer.learning_rate=9,10"
    assert main(["sweep", "--spec", str(spec), "--epochs", "50", axis]) == 0
    assert capsys.readouterr().out == "all networks have diverged\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--axis=seed=1:3:3", "--epochs=-1"], "error: --epochs must be 0 or more"),
        (["--axis=seed=3:1:4"], "error: axes.0.high must be larger than low"),
        (["--axis=seed=1:3:3", "--preset=mnist_1"], "error: networks for images are too large"),
        (["--axis=seed=1:3:3", "--csv=/no/such/folder/x.csv"], "error: there is no folder"),
    ],
)
def test_a_command_that_cannot_be_says_why(
    capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert main(["sweep", "--epochs=1", *arguments]) == 2
    assert capsys.readouterr().err.startswith(line)


@pytest.mark.parametrize("axis", ["seed", "seed=3", "seed=1:2:x", "seed=1:2:3:4:5"])
def test_an_axis_has_a_grammar(axis: str) -> None:
    with pytest.raises(SystemExit):
        main(["sweep", "--epochs=1", f"--axis={axis}"])
