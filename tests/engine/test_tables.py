"""Tables: Iris and Boston housing, against scikit-learn's and mlxtend's own readers and NumPy."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import SpecError, StackedTrainer, Trainer, export, parse_spec, patch_spec
from engine.data.datasets import Dataset, make_dataset
from engine.data.kinds import DATASETS
from engine.exports.requests import ExportRequest
from engine.network import Layout
from tests.engine.conftest import MakeTrainer

Doubles = NDArray[np.float64]
SETS = ("iris", "boston")


def read_rows(name: str) -> tuple[Doubles, Doubles]:
    """The rows of a set, in the order of its source, as the package reads them."""
    if name == "iris":
        return import_module("sklearn.datasets").load_iris(return_X_y=True)
    return import_module("mlxtend.data").boston_housing_data()


def make(name: str, **data: Any) -> Dataset:
    """Makes a table."""
    return make_dataset(parse_spec({"data": {"name": name, **data}}).data)


def standardize(values: Doubles, n_train: int) -> Doubles:
    """(x - mean) / deviation, by the first rows."""
    seen = values[:n_train]
    return (values - seen.mean(axis=0)) / seen.std(axis=0)


def compute_outputs(trainer: Trainer, x: Doubles) -> Doubles:
    """Outputs of tanh layers for standardized inputs, in float64."""
    layout = Layout.of(trainer.spec)
    parts = layout.split(trainer.snapshot().state.params.astype(np.float64))
    h = x
    for kernel, bias in zip(parts.kernels[:-1], parts.biases[:-1], strict=True):
        h = np.tanh(h @ np.asarray(kernel) + np.asarray(bias))
    z = h @ np.asarray(parts.kernels[-1]) + np.asarray(parts.biases[-1])
    if trainer.spec.task == "regression":
        return z
    odds = np.exp(z - z.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", SETS)
def test_the_rows_are_those_of_the_package(name: str) -> None:
    data = make(name, validation_fraction=0.2)
    assert data.scaling is not None
    x, labels = read_rows(name)
    mine = np.column_stack([data.scaling.rows, data.scaling.labels])
    theirs = np.column_stack([x, labels])
    np.testing.assert_array_equal(np.unique(mine, axis=0), np.unique(theirs, axis=0))
    assert data.n == len(x)
    assert data.n_train + data.n_validation + data.n_test == data.n


@pytest.mark.parametrize("name", SETS)
def test_statistics_are_of_the_train_rows_alone(name: str) -> None:
    data = make(name, test_fraction=0.3, validation_fraction=0.2, seed=3)
    assert data.scaling is not None
    expected = standardize(data.scaling.rows, data.n_train)
    np.testing.assert_allclose(data.x, expected, atol=1e-5)
    if name == "boston":
        prices = standardize(data.scaling.labels, data.n_train)
        np.testing.assert_allclose(data.labels, prices, atol=1e-5)
    else:
        np.testing.assert_array_equal(data.labels, data.scaling.labels)


def test_a_split_is_drawn_anew_by_its_seed() -> None:
    first, again, other = (make("iris", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.x, again.x)
    assert not np.array_equal(first.labels, other.labels)


def test_feature_b_is_left_out_until_it_is_asked_for() -> None:
    spec = parse_spec({"data": {"name": "boston"}})
    assert "b" not in spec.inputs
    assert len(spec.inputs) == 12
    whole = parse_spec({"data": {"name": "boston", "columns": list(DATASETS["boston"].inputs)}})
    assert "b" in whole.inputs
    assert whole.widths[0] == 13


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("pca", [False, True])
def test_pictures_are_of_the_plane_through_the_mean(
    make_trainer: MakeTrainer, name: str, pca: bool
) -> None:
    axes = ["pc1", "pc2"] if pca else None
    trainer = make_trainer({"data": {"name": name, "axes": axes}, "layers": [{"units": 5}] * 2})
    trainer.turn(batches=20)
    frame = trainer.frame(views=("boundary", "points", "columns"))
    data, table = trainer.data, DATASETS[name].table
    assert table is not None
    inputs = list(trainer.spec.input_columns)
    z = standardize(data.scaling.rows, data.n_train)
    directions = np.zeros((2, z.shape[1]))
    if pca:
        _, sizes, vectors = np.linalg.svd(z[: data.n_train, inputs])
        signs = np.sign(vectors[[0, 1], np.abs(vectors[:2]).argmax(axis=1)])
        directions[:, inputs] = vectors[:2] * signs[:, None]
        share = sizes[:2] ** 2 / (sizes**2).sum()
    else:
        columns = [table.names.index(axis) for axis in table.axes]
        directions[[0, 1], columns] = 1.0
        share = np.full(2, 1 / len(inputs))
    scores = z @ directions.T
    middle = (scores.min(axis=0) + scores.max(axis=0)) / 2
    half = 0.58 * (scores.max(axis=0) - scores.min(axis=0))
    places = 6 * (scores - middle) / half
    np.testing.assert_allclose(frame["points"][:, :2], places, atol=2e-4)
    np.testing.assert_allclose(frame["columns"][-1, 3:], share, atol=1e-4)

    side = np.linspace(-1, 1, 100)
    p1, p2 = np.meshgrid(middle[0] + half[0] * side, middle[1] + half[1] * side)
    grid = np.stack([p1.ravel(), p2.ravel()], axis=1) @ directions
    outputs = compute_outputs(trainer, grid[:, inputs]).T.reshape(-1, 100, 100)
    low, high = trainer.turn().metadata["boundary_range"].strip("[]").split(",")
    shown = float(low) + frame["boundary"] / 255 * (float(high) - float(low))
    np.testing.assert_allclose(shown, outputs, atol=0.51 * (float(high) - float(low)) / 255)

    columns = frame["columns"][:-1].astype(np.float64)
    corner = columns[:, 0] + columns[:, 1] * (columns[:, 2] + 6 * columns[:, 3] - 6 * columns[:, 4])
    own = grid.reshape(100, 100, -1)[0, -1] * z_deviation(data) + data.scaling.means
    np.testing.assert_allclose(corner, own, rtol=1e-4, atol=1e-4)


def z_deviation(data: Dataset) -> Doubles:
    """Deviations of the train rows."""
    assert data.scaling is not None
    return data.scaling.rows[: data.n_train].std(axis=0)


@pytest.mark.parametrize("name", SETS)
def test_rows_in_their_own_units_are_predicted(make_trainer: MakeTrainer, name: str) -> None:
    trainer = make_trainer({"data": {"name": name}})
    trainer.turn(batches=10)
    data = trainer.data
    z = standardize(data.scaling.rows, data.n_train)[:, list(trainer.spec.input_columns)]
    found = trainer.predict(data.scaling.rows)
    np.testing.assert_allclose(found, compute_outputs(trainer, z), atol=1e-5)
    with pytest.raises(ValueError, match="x must be"):
        trainer.predict([[0.0, 0.0]])


def test_other_axes_leave_training_as_it_is(make_trainer: MakeTrainer) -> None:
    data = {"name": "iris"}
    trainer, other = (make_trainer({"data": data}) for _ in range(2))
    for one in (trainer, other):
        one.turn(batches=3)
    before = trainer.snapshot()
    trainer.edit({"data": {"axes": ["pc1", "pc2"]}})
    after = trainer.snapshot()
    assert after.counters == before.counters
    assert after.data.x is before.data.x
    np.testing.assert_array_equal(after.state.params, before.state.params)
    for one in (trainer, other):
        one.turn(batches=20)
    np.testing.assert_array_equal(trainer.weights, other.weights)
    trainer.edit({"data": {"seed": 5}})
    assert trainer.snapshot().counters.first == 0, "other train rows are other data"


def test_an_input_that_goes_leaves_the_others(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "iris"}, "layers": [{"units": 3}]})
    trainer.turn(batches=5)
    before = trainer.weights
    spec = trainer.edit({"data": {"columns": ["petal_width", "sepal_length"]}})
    assert spec.inputs == ("sepal_length", "petal_width")
    kept = before[:12].reshape(4, 3)[[0, 3]].ravel()
    np.testing.assert_array_equal(trainer.weights[:6], kept)


@pytest.mark.parametrize(
    ("data", "path", "rule"),
    [
        ({"name": "circle", "axes": ["rm", "lstat"]}, "data.axes", "must be null for points"),
        ({"name": "circle", "columns": ["rm"]}, "data.columns", "must be null for points"),
        ({"name": "iris", "columns": ["rm"]}, "data.columns", "must name columns of iris"),
        ({"name": "iris", "axes": ["rm", "lstat"]}, "data.axes", "must name columns of iris"),
        ({"name": "boston", "axes": ["rm", "rm"]}, "data.axes", "must be two different ones"),
        ({"name": "boston", "axes": ["rm", "pc1"]}, "data.axes", "two columns, or pc1 and pc2"),
        ({"name": "boston", "columns": ["rm", "rm"]}, "data.columns", "must not repeat a column"),
        ({"name": "iris", "columns": ["petal_width"], "axes": ["pc1", "pc2"]}, "data.axes",
         "needs two inputs or more"),
        ({"name": "iris", "columns": ["x1"]}, "data.columns.0", "must be one of"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(data: dict[str, Any], path: str, rule: str) -> None:
    with pytest.raises(SpecError, match=rule) as caught:
        parse_spec({"data": data})
    assert caught.value.path == path


def test_columns_go_with_their_table() -> None:
    spec = parse_spec({"data": {"name": "iris", "axes": ["pc1", "pc2"]}})
    assert patch_spec(spec, {"data": {"test_fraction": 0.3}}).data.axes == ("pc1", "pc2")
    for name in ("boston", "circle"):
        assert patch_spec(spec, {"data": {"name": name}}).data.axes is None
    named = {"data": {"name": "boston", "axes": ["rm", "tax"]}}
    assert patch_spec(spec, named).data.axes == ("rm", "tax")


@pytest.mark.parametrize("name", SETS)
def test_a_saved_network_goes_on(make_trainer: MakeTrainer, tmp_path: Any, name: str) -> None:
    trainer = make_trainer({"data": {"name": name, "axes": ["pc1", "pc2"]}})
    trainer.turn(batches=5)
    trainer.save(tmp_path / "model")
    loaded = Trainer.load(tmp_path / "model", trainer._programs)
    np.testing.assert_array_equal(loaded.weights, trainer.weights)
    assert loaded.metrics == trainer.metrics


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("where", ["beside", "inline"])
def test_exported_tables_standardize_alike(
    make_trainer: MakeTrainer, tmp_path: Any, name: str, where: str
) -> None:
    trainer = make_trainer({"data": {"name": name, "validation_fraction": 0.2}})
    files = export(ExportRequest("jax", data=where), trainer.snapshot(), ())
    for file in files:
        (tmp_path / file.name).write_bytes(file.content)
    # All but the network: the constants and functions of the data.
    source = (tmp_path / files[0].name).read_text()
    names: dict[str, Any] = {"__file__": str(tmp_path / files[0].name), "__name__": "exported"}
    exec(compile(source, files[0].name, "exec"), names)
    samples, labels, test, test_labels = names["load_samples"]()
    data = trainer.data
    columns = list(trainer.spec.input_columns)
    for part, rows, own in (("train", samples, labels), ("test", test, test_labels)):
        wanted = data.rows(part)
        np.testing.assert_allclose(
            names["standardize"](rows), data.x[wanted][:, columns], atol=3e-6
        )
        np.testing.assert_allclose(own, data.labels[wanted], atol=1e-6)


def test_the_rmse_is_in_thousands_of_dollars_everywhere(make_trainer: MakeTrainer) -> None:
    spec = {"data": {"name": "boston", "validation_fraction": 0.2}, "layers": [{"units": 4}]}
    trainer = make_trainer(spec)
    trainer.train(epochs=3)
    data = trainer.data
    mean, deviation = data.scaling.target_mean, data.scaling.target_deviation
    prices = mean + deviation * trainer.predict(data.scaling.rows)[:, 0].astype(np.float64)
    for part in ("train", "validation", "test"):
        errors = (prices - data.scaling.labels)[data.rows(part)]
        expected = np.sqrt(np.mean(errors**2))
        assert trainer.metrics[f"{part}_rmse"] == pytest.approx(expected, rel=1e-4)
        assert expected > 1, "no deviations from the mean"
    stacked = StackedTrainer([trainer.spec])
    stacked.train(epochs=3)
    assert stacked.metrics[0]["test_rmse"] == pytest.approx(trainer.metrics["test_rmse"], rel=1e-4)
