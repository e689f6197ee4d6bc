"""Exported sources of tables are run: rows of Iris and of Boston housing, in their own units."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from engine import ExportRequest, Trainer, export
from tests.engine.conftest import MakeTrainer
from tests.engine.export_cases import Points, SourceRunner, compare, stir, write_case

#: Keras shuffles in its own way, so an epoch is one batch.
SPECS: dict[str, Any] = {
    "boston": {"data": {"name": "boston"}, "layers": [{"units": 4, "activation": "maxout"}]},
    "iris": {
        "data": {"name": "iris", "validation_fraction": 0.2},
        "layers": [{"units": 5}],
        # Its source measures the rows that are set aside.
        "early_stopping": {"enabled": True, "restore_best_weights": False},
    },
}
SOURCES = ("keras_functional", "jax", "pytorch")


def rows_of(trainer: Trainer) -> Any:
    scaling = trainer.data.scaling
    assert scaling is not None
    return scaling.rows


def write(folder: Path, make: MakeTrainer, *sources: str) -> dict[str, Points]:
    """Writes cases to train for two epochs; returns what the engine predicts after them."""
    expected = {}
    for number, (name, value) in enumerate(SPECS.items()):
        trainer = make({**value, "batch_size": 256, "optimizer": {"name": "momentum"}})
        snapshot = stir(trainer.snapshot(), number)
        trainer.restore(snapshot)
        data = ("inline", "beside")[number]
        requests = [ExportRequest(one, weights="inline", data=data) for one in sources]
        rows = rows_of(trainer)
        write_case(folder / name, snapshot, *requests, epochs=2, asked=rows)
        trainer.turn(epochs=2)
        expected[name] = trainer.predict(rows)
    return expected


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
def test_sources_of_tables_train_as_the_engine(
    run_sources: SourceRunner, make_trainer: MakeTrainer, tmp_path: Path, source: str
) -> None:
    if source == "pytorch" and find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    expected = write(tmp_path, make_trainer, source)
    run_sources(tmp_path, f"livenet_{source}")
    compare(tmp_path, "trained", expected, 1)


@pytest.mark.slow
def test_a_notebook_of_boston_housing_runs(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    """Its cells one after the other; the weights that it loads are worth what the engine says."""
    trainer = make_trainer(SPECS["boston"])
    trainer.train(epochs=3)
    request = ExportRequest("jax", weights="inline", data="inline", format="notebook")
    (file,) = export(request, trainer.snapshot(), ())
    cells = [cell for cell in json.loads(file.content)["cells"] if cell["cell_type"] == "code"]
    names: dict[str, Any] = {"__name__": "notebook"}
    # The first one installs packages; the last one trains on, and says what the weights were worth.
    printed = io.StringIO()
    with redirect_stdout(printed):
        for code in ("".join(cell["source"]) for cell in cells):
            if not code.startswith("%"):
                exec(compile(code, "cell", "exec"), names)
    found = re.search(r"loaded weights: test loss ([\d.]+), RMSE ([\d.]+)", printed.getvalue())
    assert found, printed.getvalue()
    metrics = trainer.metrics
    wanted = [metrics["test_loss"], metrics["test_rmse"]]
    assert [float(text) for text in found.groups()] == pytest.approx(wanted, abs=1e-3)
    assert metrics["test_rmse"] > 1, "in thousands of dollars"
