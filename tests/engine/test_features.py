"""Features of points."""

from __future__ import annotations

import numpy as np
import pytest

from engine.functions.features import FEATURES, compute_features, make_grid
from engine.functions.formulas import parse_formula
from engine.spec import names
from tests.engine import oracle
from tests.engine.conftest import MakeTrainer


def test_features_are_those_of_the_oracle() -> None:
    x = np.random.default_rng(0).uniform(-6, 6, (300, 2)).astype(np.float32)
    found = compute_features(x)
    assert found.dtype == np.float32
    assert found.shape == (300, 10)
    for column, name in enumerate(names.FEATURES):
        expected = oracle.FEATURES[name](x[:, 0].astype(float), x[:, 1].astype(float))
        np.testing.assert_allclose(found[:, column], expected, rtol=1e-5, atol=1e-5)


def test_worked_features() -> None:
    expected = [3, -4, 9, 16, -12, 0.14112001, 0.7568025, -0.9899925, -0.6536436, 5]
    np.testing.assert_allclose(compute_features(np.array([[3, -4]], np.float32))[0], expected,
                               rtol=1e-6)  # fmt: skip
    assert len(FEATURES) == 10


def test_a_grid_covers_the_plane_from_the_lower_left() -> None:
    grid = make_grid(5).reshape(5, 5, 2)
    assert grid[0, 0].tolist() == [-6, -6]
    assert grid[0, -1].tolist() == [6, -6]
    assert grid[-1, 0].tolist() == [-6, 6]
    assert grid[2, 2].tolist() == [0, 0]
    np.testing.assert_allclose(np.diff(grid[0, :, 0]), 3)


@pytest.mark.parametrize("name", names.FEATURES)
def test_a_network_sees_the_feature_that_it_names(make_trainer: MakeTrainer, name: str) -> None:
    trainer = make_trainer({"features": [name], "layers": [], "data": {"name": "plane"}})
    trainer.set_weight(0, 0, 0, 1.0)
    x = np.random.default_rng(1).uniform(-6, 6, (20, 2)).astype(np.float32)
    expected = oracle.FEATURES[name](x[:, 0].astype(float), x[:, 1].astype(float))
    np.testing.assert_allclose(trainer.predict(x)[:, 0], expected, rtol=1e-5, atol=1e-5)


def test_a_formula_is_read_as_an_expression_tree() -> None:
    assert parse_formula("np.sqrt(x1 * x1 + 2) / -x2") == [
        "/", ["sqrt", ["+", ["*", "x1", "x1"], 2]], ["-", 0, "x2"]
    ]  # fmt: skip
    for code in ("x1 if x2 else 0", "open('x')", "x1.T", "np.clip(x1, a_min=0)", "'x1'", "~x1"):
        with pytest.raises(ValueError, match="not part of a formula"):
            parse_formula(code)
