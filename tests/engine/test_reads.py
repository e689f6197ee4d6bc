"""What an entry says that it reads is what it depends on."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from engine import describe_spec, parse_spec
from engine.data.datasets import make_dataset
from engine.data.kinds import DATASETS
from engine.functions.activations import ACTIVATIONS
from engine.functions.optimizer_registry import make_coefficients
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES
from engine.spec import OptimizerSpec
from tests.engine.test_schema import field

RATES = OptimizerSpec().rates


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_reads_its_rates_and_no_other(name: str) -> None:
    now = make_coefficients(name, RATES)
    changed = {key for key in RATES if make_coefficients(name, {**RATES, key: 0.321}) != now}
    assert changed == set(OPTIMIZERS[name].reads)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_reads_its_parameters_and_no_other(name: str) -> None:
    def factor(**changes: float) -> list[float]:
        numbers = {"decay_steps": 10.0, "decay_rate": 0.5, **changes}
        of = SCHEDULES[name].factor
        steps, rate = (jnp.float32(numbers[key]) for key in ("decay_steps", "decay_rate"))
        return [float(of(jnp.float32(t), steps, rate)) for t in (3, 12, 25)]

    changed = {key for key in ("decay_steps", "decay_rate") if factor(**{key: 0.9}) != factor()}
    assert changed == set(SCHEDULES[name].reads)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_reads_the_slope_or_not(name: str) -> None:
    z = jnp.linspace(-3, 3, 20)
    one, other = (np.asarray(ACTIVATIONS[name].apply(z, jnp.float32(s))) for s in (0.1, 0.7))
    assert ACTIVATIONS[name].reads == (() if (one == other).all() else ("negative_slope",))


def test_a_page_is_told_what_each_choice_reads() -> None:
    reads = describe_spec()["reads"]
    assert reads["optimizer.name"]["adamw"] == [
        "optimizer.beta_1", "optimizer.beta_2", "optimizer.epsilon", "optimizer.weight_decay",
    ]  # fmt: skip
    assert reads["schedule.name"]["cosine"] == ["schedule.decay_steps"]
    assert reads["layers.activation"]["prelu"] == ["layers.negative_slope"]
    for choice, paths in reads.items():
        place = choice.replace("layers.", "layers.0.")
        assert list(paths) == field(place)["enum"]
        for path in {path for listed in paths.values() for path in listed}:
            assert field(path.replace("layers.", "layers.0."))["label"] == path


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if entry.make])
def test_a_data_set_reads_its_part_of_the_spec_and_no_other(name: str) -> None:
    usual = {"name": name, "noise": 0.1, "label_noise": 0.1}
    changes = {
        "seed": 5, "samples": 300, "noise": 0.3, "label_noise": 0.4, "class_balance": 0.3,
        "classes": 4, "test_fraction": 0.2, "validation_fraction": 0.2, "task": "binary",
        "points": [[0, 0, 0], [1, 1, 1]],
    }  # fmt: skip

    def make(**more: object) -> tuple[bytes, bytes, int]:
        data = make_dataset(parse_spec({"data": {**usual, **more}}).data)
        return data.x.tobytes(), data.labels.tobytes(), data.n_train

    changed = {key for key, value in changes.items() if make(**{key: value}) != make()}
    assert changed == set(DATASETS[name].reads)


def test_a_page_is_told_what_data_sets_are() -> None:
    told = describe_spec()["data_sets"]
    assert list(told) == list(DATASETS)
    assert told["digits"] == {
        "kind": "images",
        "task": "multiclass",
        "input_shape": [8, 8],
        "classes": list("0123456789"),
        "limits": {
            "layers": [0, 4], "units": [1, 1024], "batch_size": [16, 2048], "classes": [2, 10],
        },
    }  # fmt: skip
    assert told["points"]["task"] is None
    for name, entry in told.items():
        spec = parse_spec({"data": {"name": name, "points": [[0, 0, 0], [1, 1, 1]]}})
        left_out = [one for one in entry.get("columns", []) if not one["default"]]
        assert len(spec.inputs) == np.prod(entry["input_shape"]) - len(left_out)
        assert spec.n_outputs == len(entry["classes"]) or not entry["classes"]
