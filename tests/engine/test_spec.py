"""The spec: defaults, what it derives, and names that equal what implements them."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest
from hypothesis import given

from engine import Spec, SpecError, dump_spec, parse_spec
from engine.spec import names
from tests.engine import specs

#: The default playground, as the contract has it.
LAYER = {
    "units": 4, "activation": "tanh", "negative_slope": 0.1, "dropout": 0.0, "batch_norm": False,
    "trainable": True,
}  # fmt: skip
DEFAULT = {
    "version": 1,
    "seed": 42,
    "data": {
        "name": "circle",
        "seed": 0,
        "samples": 500,
        "noise": 0.0,
        "label_noise": 0.0,
        "class_balance": 0.5,
        "classes": 3,
        "test_fraction": 0.5,
        "validation_fraction": 0.0,
        "points": None,
        "task": None,
        "columns": None,
        "axes": None,
    },
    "features": ["x1", "x2"],
    "layers": [LAYER, {**LAYER, "units": 2}],
    "output": {"trainable": True},
    "initializer": {"name": "glorot_uniform", "scale": 1.0},
    "loss": None,
    "optimizer": {
        "name": "sgd",
        "learning_rate": 0.03,
        "momentum": 0.9,
        "rho": 0.9,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "weight_decay": 0.01,
        "clip_norm": None,
    },
    "schedule": {"name": "constant", "warmup_steps": 0, "decay_steps": 1000, "decay_rate": 0.5},
    "regularization": {"l1": 0.0, "l2": 0.0},
    "early_stopping": {
        "enabled": False,
        "patience": 20,
        "min_delta": 0.0,
        "restore_best_weights": True,
    },
    "batch_size": 10,
}


#: Names of the contract, by the list of `engine.spec.names`.
CONTRACT = {
    "ACTIVATIONS": (
        "linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu",
        "mish", "softplus", "sin", "step",
    ),
    "OPTIMIZERS": (
        "sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw", "nadam",
        "lion",
    ),
    "INITIALIZERS": (
        "zeros", "constant", "random_normal", "random_uniform", "glorot_normal", "glorot_uniform",
        "he_normal", "he_uniform", "lecun_normal",
    ),
    "FEATURES": (
        "x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2", "cos_x1", "cos_x2",
        "radius",
    ),
    "SCHEDULES": ("constant", "step", "exponential", "cosine"),
    "LOSSES": (
        "mean_squared_error", "mean_absolute_error", "huber", "binary_crossentropy",
        "categorical_crossentropy", "hinge",
    ),
    "BINARY_DATASETS": ("circle", "xor", "gauss", "spiral", "moons", "checkerboard", "rings"),
    "MULTICLASS_DATASETS": ("blobs", "arms"),
    "REGRESSION_DATASETS": ("plane", "bumps", "ridge"),
    "IMAGE_DATASETS": ("mnist", "fashion_mnist", "digits"),
    "TABLE_DATASETS": ("iris", "boston"),
}  # fmt: skip


def test_nothing_is_the_default_playground() -> None:
    assert dump_spec(parse_spec({})) == DEFAULT
    assert parse_spec({}) == Spec() == parse_spec(DEFAULT)


@pytest.mark.parametrize("part", [key for key, value in DEFAULT.items() if isinstance(value, dict)])
def test_every_omitted_key_takes_its_default(part: str) -> None:
    assert parse_spec({part: {}}) == Spec()
    for key, value in DEFAULT[part].items():
        assert parse_spec({part: {key: value}}) == Spec()


def test_an_empty_layer_is_the_default_layer() -> None:
    assert dump_spec(parse_spec({"layers": [{}]}))["layers"] == [LAYER]


@specs.bounded(40)
@given(value=specs.specs(max_layers=8, max_units=32, frozen=True))
def test_a_spec_survives_being_written_and_read(value: dict[str, Any]) -> None:
    spec = parse_spec(value)
    assert parse_spec(dump_spec(spec)) == spec
    dumped = dump_spec(spec)
    for part in ("data", "optimizer", "schedule", "initializer", "regularization"):
        assert dumped[part] == {**DEFAULT[part], **value[part]}
    assert dumped["layers"] == [{**LAYER, **layer} for layer in value["layers"]]
    assert sorted(dumped["features"]) == sorted(value["features"])


def test_points_can_be_left_out_of_what_is_written() -> None:
    spec = parse_spec({"data": {"name": "points", "points": [[0, 1, 2], [3, 4, 5]]}})
    assert dump_spec(spec)["data"]["points"] == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert "points" not in dump_spec(spec, points=False)["data"]
    assert dump_spec(spec, points=False)["data"]["name"] == "points"


def test_features_are_put_in_order() -> None:
    spec = parse_spec({"features": ["radius", "x2", "sin_x1", "x1"]})
    assert spec.features == ("x1", "x2", "sin_x1", "radius")


@pytest.mark.parametrize(
    ("part", "key"), [(None, "seed"), ("data", "noise"), ("optimizer", "name"), ("layer", "units")]
)
def test_a_spec_is_frozen(part: str | None, key: str) -> None:
    spec = Spec()
    holder = spec if part is None else spec.layers[0] if part == "layer" else getattr(spec, part)
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        setattr(holder, key, getattr(holder, key))


def test_lists_of_a_spec_cannot_be_changed_either() -> None:
    spec = parse_spec({"data": {"name": "points", "points": [[0, 1, 0], [3, 4, 1]]}})
    assert isinstance(spec.layers, tuple)
    assert isinstance(spec.features, tuple)
    assert isinstance(spec.data.points, tuple)
    assert hash(spec) == hash(parse_spec(dump_spec(spec)))


def test_names_of_the_contract_come_first_and_in_its_order() -> None:
    """Numbers of programs and files count on it; what is added stands behind them."""
    for known, contract in CONTRACT.items():
        assert getattr(names, known)[: len(contract)] == contract, known


@pytest.mark.parametrize(
    ("dataset", "task", "loss", "outputs"),
    [
        ("circle", "binary", "binary_crossentropy", 1),
        ("rings", "binary", "binary_crossentropy", 1),
        ("blobs", "multiclass", "categorical_crossentropy", 3),
        ("arms", "multiclass", "categorical_crossentropy", 3),
        ("plane", "regression", "mean_squared_error", 1),
        ("ridge", "regression", "mean_squared_error", 1),
    ],
)
def test_a_task_has_its_default_loss(dataset: str, task: str, loss: str, outputs: int) -> None:
    spec = parse_spec({"data": {"name": dataset}})
    assert (spec.task, spec.resolved_loss, spec.n_outputs) == (task, loss, outputs)
    assert spec.loss is None


@pytest.mark.parametrize("dataset", ["circle", "blobs", "plane"])
@pytest.mark.parametrize("loss", names.LOSSES)
def test_a_loss_must_fit_the_task(dataset: str, loss: str) -> None:
    value = {"data": {"name": dataset}, "loss": loss}
    if loss in names.TASK_LOSSES[specs.task_of(dataset)]:
        assert parse_spec(value).resolved_loss == loss
        return
    with pytest.raises(SpecError, match=r"must fit the .* task") as caught:
        parse_spec(value)
    assert caught.value.path == "loss"
    assert loss in caught.value.message


def test_parameters_are_counted() -> None:
    # 2*4+4 + 4*2+2 + 2*1+1, then a layer of PReLU with a slope for each of 3 units.
    assert Spec().n_parameters == 25
    spec = parse_spec({"layers": [{"units": 3, "activation": "prelu"}], "data": {"name": "blobs"}})
    assert spec.n_parameters == (2 * 3 + 3) + 3 + (3 * 3 + 3)
    assert spec.widths == (2, 3, 3)
    assert parse_spec({"layers": [], "features": ["radius"]}).n_parameters == 2
