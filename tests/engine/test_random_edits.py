"""Random edits: what survives is worked out weight by weight, and nothing compiles."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Spec, Trainer
from engine.spec import names
from tests.engine import oracle
from tests.engine.compilations import Compilations
from tests.engine.conftest import MakeTrainer
from tests.engine.random_edits import draw_edit, draw_layers
from tests.engine.states import read_state, same_bits, take_apart
from tests.sizes import choose

X = np.random.default_rng(1).uniform(-6, 6, (64, 2)).astype(np.float32)
#: A value that an edit has to draw.
DRAWN = math.nan


#: For a weighted sum the old one, or None where it is drawn, and what it is multiplied by.
Source = tuple[int | None, np.float32]


def find_sums(
    before: Spec, after: Spec, place: int, layer: int, units: list[int | None], *, moments: bool
) -> list[Source]:
    """Works out what becomes of each weighted sum of a layer that is kept; moments are not copied.

    Args:
        before: the old spec.
        after: the new one.
        place: the layer.
        layer: which of the old ones it was.
        units: for each unit the old one.
        moments: whether it is moments that are kept.
    """
    if layer == len(before.layers):
        return [(unit, np.float32(1)) for unit in units]
    old, new = before.layers[layer], after.layers[place]
    pieces, had = (oracle.PIECES.get(one.activation, 1) for one in (new, old))
    copied = {"linear": 1.0, "leaky_relu": old.negative_slope}.get(old.activation, 0.0)
    copied = 0 if moments else copied
    found: list[Source] = []
    for piece in range(pieces):
        factor = 1 if piece < had else copied
        at = piece if piece < had else 0
        found += [
            (None if unit is None else unit + at * old.units, np.float32(factor)) for unit in units
        ]
    return found


def expect_kernel(
    old: list[Any], layer: int, sums: list[Source], came_from: int, rows: list[int | None]
) -> np.ndarray:
    """Works out, number by number, the kernel of a layer that is kept.

    Args:
        old: the old dense layers.
        layer: which of them it was.
        sums: what becomes of each column.
        came_from: the old layer, -1 for the features, that now stands before it.
        rows: for each row the old unit of that layer.
    """
    kernel = old[layer].kernel
    found = np.full((len(rows), len(sums)), DRAWN, np.float32)
    for c, (unit, factor) in enumerate(sums):
        if unit is None:
            continue
        for r, row in enumerate(rows):
            if came_from == layer - 1:
                found[r, c] = 0 if row is None else factor * kernel[row, unit]
            elif len(rows) == len(kernel):
                found[r, c] = factor * kernel[r, unit]
    return found


def check_survivors(before: Spec, after: Spec, vectors: Any, origin: list[Any]) -> int:
    """Compares every number that an edit must keep; returns how many there were."""
    compared = 0
    for which, (was, now) in enumerate(zip(*vectors, strict=True)):
        old, new = take_apart(before, was), take_apart(after, now)
        carried: list[Any] = [*origin, [len(before.layers), [0]]]
        came_from, rows = -1, list[int | None](range(len(before.features)))
        for place, (layer, units) in enumerate(carried):
            if layer is None:
                # A new layer hands its first units on.
                width = len(units)
                rows = rows[:width] + [None] * (width - len(rows))
                if which:
                    assert not new[place].kernel.any()
                continue
            sums = find_sums(before, after, place, layer, units, moments=which > 0)
            expected = expect_kernel(old, layer, sums, came_from, rows)
            known = ~np.isnan(expected)
            np.testing.assert_array_equal(new[place].kernel[known], expected[known])
            if which:
                assert not new[place].kernel[~known].any()
            kept = [c for c, (unit, _) in enumerate(sums) if unit is not None]
            from_ = [factor * old[layer].bias[unit] for unit, factor in sums if unit is not None]
            np.testing.assert_array_equal(new[place].bias[kept], np.array(from_, np.float32))
            assert not np.delete(new[place].bias, kept).any()
            compared += int(known.sum()) + len(kept)
            came_from, rows = layer, units
    return compared


@pytest.mark.parametrize("seed", range(choose(15, 40)))
def test_all_that_is_not_edited_survives(make_trainer: MakeTrainer, seed: int) -> None:
    rng = random.Random(seed)
    layers = [
        {"units": rng.randint(1, 8), "activation": rng.choice(names.ACTIVATIONS)}
        for _ in range(rng.randint(0, 6))
    ]
    trainer = make_trainer({"layers": layers, "optimizer": {"name": "adam"}})
    trainer.turn(batches=30)
    for _ in range(3):
        before, state, step = trainer.spec, read_state(trainer), trainer.step
        patch, origin = draw_layers(rng, before, 6, 8)
        trainer.edit(patch, origin)
        assert trainer.step == step
        vectors = (state, read_state(trainer))
        assert check_survivors(before, trainer.spec, vectors, origin or []) > 0
        trainer.turn(batches=5)


def check_metrics(trainer: Trainer, flat: Any) -> None:
    """What is shown is of the present spec, data and weights."""
    spec, data, metrics = trainer.spec, trainer.data, trainer.metrics
    assert metrics["step"] == trainer.step
    if any(layer.activation == "step" for layer in spec.layers):
        return  # rounding may turn a step over
    expected = oracle.measure(spec, flat, data.x, data.labels, data.n_train, data.n_validation)
    for name in {"train_loss", "test_loss", "validation_loss", "penalty"} & set(expected):
        assert metrics[name] == pytest.approx(expected[name], rel=2e-3, abs=1e-3), name


def exercise(trainer: Trainer, rng: random.Random) -> None:
    """Trains, and looks at everything there is to see."""
    depth = len(trainer.spec.layers)
    select = (rng.randrange(depth), 0) if depth else None
    request = FrameRequest(
        views=("boundary", "units", "weights", "history", "points", "selected"),
        select=select,
        # Mostly the same, so that what is laid out for the last spec could be taken for this one.
        tile=rng.choice([32, 32, 32, rng.randint(8, 64)]),
        points=rng.random() < 0.5,
    )
    frame = trainer.turn(batches=rng.randint(0, 3), request=request)
    flat = read_state(trainer).params
    assert same_bits(frame.arrays["weights"], flat[: oracle.n_weights(trainer.spec)])
    assert frame.arrays["units"].shape[0] == sum(layer.units for layer in trainer.spec.layers)
    assert ("selected" in frame.arrays) == bool(depth)
    check_metrics(trainer, flat)
    assert np.isfinite(trainer.predict(X)).all()


def run_edits(trainer: Trainer, rng: random.Random, edits: int, layers: int, units: int) -> None:
    for _ in range(edits):
        trainer.edit(*draw_edit(rng, trainer.spec, layers, units))
        exercise(trainer, rng)
        if rng.random() < 0.1:
            trainer.set_weight(0, "bias", 0, 0.5)
        if rng.random() < 0.1:
            trainer.reset()


@pytest.mark.parametrize("seed", range(choose(2, 4)))
def test_no_edit_within_the_first_capacity_compiles_anything(
    programs: Programs, make_trainer: MakeTrainer, compilations: Compilations, seed: int
) -> None:
    trainer = make_trainer()
    rng = random.Random(seed)
    builds, compiled = programs.builds, compilations.count
    run_edits(trainer, rng, 60, 6, 8)
    assert programs.builds == builds
    assert compilations.count == compiled


@pytest.mark.slow
def test_no_edit_within_all_capacities_compiles_anything(
    all_programs: Programs, make_trainer: MakeTrainer, compilations: Compilations
) -> None:
    trainer = make_trainer()
    builds, compiled = all_programs.builds, compilations.count
    run_edits(trainer, random.Random(9), choose(30, 60), 8, 32)
    assert all_programs.builds == builds
    assert compilations.count == compiled


def test_no_switch_of_batch_normalization_compiles_anything(
    all_programs: Programs, make_trainer: MakeTrainer, compilations: Compilations
) -> None:
    trainer = make_trainer()
    rng = random.Random(2)
    builds, compiled = all_programs.builds, compilations.count
    for units in (4, 20, 8, 3):
        for batch_norm in (True, False):
            trainer.edit({"layers": [{"units": units, "batch_norm": batch_norm}, {"units": 3}]})
            exercise(trainer, rng)
    assert all_programs.builds == builds
    assert compilations.count == compiled


def test_a_new_trainer_and_a_loaded_one_compile_nothing(
    all_programs: Programs, make_trainer: MakeTrainer, compilations: Compilations, tmp_path: Any
) -> None:
    make_trainer()
    builds, compiled = all_programs.builds, compilations.count
    rng = random.Random(4)
    for _ in range(10):
        trainer = make_trainer()
        run_edits(trainer, rng, 3, 6, 8)
        trainer.save(tmp_path / "trainer")
        exercise(Trainer.load(tmp_path / "trainer", all_programs), rng)
    assert all_programs.builds == builds
    assert compilations.count == compiled


def test_the_counter_of_compilations_counts(
    make_trainer: MakeTrainer, programs: Programs, compilations: Compilations
) -> None:
    """Or the tests above would prove nothing."""
    builds, compiled = programs.builds, compilations.count
    make_trainer({"layers": [{"units": 7}], "batch_size": 13}).train(steps=1)
    assert programs.builds == builds + 1
    assert compilations.count > compiled


def test_room_for_larger_image_networks_is_prepared_where_all_capacities_are(
    all_programs: Programs,
) -> None:
    assert all_programs.images.prepares_larger
    assert not Programs().images.prepares_larger
