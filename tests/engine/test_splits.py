"""The split of own points: random to look at, and hardly moved by a point more or less."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.datasets import Dataset, make_dataset
from engine.data.splits import order_points
from engine.spec import DataSpec

Rows = list[list[float]]


def draw(n: int) -> Rows:
    rng = np.random.default_rng(n)
    return [
        [*xy, float(i % 3)] for i, xy in enumerate(rng.uniform(-6, 6, (n, 2)).round(3).tolist())
    ]


def make(rows: Rows, **more: float) -> Dataset:
    return make_dataset(DataSpec.model_validate({"name": "points", "points": rows, **more}))


def list_test_points(data: Dataset) -> set[tuple[float, ...]]:
    return {tuple(x) for x in data.x[data.n_train :].tolist()}


def test_a_painted_point_leaves_the_others_where_they_were() -> None:
    rows = draw(300)
    before = list_test_points(make(rows))
    for extra in draw(40):
        rows.append(extra)
        after = list_test_points(make(rows))
        assert len(before ^ after) <= 2
        before = after


def test_an_erased_point_leaves_the_others_where_they_were() -> None:
    rows = draw(300)
    before = list_test_points(make(rows))
    del rows[37]
    assert len(before ^ list_test_points(make(rows))) <= 3


def test_the_order_that_points_are_given_in_does_not_matter() -> None:
    one, other = make(draw(200)), make(draw(200)[::-1])
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.labels, other.labels)


def test_another_seed_gives_another_split() -> None:
    one, other = (list_test_points(make(draw(400), seed=seed)) for seed in (0, 1))
    assert 60 < len(one & other) < 140


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_shares_are_exact_and_spread_evenly(fraction: float) -> None:
    data = make(draw(2000), test_fraction=fraction)
    assert data.n_test == round(2000 * fraction)
    left = data.x[:, 0] < 0
    share = (left & (np.arange(2000) >= data.n_train)).sum() / left.sum()
    assert share == pytest.approx(fraction, abs=0.06)


def test_a_grid_is_split_like_any_points() -> None:
    side = np.arange(-5, 6, dtype=float)
    places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    ranks = np.argsort(order_points(places, 0)).reshape(11, 11)
    assert abs(ranks[::2].mean() - ranks[1::2].mean()) < 15
    assert abs(ranks[:, ::2].mean() - ranks[:, 1::2].mean()) < 15


def test_minus_zero_is_zero_and_twins_stand_as_they_came() -> None:
    places = np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0]])
    assert order_points(places, 5).tolist() == [0, 1, 2]
