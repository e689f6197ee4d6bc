"""Data sets: what every one of them keeps, and what each slider moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import Spec, preview_points
from engine.data.datasets import Dataset, make_dataset
from engine.spec import DataSpec, names
from tests.engine import specs, states

ALL = [*names.BINARY_DATASETS, *names.MULTICLASS_DATASETS, *names.REGRESSION_DATASETS]
BINARY = list(names.BINARY_DATASETS)


def make(name: str, **more: Any) -> Dataset:
    return make_dataset(DataSpec.model_validate({"name": name, **more}))


@specs.bounded(150)
@given(value=specs.data(max_samples=2000))
def test_whatever_is_asked_for_comes_within_its_limits(value: dict[str, Any]) -> None:
    spec = DataSpec.model_validate(value)
    data = make_dataset(spec)
    assert data.x.dtype == data.labels.dtype == np.float32
    assert data.x.shape == (spec.samples, 2)
    assert data.labels.shape == (spec.samples,)
    assert np.abs(data.x).max() <= 6
    assert data.n == spec.samples
    assert data.n_test == round(spec.test_fraction * spec.samples)
    assert data.n_train + data.n_validation + data.n_test == data.n
    assert min(data.n_train, data.n_test) >= 1
    if spec.name in names.BINARY_DATASETS:
        assert set(np.unique(data.labels)) <= {0, 1}
    elif spec.name in names.MULTICLASS_DATASETS:
        assert set(np.unique(data.labels)) == set(range(spec.classes))
    else:
        assert np.abs(data.labels).max() <= 1.2
    again = make_dataset(DataSpec.model_validate(value))
    assert states.same_bits(data.x, again.x)
    assert states.same_bits(data.labels, again.labels)


@pytest.mark.parametrize("name", ALL)
def test_another_seed_gives_other_points_and_another_split(name: str) -> None:
    one, other = make(name, seed=0), make(name, seed=1)
    assert (one.x != other.x).mean() > 0.9


@pytest.mark.parametrize("name", ALL)
def test_the_split_is_random(name: str) -> None:
    data = make(name, samples=2000)
    train, test = data.x[: data.n_train], data.x[data.n_train :]
    np.testing.assert_allclose(train.mean(axis=0), test.mean(axis=0), atol=0.5)
    train_labels, test_labels = data.labels[: data.n_train], data.labels[data.n_train :]
    assert train_labels.mean() == pytest.approx(test_labels.mean(), abs=0.15)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("fraction", "n_test"), [(0.1, 50), (0.5, 250), (0.9, 450), (0.33, 165)])
def test_split_sizes(name: str, fraction: float, n_test: int) -> None:
    assert make(name, test_fraction=fraction).n_test == n_test


@pytest.mark.parametrize("name", ALL)
def test_a_larger_test_share_takes_rows_from_training(name: str) -> None:
    """The points stay, and every test row of the smaller share is one of the larger."""
    small, large = make(name, test_fraction=0.2), make(name, test_fraction=0.6)
    rows = [{tuple(x) for x in data.x[data.n_train :].tolist()} for data in (small, large)]
    assert rows[0] < rows[1]
    assert {tuple(x) for x in small.x.tolist()} == {tuple(x) for x in large.x.tolist()}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("balance", [0.1, 0.37, 0.5, 0.9])
def test_class_balance_is_the_share_of_class_1(name: str, balance: float) -> None:
    assert make(name, class_balance=balance).labels.sum() == round(500 * balance)


@pytest.mark.parametrize("name", names.MULTICLASS_DATASETS)
@pytest.mark.parametrize("classes", [3, 4, 5])
def test_classes_are_equally_many(name: str, classes: int) -> None:
    counts = np.bincount(make(name, classes=classes).labels.astype(int))
    assert len(counts) == classes
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("name", ALL)
def test_more_noise_moves_the_same_points_further(name: str) -> None:
    still, some, more = (make(name, noise=noise) for noise in (0.0, 0.05, 0.1))
    assert states.same_bits(still.labels, some.labels)
    assert states.same_bits(some.labels, more.labels)
    inside = (np.abs(more.x) < 6).all(axis=1) & (np.abs(some.x) < 6).all(axis=1)
    assert inside.mean() > 0.85
    step, further = some.x - still.x, more.x - still.x
    assert np.abs(step[inside]).mean() > 0.02
    np.testing.assert_allclose(further[inside], 2 * step[inside], atol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_the_spread_is_normal_and_the_same_in_every_direction(name: str) -> None:
    still, noisy = make(name, samples=2000), make(name, samples=2000, noise=0.05)
    inside = (np.abs(still.x) < 5).all(axis=1)
    moves = (noisy.x - still.x)[inside]
    deviation = moves.std(axis=0)
    assert deviation[0] == pytest.approx(deviation[1], rel=0.1)
    assert np.abs(moves.mean(axis=0)).max() < 0.15 * deviation.mean()
    within = (np.abs(moves) < deviation).mean()
    assert within == pytest.approx(0.683, abs=0.03)


@pytest.mark.parametrize("name", ALL)
def test_label_noise_changes_the_share_that_it_names(name: str) -> None:
    clean = make(name)
    changed = []
    for share in (0.1, 0.3):
        noisy = make(name, label_noise=share)
        assert states.same_bits(noisy.x, clean.x)
        changed.append(noisy.labels != clean.labels)
        if name in names.REGRESSION_DATASETS:
            np.testing.assert_array_equal(np.abs(noisy.labels), np.abs(clean.labels))
            assert changed[-1].sum() <= round(500 * share)
            # Labels that are 0 cannot change their sign.
            expected = share * (clean.labels != 0).mean()
            assert changed[-1].mean() == pytest.approx(expected, abs=0.03)
        else:
            assert changed[-1].sum() == round(500 * share)
    assert (changed[0] <= changed[1]).all()


@pytest.mark.parametrize("name", names.MULTICLASS_DATASETS)
def test_flipped_classes_spread_over_all_others(name: str) -> None:
    clean, noisy = (make(name, samples=2000, classes=4, label_noise=share) for share in (0, 0.5))
    moved = (noisy.labels - clean.labels) % 4
    counts = np.bincount(moved.astype(int), minlength=4)
    assert counts[0] == 1000
    assert counts[1:].min() > 270


@pytest.mark.parametrize("name", ALL)
def test_a_preview_shows_the_data_set(name: str) -> None:
    points = preview_points(name)
    assert points.dtype == np.float32
    assert points.shape == (120, 3)
    assert np.abs(points[:, :2]).max() <= 6
    task = Spec.model_validate({"data": {"name": name}}).task
    if task != "regression":
        assert set(points[:, 2]) == set(range(2 if task == "binary" else 3))
    assert preview_points(name, 60).shape == (60, 3)
