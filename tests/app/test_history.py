"""What is one step of undo, how many are kept, and where two specs differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.history.snapshot_memory import SnapshotMemory
from app.history.spec_diff import find_changed_path
from app.history.undo import MAX_BYTES, MAX_STEPS, Change, UndoHistory, UndoStep, count_bytes
from engine import Snapshot, Spec, Trainer, parse_spec, patch_spec


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return Trainer(Spec()).snapshot()


def make_steps(one: Snapshot, n: int) -> list[UndoStep]:
    known = one.spec, one.data, one.state, one.counters, one.ranges
    return [UndoStep(Snapshot(*known)) for _ in range(n)]


def test_back_and_forth(snapshot: Snapshot) -> None:
    first, second, third = make_steps(snapshot, 3)
    history = UndoHistory()
    assert (history.can_undo, history.can_redo) == (False, False)
    assert history.undo(first) is None
    assert history.redo(first) is None
    history.record(first, Change(None, 0))
    history.record(second, Change(None, 0))
    assert history.undo(third) is second
    assert history.undo(second) is first
    assert (history.can_undo, history.can_redo) == (False, True)
    assert history.redo(first) is second
    assert history.redo(second) is third
    assert (history.can_undo, history.can_redo) == (True, False)


def test_a_change_forgets_what_was_undone(snapshot: Snapshot) -> None:
    history = UndoHistory()
    history.record(UndoStep(snapshot), Change("a", 0))
    history.undo(UndoStep(snapshot))
    history.record(UndoStep(snapshot), Change("a", 0))
    assert not history.can_redo
    assert history.can_undo


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ([("a", 0), ("a", 0.9), ("a", 1.8), ("a", 2.7)], 1),
        ([("a", 0), ("a", 1.1)], 2),
        ([("a", 0), ("b", 0.1), ("a", 0.2)], 3),
        ([(None, 0), (None, 0.1)], 2),
    ],
)
def test_one_value_within_a_second_is_one_step(
    snapshot: Snapshot, changes: list[tuple[str | None, float]], steps: int
) -> None:
    steps_before = make_steps(snapshot, len(changes))
    history = UndoHistory()
    for before, (place, at) in zip(steps_before, changes, strict=True):
        history.record(before, Change(place, at))
    undone = [back for _ in changes if (back := history.undo(UndoStep(snapshot))) is not None]
    assert len(undone) == steps
    assert undone[-1] is steps_before[0]


@pytest.mark.parametrize(
    ("groups", "steps"),
    [
        (["s", "s", "s"], 1),
        (["s", "s", "t", "t"], 2),
        (["s", None, "s"], 3),
        ([None, "s", "s"], 2),
        (["s", "s", None, None], 2),
    ],
)
def test_a_group_is_one_step_however_long_it_takes(
    snapshot: Snapshot, groups: list[str | None], steps: int
) -> None:
    """Edits without a group are of one place here, and follow each other at once."""
    steps_before = make_steps(snapshot, len(groups))
    history = UndoHistory()
    at = 0.0
    for before, group in zip(steps_before, groups, strict=True):
        at += 60 if group else 0.1
        history.record(before, Change(("data", "points"), at, group))
    undone = [back for _ in groups if (back := history.undo(UndoStep(snapshot))) is not None]
    assert len(undone) == steps
    assert undone[-1] is steps_before[0]


def test_a_group_that_was_undone_begins_anew(snapshot: Snapshot) -> None:
    first, second = make_steps(snapshot, 2)
    history = UndoHistory()
    history.record(first, Change(None, 0, "s"))
    history.undo(UndoStep(snapshot))
    history.record(second, Change(None, 1, "s"))
    assert history.undo(UndoStep(snapshot)) is second


def test_number_is_bounded(snapshot: Snapshot) -> None:
    steps_before = make_steps(snapshot, MAX_STEPS + 5)
    history = UndoHistory()
    for before in steps_before:
        history.record(before, Change(None, 0))
    undone = [back for _ in steps_before if (back := history.undo(UndoStep(snapshot))) is not None]
    assert len(undone) == MAX_STEPS
    assert undone[-1] is steps_before[5]


def test_bytes_are_bounded() -> None:
    rng = np.random.default_rng(0)
    history = UndoHistory()
    for _ in range(12):
        points = [[*xy, 0.0] for xy in rng.uniform(-6, 6, (5000, 2)).round(3).tolist()]
        spec = parse_spec({"data": {"name": "points", "points": points}})
        history.record(UndoStep(Trainer(spec).snapshot()), Change(None, 0))
    kept = 0
    while history.undo(UndoStep(Trainer(Spec()).snapshot())) is not None:
        kept += 1
    assert 2 <= kept <= MAX_BYTES // (5000 * 200)


def test_data_that_steps_share_count_once() -> None:
    points = np.random.default_rng(0).uniform(-6, 6, (5000, 2)).round(3).tolist()
    spec = parse_spec({"data": {"name": "points", "points": [[*xy, 0.0] for xy in points]}})
    snapshot = Trainer(spec).snapshot()
    history = UndoHistory()
    for before in make_steps(snapshot, 50):
        history.record(before, Change(None, 0))
    undone = [back for _ in range(51) if (back := history.undo(UndoStep(snapshot))) is not None]
    assert len(undone) == 50


def test_histories_share_their_memory(snapshot: Snapshot) -> None:
    each = count_bytes([snapshot])
    memory = SnapshotMemory(sessions=2, total=40 * each, most=40 * each)
    first, second = UndoHistory(memory), UndoHistory(memory)
    alone = memory.limit(second)
    first.record(UndoStep(snapshot), Change(None, 0))
    assert memory.limit(second) == alone - each, "what one holds the other cannot have"
    assert first.undo(UndoStep(snapshot)) == UndoStep(snapshot)
    assert memory.limit(second) == alone - each, "it can be done again"
    first.clear()
    assert memory.limit(second) == alone


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        ({"optimizer": {"learning_rate": 1.0}}, ("optimizer", "learning_rate")),
        ({"seed": 1}, ("seed",)),
        ({"features": ["x1"]}, ("features",)),
        ({"layers": [{"units": 5}, {"units": 2}]}, ("layers", 0, "units")),
        ({"layers": [{"units": 5}, {"units": 3}]}, None),
        ({"layers": [{"units": 4}]}, None),
        ({"seed": 1, "batch_size": 2}, None),
        ({}, None),
    ],
)
def test_place_of_an_edit(patch: dict[str, Any], place: tuple[str | int, ...] | None) -> None:
    assert find_changed_path(Spec(), patch_spec(Spec(), patch)) == place
