"""Work in slices: the same in the end, with pauses, and nobody waits for a compiler."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

import numpy as np
import pytest

from engine import FrameRequest, Programs, Slices, Trainer, parse_spec
from engine.base.slices import finish, timed
from engine.edits.revisions import revise
from engine.network import Layout
from engine.programs.images.compiled import BatchedProgram
from engine.programs.images.views import MOST_ROWS, rows_per_call
from engine.runs.run_classes import make_data
from engine.spec import patch_spec
from tests.app.servers import wait_until
from tests.programs import FOLDER

T = TypeVar("T")


def count_pauses(work: Slices[T]) -> tuple[int, T]:
    pauses = 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            return pauses, end.value
        pauses += 1


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_work_is_timed_without_its_pauses() -> None:
    clock, told = Clock(), []

    def work() -> Slices[str]:
        for _ in range(3):
            clock.seconds += 1
            yield
        clock.seconds += 1
        return "made"

    slices = timed(work(), told.append, clock)
    next(slices)
    clock.seconds += 100
    assert finish(slices) == "made"
    assert told == [4]


@pytest.mark.parametrize(("n", "rows"), [(10, 10), (10, 4), (12, 4), (9, 8), (5, 1)])
def test_a_set_is_looked_at_in_parts_of_one_size(n: int, rows: int) -> None:
    images = np.arange(3 * n).reshape(n, 3)
    looked = []

    def run(first: np.int32, factor: int) -> dict[str, np.ndarray]:
        looked.append(int(first))
        assert first + rows <= n
        return {"sum": images[first : first + rows].sum(axis=1) * factor}

    pauses, made = count_pauses(BatchedProgram(rows, run).slices(n, 2))
    np.testing.assert_array_equal(made["sum"], 2 * images.sum(axis=1))
    assert pauses == len(looked) == -(-n // rows)


@pytest.mark.parametrize(
    ("widths", "fewest"), [((784, 128, 10), 5), ((784, 1024, 1024, 1024, 1024, 10), 30)]
)
def test_the_larger_a_network_the_fewer_images_at_a_time(
    widths: tuple[int, ...], fewest: int
) -> None:
    rows = rows_per_call(Layout(widths), 10_000)
    assert rows <= MOST_ROWS
    assert -(-10_000 // rows) >= fewest
    assert rows * Layout(widths).n_weights < 2e9


@pytest.mark.parametrize("units", [16, 128, 512, 1024])
@pytest.mark.parametrize("images", [10_000, 2_000, 1_797, 1])
def test_calls_over_a_set_repeat_less_than_an_image_each(units: int, images: int) -> None:
    rows = rows_per_call(Layout((784, units, units, 10)), images)
    calls = -(-images // rows)
    assert images <= calls * rows < images + calls


def test_measuring_a_large_network_pauses(programs: Programs) -> None:
    layers = [{"units": 1024, "activation": "relu"}] * 2
    trainer = Trainer(parse_spec({"data": {"name": "digits"}, "layers": layers}), programs)
    whole = trainer.metrics
    work = Trainer(trainer.spec, programs).begin_turn(batches=1, request=FrameRequest(("history",)))
    pauses = sum(1 for _ in work)
    assert pauses > 2, "after training, and while it measures"
    assert whole["step"] == 0


def test_what_is_made_in_slices_is_what_is_made_at_once(programs: Programs) -> None:
    spec = parse_spec({"data": {"name": "digits"}, "layers": [{"units": 24}], "seed": 5})
    request = FrameRequest(("history", "confusion", "exciting", "space"), select=(0, 3))
    one, other = Trainer(spec, programs), Trainer(spec, programs)
    whole = one.turn(batches=7, request=request)
    work, pauses = other.begin_turn(batches=7, request=request), 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            frame = end.value
            break
        pauses += 1
    assert pauses >= 4
    assert set(frame.arrays) == set(whole.arrays)
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(frame.arrays[name], array)


def test_a_frame_in_time_is_the_same_training(programs: Programs) -> None:
    """Training and painting apart, as they are timed now and then, changes nothing."""
    spec, request = parse_spec({"layers": [{"units": 7}, {"units": 3}]}), FrameRequest()
    one, other = Trainer(spec, programs), Trainer(spec, programs)
    for _ in range(3):
        whole = one.turn(epochs=1, request=request)
        timed_one = other.turn(epochs=1, request=request, max_seconds=10)
        assert timed_one.metadata == whole.metadata
        for name, array in whole.arrays.items():
            np.testing.assert_array_equal(timed_one.arrays[name], array)


@pytest.mark.parametrize(
    "value",
    [
        {"layers": [{"units": 9}]},
        {"data": {"name": "digits"}, "layers": [{"units": 41}]},
    ],
)
def test_a_frame_whose_programs_are_not_there_is_known_and_they_come(value: dict) -> None:
    programs = Programs(cache_dir=str(FOLDER))
    programs.warm()
    trainer = Trainer(parse_spec(value), programs)
    request = FrameRequest(("boundary", "space"))
    built = programs.builds
    assert not trainer.is_ready(request)
    wait_until(lambda: trainer.is_ready(request), "what the frame needs is compiled")
    after = programs.builds
    assert after > built
    trainer.turn(request=request)
    assert programs.builds == after, "nobody compiles in a turn"
    shown = trainer.shown_snapshot()
    assert trainer.is_ready(request, shown)
    trainer.close()
    programs.close()


def test_a_change_pauses_after_each_layer_and_ends_as_at_once(programs: Programs) -> None:
    """Layers of 1024 units take too long to be drawn and moved in one go."""
    spec = parse_spec({"layers": [{"units": 6}] * 3, "optimizer": {"name": "adam"}})
    at_once, in_slices = Trainer(spec, programs), Trainer(spec, programs)
    for trainer in (at_once, in_slices):
        trainer.turn(epochs=1)
    patch = {"layers": [{"units": 6}, {"units": 9}, {"units": 6}]}
    at_once.edit(patch)
    pauses, after = count_pauses(in_slices.begin_edit(patch))
    # One behind the snapshot; planned, then parameters and both moments, each of four layers.
    assert pauses == 1 + 4 * 4
    assert after == at_once.spec
    for one, other in zip(in_slices.snapshot().state, at_once.snapshot().state, strict=True):
        np.testing.assert_array_equal(one, other)
    at_once.reset()
    assert count_pauses(in_slices.begin_reset())[0] == 4
    np.testing.assert_array_equal(in_slices.weights, at_once.weights)


@pytest.mark.parametrize(
    "patch",
    [
        {"optimizer": {"learning_rate": 0.002}, "batch_size": 20},
        {"layers": [{"units": 6, "activation": "relu"}, {"units": 6, "dropout": 0.2}]},
    ],
)
def test_an_edit_that_moves_no_number_copies_none(
    patch: dict[str, Any], programs: Programs
) -> None:
    before = Trainer(parse_spec({"layers": [{"units": 6}] * 2}), programs).snapshot()
    new = patch_spec(before.spec, patch)
    after = finish(revise(before, new, None, partial(make_data, programs=programs)))
    assert all(one is other for one, other in zip(after.state, before.state, strict=True))
