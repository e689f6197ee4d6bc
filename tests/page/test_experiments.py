"""Experiments on the gradients: which are offered, and that the engine takes them."""

from __future__ import annotations

from typing import Any

import pytest

from engine import parse_spec, patch_spec
from tests.page.node import Modules

LIST = """const { listExperiments } = await import("flow/experiments");
  return listExperiments(arguments[0], arguments[1]);"""
SIGMOID = {"layers": [{"units": 4, "activation": "sigmoid"}] * 3}
RELU = {"layers": [{"units": 4, "activation": "relu"}] * 3}
CLIPPED = {"optimizer": {"clip_norm": 1}}


@pytest.mark.parametrize(
    ("name", "value", "offered"),
    [
        ("vanishing", SIGMOID, ["relu", "batchNorm"]),
        ("vanishing.flat", SIGMOID, ["relu", "batchNorm"]),
        ("vanishing", RELU, ["he_normal", "batchNorm"]),
        ("saturated", SIGMOID, ["relu", "batchNorm"]),
        ("saturated", SIGMOID | {"initializer": {"name": "zeros"}}, ["relu", "glorot_uniform"]),
        ("dead", RELU, ["leaky_relu", "slower"]),
        ("exploding", SIGMOID, ["clip", "batchNorm"]),
        ("exploding", SIGMOID | CLIPPED, ["batchNorm"]),
        ("fast", SIGMOID, ["slower"]),
        ("even", SIGMOID, []),
        ("fast", SIGMOID | {"optimizer": {"learning_rate": 1e-5}}, []),
        ("none", {"layers": []}, []),
        ("output", SIGMOID | {"initializer": {"name": "zeros"}}, ["glorot_uniform", "relu"]),
    ],
)
def test_what_fits_is_offered_and_is_an_edit(
    modules: Modules, name: str, value: dict[str, Any], offered: list[str]
) -> None:
    spec = parse_spec(value)
    experiments = modules.load(LIST, name, spec.model_dump(mode="json"))
    assert [one["what"] for one in experiments] == offered
    for one in experiments:
        assert patch_spec(spec, one["patch"]) != spec
