"""Races: each copy is what a trainer of its spec becomes, and what is shown of all is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import (
    MAX_RACERS,
    Candidate,
    DivergedError,
    EngineError,
    FrameRequest,
    Programs,
    Race,
    Spec,
    Trainer,
    TrialError,
    parse_spec,
)
from engine.runs.race_paths import MOST_NUMBERS, share_landscape
from engine.runs.stacked_copies import group_copies
from engine.runs.trials import change_copy
from tests.engine.conftest import MakeTrainer
from tests.engine.states import read_state, same_bits
from tests.programs import FOLDER

SECONDS = 0.01
SMALL = {"layers": [{"units": 4}], "data": {"samples": 60}}


def begin(trainer: Trainer, patches: list[Any], epochs: int = 6, **more: Any) -> Race:
    return trainer.begin_race([Candidate(patch) for patch in patches], epochs, **more)


def finish(race: Race) -> dict[str, np.ndarray]:
    while not race.done:
        race.advance(SECONDS)
    return race.arrays


@pytest.fixture
def make_general() -> Iterator[MakeTrainer]:
    """Makes trainers without exact programs: other tests' may be there for the same network."""
    programs = Programs(cache_dir=str(FOLDER))
    programs.warm()
    yield lambda value: Trainer(parse_spec(value), programs=programs)
    programs.close()


def test_each_copy_is_what_a_trainer_becomes(make_general: MakeTrainer) -> None:
    """Optimizers, rates, initial weights, seeds and layers, from step 0, to the last bit."""
    patches = [
        {"optimizer": {"name": "adam", "learning_rate": 0.01}},
        {"optimizer": {"learning_rate": 0.3}},
        {"initializer": {"name": "he_normal"}},
        {"seed": 7},
        {"layers": [{"units": 8, "activation": "relu"}] * 2, "batch_size": 7},
    ]
    trainer = make_general(SMALL)
    trainer.turn(epochs=3)
    race = begin(trainer, patches)
    arrays = finish(race)
    for i, patch in enumerate(patches):
        alone = make_general(SMALL)
        alone.edit(patch)
        alone.reset()
        rows = []
        for epoch in range(7):
            measured = alone.metrics
            losses = (measured["train_loss"], measured["test_loss"])
            rows.append([epoch, *losses, measured["train_accuracy"], measured["test_accuracy"]])
            alone.turn(epochs=1)
        np.testing.assert_array_equal(arrays["race_curves"][i], np.array(rows, np.float32))
        alone.reset()
        alone.turn(epochs=6)
        boundary = alone.turn(request=FrameRequest(views=("boundary",))).arrays["boundary"]
        np.testing.assert_array_equal(arrays["race_boundaries"][i], boundary[0, ::2, ::2])
        trainer.restore(race.snapshot(i))
        assert same_bits(read_state(trainer), read_state(alone))
    np.testing.assert_array_equal(arrays["race_ranges"], [[0, 1]] * len(patches))


OPTIMIZERS = ["sgd", "momentum", "adagrad", "adadelta", "rmsprop", "adamw", "nadam", "lion"]
PLANE = {"data": {"name": "plane", "samples": 60}, "layers": [{"units": 4, "activation": "relu"}]}
STACKED: list[tuple[Any, list[Any]]] = [
    (SMALL, [{"optimizer": {"name": name, "learning_rate": 0.01}} for name in OPTIMIZERS]),
    (PLANE, [{"optimizer": {"learning_rate": rate}} for rate in (0.001, 0.003, 10.0)]),
    (SMALL, [{"initializer": {"name": "he_normal"}}, {"seed": 3}, {"seed": 4}, {"batch_size": 48}]),
]


@pytest.mark.parametrize(("spec", "patches"), STACKED)
def test_networks_of_equal_program_are_trained_in_one_call(
    make_trainer: MakeTrainer, programs: Programs, spec: Any, patches: list[Any]
) -> None:
    """All optimizers share one; what has a program of its own is trained alone."""
    spec, epochs = {**spec, "batch_size": 1}, 120
    trainer = make_trainer(spec)
    start = trainer.snapshot()
    changed = [change_copy(start, Candidate(patch), seeds=True) for patch in patches]
    (group,) = group_copies(changed, epochs)
    race = begin(trainer, patches, epochs)
    # Some are trained alone before; who diverges at once does so in the stacked call.
    while spec["data"] != PLANE["data"] and race.share < 0.02:
        race.advance(SECONDS)
    programs.stacked(group.model)
    arrays = finish(race)
    alike = [i for i, patch in enumerate(patches) if "batch_size" not in patch]
    assert race.stacked <= set(alike)
    for i, patch in enumerate(patches):
        alone = make_trainer(spec)
        alone.edit(patch)
        alone.reset()
        try:
            alone.turn(epochs=epochs)
        except DivergedError:
            assert i in race.stacked
            assert np.isnan(arrays["race_curves"][i, -1, 1:]).all()
            continue
        assert (i in race.stacked) == (i in alike)
        trainer.restore(race.snapshot(i))
        assert trainer.metrics == pytest.approx(alone.metrics, abs=1e-5)
        losses = alone.metrics["train_loss"], alone.metrics["test_loss"]
        np.testing.assert_allclose(arrays["race_curves"][i, -1, 1:3], losses, atol=1e-5)
        frames = [one.turn(request=FrameRequest(views=("boundary",))) for one in (trainer, alone)]
        shown, expected = (frame.arrays["boundary"][0, ::2, ::2].astype(int) for frame in frames)
        assert np.abs(shown - expected).max() <= 1
        if trainer.spec.task != "regression":
            assert np.abs(arrays["race_boundaries"][i] - expected).max() <= 1


def test_from_here_on_all_begin_at_the_present_weights(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(SMALL)
    trainer.turn(epochs=5)
    before = trainer.metrics
    rates = [{"optimizer": {"learning_rate": rate}} for rate in (0.01, 0.1)]
    arrays = finish(begin(trainer, rates, restart=False))
    losses = np.full(2, before["train_loss"], np.float32)
    np.testing.assert_array_equal(arrays["race_curves"][:, 0, 1], losses)
    assert trainer.metrics == before, "the run stays where it is"
    with pytest.raises(TrialError):
        begin(trainer, [{"seed": 1}, {"seed": 2}], restart=False)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"name": "xor", "noise": 0.3}, "accuracy"),
        ({"name": "blobs", "classes": 4}, "accuracy"),
        ({"name": "bumps"}, "rmse"),
    ],
)
def test_an_ensemble_is_the_mean_of_all_outputs(
    make_trainer: MakeTrainer, data: dict[str, Any], key: str
) -> None:
    """In float64, from the outputs of trainers alone."""
    spec = {"layers": [{"units": 3}], "data": {**data, "samples": 100}}
    arrays = finish(begin(make_trainer(spec), [{"seed": seed} for seed in range(4)], 8))
    points, outputs = make_trainer(spec).data, []
    for seed in range(4):
        trainer = make_trainer({**spec, "seed": seed})
        trainer.turn(epochs=8)
        outputs.append(trainer.predict(points.x).astype(np.float64))
    mean = np.mean(outputs, axis=0)
    n_outputs = mean.shape[1]
    guess = mean.argmax(axis=1) if n_outputs > 1 else mean[:, 0] >= 0.5
    right = guess == points.labels
    error = np.sqrt(np.mean((mean[points.n_train :, 0] - points.labels[points.n_train :]) ** 2))
    expected = error if key == "rmse" else right[points.n_train :].mean()
    assert arrays["race_ensemble"][0] == 4
    np.testing.assert_allclose(arrays["race_ensemble"][2], expected, rtol=1e-5)
    assert len(arrays["race_boundaries"]) == 4 * n_outputs


def test_a_copy_that_diverges_leaves_the_others_alone(make_trainer: MakeTrainer) -> None:
    spec = {
        "data": {"name": "plane", "samples": 60},
        "layers": [{"units": 8, "activation": "relu"}],
    }
    rates = [{"optimizer": {"learning_rate": rate}} for rate in (0.01, 10.0)]
    arrays = finish(begin(make_trainer(spec), rates, 20))
    good, bad = arrays["race_curves"]
    assert np.isfinite(good).all()
    assert np.isnan(bad[-1, 1:]).all()
    assert arrays["race_ensemble"][0] == 1
    np.testing.assert_allclose(arrays["race_ensemble"][2], good[-1, 4], rtol=1e-5)


def test_looks_show_all_copies_at_the_same_epoch(make_trainer: MakeTrainer) -> None:
    race = begin(make_trainer(SMALL), [{"seed": seed} for seed in range(3)], 100)
    looks = [race.arrays]
    while not race.done:
        if race.advance(0.0):
            looks.append(race.arrays)
            curves = race.arrays["race_curves"]
            assert np.isfinite(curves).all()
            assert curves[0, -1, 0] == curves.shape[1] - 1
    assert looks[0] == {}
    assert len(looks) > 2, "it is seen while it trains"
    assert race.share == 1


@pytest.mark.parametrize(
    ("patches", "epochs"),
    [
        ([{}], 5),
        ([{}] * (MAX_RACERS + 1), 5),
        ([{}, {}], 0),
        ([{}, {}], 10**6),
        ([{}, {"data": {"name": "xor"}}], 5),
        ([{}, {"loss": "hinge"}], 5),
        ([{}, {"layers": [{"units": 99}]}], 5),
        ([{}, []], 5),
        ([{}, {"data": {"name": "digits"}}], 5),
    ],
)
def test_what_cannot_race_is_refused(
    make_trainer: MakeTrainer, patches: list[Any], epochs: int
) -> None:
    trainer = make_trainer(SMALL)
    before = read_state(trainer)
    with pytest.raises(EngineError):
        begin(trainer, patches, epochs)
    assert same_bits(read_state(trainer), before)


def test_defaults_race_too(make_trainer: MakeTrainer) -> None:
    assert begin(make_trainer({}), [{}, {}]).specs == [Spec(), Spec()]


def test_paths_lie_in_the_plane_that_they_come_nearest_to(make_trainer: MakeTrainer) -> None:
    """Places, share and losses against principal components in float64 and trainers alone."""
    patches = [
        {"optimizer": {"name": name, "learning_rate": 0.03}} for name in ("sgd", "adam", "rmsprop")
    ]
    race = begin(make_trainer(SMALL), patches, 12)
    arrays = finish(race)
    points = []
    for patch in patches:
        alone = make_trainer(SMALL)
        alone.edit(patch)
        alone.reset()
        points.append([alone.snapshot().state.params])
        for _ in range(12):
            alone.train(epochs=1)
            points[-1].append(alone.snapshot().state.params)
    moved = np.array(points, np.float64) - points[0][0]
    flat = moved.reshape(-1, moved.shape[-1])
    # All paths count alike.
    longest = np.linalg.norm(moved, axis=2).max(axis=1)[:, None, None]
    _, sizes, directions = np.linalg.svd((moved / longest).reshape(flat.shape), full_matrices=False)
    places = arrays["race_paths"].reshape(-1, 2)
    expected = flat @ directions[:2].T
    np.testing.assert_allclose(np.abs(places), np.abs(expected), atol=2e-4)
    low_x, high_x, low_y, high_y, share = arrays["race_plane"]
    assert share == pytest.approx(np.sum(sizes[:2] ** 2) / np.sum(sizes**2), abs=1e-5)
    reach = np.abs(places.reshape(3, -1, 2)).max(axis=2)
    seen = places[reach.ravel() <= 3 * np.median(reach.max(axis=1))]
    assert (seen.min(axis=0) >= [low_x, low_y]).all()
    assert (seen.max(axis=0) <= [high_x, high_y]).all()
    signs = np.sign(places[-1] * expected[-1])
    corner = np.array([low_x, high_y]) * signs @ directions[:2] + points[0][0]
    snapshot = race.snapshot(0)
    state = snapshot.state._replace(params=corner.astype(np.float32))
    trainer = make_trainer(SMALL)
    trainer.restore(replace(snapshot, state=state))
    loss = trainer.metrics["train_loss"]
    assert arrays["race_surface"][-1, 0] == pytest.approx(loss, rel=1e-3)


@pytest.mark.parametrize(
    "patch",
    [
        {"seed": 1},
        {"initializer": {"name": "zeros"}},
        {"layers": [{"units": 4, "activation": "relu"}]},
    ],
)
def test_networks_without_a_common_landscape_have_no_paths(
    make_trainer: MakeTrainer, patch: Any
) -> None:
    assert "race_paths" not in finish(begin(make_trainer(SMALL), [{}, patch], 2))


def test_only_what_fits_in_memory_and_stays_in_place_has_paths() -> None:
    """Moving averages would move the landscape itself."""
    plain, normalized = (
        Trainer(parse_spec({"layers": [{"units": 4, "batch_norm": on}]})).snapshot()
        for on in (False, True)
    )
    assert share_landscape([plain] * 2, 100)
    assert not share_landscape([normalized] * 2, 100)
    assert not share_landscape([plain] * 2, MOST_NUMBERS)


def test_the_path_of_a_copy_that_diverges_ends(make_trainer: MakeTrainer) -> None:
    spec = {
        "data": {"name": "plane", "samples": 60},
        "layers": [{"units": 8, "activation": "relu"}],
    }
    rates = [{"optimizer": {"learning_rate": rate}} for rate in (0.01, 10.0)]
    arrays = finish(begin(make_trainer(spec), rates, 20))
    good, bad = arrays["race_paths"]
    assert np.isfinite(good).all()
    assert np.isnan(bad[-1]).all()
    np.testing.assert_allclose(bad[0], 0, atol=1e-6)
