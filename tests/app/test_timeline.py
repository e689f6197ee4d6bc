"""The time line: what is kept, what is shown again, and going on from there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.history.snapshot_memory import SnapshotMemory
from app.history.timeline import MAX_POINTS, Timeline
from app.history.undo import count_bytes
from engine import Snapshot, Spec, Trainer, patch_spec
from tests.app.client import Client, FrameSeen
from tests.app.servers import LiveServer

EPOCH = 25
EDIT = {"layers": [{"units": 3}], "optimizer": {"learning_rate": 0.1}}


@pytest.fixture(scope="module")
def start() -> Snapshot:
    return Trainer(Spec()).shown_snapshot()


def at_step(snapshot: Snapshot, step: int, numbers: int = 0) -> Snapshot:
    """A snapshot at another step, with so many parameters if any are asked for."""
    counters = replace(snapshot.counters, step=step)
    state = snapshot.state
    if numbers:
        state = state._replace(params=np.zeros(numbers, np.float32))
    return replace(snapshot, counters=counters, state=state)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("train"), st.integers(1, 2000)),
            st.tuples(st.sampled_from(["edit", "undo", "reset", "branch"]), st.booleans()),
        ),
        max_size=300,
    ),
    st.sampled_from([20_000, 80_000, 1 << 30]),
)
def test_points_are_bounded_and_stand_in_order(
    start: Snapshot, events: list[tuple[str, Any]], room: int
) -> None:
    """However a session goes: never too many, never too large, the first and the last are there."""
    memory = SnapshotMemory(1, 2 * room, room)
    timeline = Timeline(memory, start)
    step, trained, spec_id = 0, 0, 0
    for kind, value in events:
        if kind == "train":
            step, trained = step + value, trained + value
            if timeline.is_due(step):
                timeline.add(at_step(start, step, 1000), spec_id)
                assert timeline.points[-1].trained == trained
        else:
            before = at_step(start, step, 1000)
            step = {"edit": step, "reset": 0}.get(kind, step // 2)
            spec_id += 1
            joined = value and kind == "edit"
            timeline.record_change(before, at_step(start, step, 1000), spec_id, kind, joined=joined)
            assert timeline.points[-1].kind == kind
            assert timeline.points[-1].snapshot.step == step
        points = timeline.points
        assert points[0].kind == "start"
        assert len(points) <= MAX_POINTS
        assert sum(v.nbytes for p in points[2:] for v in p.snapshot.state) <= room
        if len(points) > 1:
            assert memory._held[timeline] == count_bytes([point.snapshot for point in points])
        assert len({point.id for point in points}) == len(points)
        assert [p.trained for p in points] == sorted(p.trained for p in points)


def test_a_long_run_is_kept_evenly(start: Snapshot) -> None:
    """Ten thousand epochs: few points were ever taken, and none of them lie far apart."""
    timeline = Timeline(SnapshotMemory(), start)
    taken = 0
    for step in range(EPOCH, EPOCH * 10_000 + 1, EPOCH):
        if timeline.is_due(step):
            timeline.add(at_step(start, step), 0)
            taken += 1
    steps = [point.snapshot.step for point in timeline.points]
    assert taken < 500
    assert MAX_POINTS // 3 < len(steps) <= MAX_POINTS
    assert max(np.diff(steps)) < 4 * steps[-1] / MAX_POINTS


def test_a_new_beginning_is_seen_as_closely_as_the_first(start: Snapshot) -> None:
    timeline = Timeline(SnapshotMemory(), start)
    for step in range(EPOCH, EPOCH * 1000, EPOCH):
        if timeline.is_due(step):
            timeline.add(at_step(start, step), 0)
    last = timeline.points[-1].snapshot
    assert not timeline.is_due(last.step + 1)
    timeline.record_change(last, at_step(start, 0), 1, "reset", joined=False)
    assert timeline.is_due(1)


def test_an_edit_stays_beside_training_that_led_nowhere(start: Snapshot) -> None:
    timeline = Timeline(SnapshotMemory(), start)
    before = at_step(start, 50)
    after = replace(before, spec=patch_spec(Spec(), EDIT))
    timeline.record_change(before, after, 1, "edit", joined=False)
    timeline.add(after, 1)
    assert [point.kind for point in timeline.points] == ["start", None, "edit", None]


def test_a_slider_leaves_one_point_that_tells_from_where_to_where(start: Snapshot) -> None:
    timeline = Timeline(SnapshotMemory(), start)
    before = at_step(start, 50)
    for i, rate in enumerate((0.04, 0.05, 0.1)):
        spec = patch_spec(Spec(), {"optimizer": {"learning_rate": rate}})
        after = replace(before, spec=spec)
        timeline.record_change(before, after, i + 1, "edit", joined=i > 0)
        before = at_step(after, before.step + EPOCH)
        timeline.add(before, i + 1)
    edits = [point.describe() for point in timeline.points if point.kind == "edit"]
    change = {"path": "optimizer.learning_rate", "from": 0.03, "to": 0.1}
    assert [edit["changes"] for edit in edits] == [[change]]


def test_time_lines_share_their_room(start: Snapshot) -> None:
    """What one session holds another cannot have, but its fair share; a session gone leaves all."""
    room = SnapshotMemory(sessions=4, total=8000, most=3000)
    first, second, third = (Timeline(room, start) for _ in range(3))
    assert room.limit(first) == 3000
    room.hold(first, 3000)
    room.hold(second, 900)
    assert (room.limit(second), room.limit(third)) == (1000, 1000)
    del first
    assert room.limit(third) == 3000


# Over the stream


def points_of(client: Client) -> list[dict[str, Any]]:
    """Asks for the time line and returns its points."""
    client.send("timeline", on=True)
    points = client.message("timeline", acks=True)["points"]
    client.send("timeline", on=False)
    return points


def step_to(client: Client, step: int) -> FrameSeen:
    client.ack()
    client.send("step", batches=EPOCH)
    return client.frame_where(lambda frame: frame.step == step)


def change(client: Client, kind: str, **content: Any) -> tuple[dict[str, Any], FrameSeen]:
    client.ack()
    client.send(kind, **content)
    spec = client.message("spec", acks=True)
    return spec, client.frame_where(lambda frame: frame.spec_id == spec["id"])


def recall(client: Client, point: int) -> tuple[dict[str, Any], FrameSeen]:
    client.ack()
    client.send("recall", point=point)
    told = client.message("recalled", acks=True)
    return told, client.frame_where(lambda f: f.metadata.get("recalled") == str(point))


def assert_same(shown: FrameSeen, seen: FrameSeen) -> None:
    """A recalled frame is the one that was seen, but for the losses since the frame before."""
    told = {key: value for key, value in shown.metadata.items() if key != "recalled"}
    assert told == seen.metadata
    assert shown.arrays.keys() >= seen.arrays.keys()
    for name, array in seen.arrays.items():
        if name != "history":
            np.testing.assert_array_equal(shown.arrays[name], array, name)


@pytest.mark.transports
def test_what_was_seen_is_shown_again_and_gone_on_from(opened: Client) -> None:
    """Two epochs, an edit, two more; back to each of them, a branch, and its undo, bit for bit."""
    seen = {step: step_to(opened, step) for step in (25, 50)}
    _, edited = change(opened, "edit", patch=EDIT)
    seen |= {step: step_to(opened, step) for step in (75, 100)}
    points = points_of(opened)
    assert [(p["step"], p["spec_id"], p.get("kind")) for p in points] == [
        (0, 0, "start"), (25, 0, None), (50, 0, None),
        (50, 1, "edit"), (75, 1, None), (100, 1, None),
    ]  # fmt: skip
    assert points[3]["changes"] == [
        {"path": "layers", "from": [4, 2], "to": [3]},
        {"path": "optimizer.learning_rate", "from": 0.03, "to": 0.1},
    ]
    for point in (points[1], points[5], points[3], points[2], points[4]):
        told, frame = recall(opened, point["id"])
        assert (told["id"], told["step"]) == (point["spec_id"], point["step"])
        assert [one["units"] for one in told["spec"]["layers"]] == ([3] if told["id"] else [4, 2])
        assert_same(frame, edited if point is points[3] else seen[point["step"]])
    opened.ack()
    opened.send("recall", point=None)
    now = opened.frame_where(lambda frame: "recalled" not in frame.metadata)
    assert (now.step, now.spec_id) == (100, 1)
    np.testing.assert_array_equal(now.arrays["weights"], seen[100].arrays["weights"])

    spec, frame = change(opened, "branch", point=points[1]["id"])
    assert (spec["step"], spec["id"], spec["undo"]) == (25, 2, True)
    np.testing.assert_array_equal(frame.arrays["weights"], seen[25].arrays["weights"])
    again = step_to(opened, 50)
    for name in ("weights", "boundary", "units", "history"):
        np.testing.assert_array_equal(again.arrays[name], seen[50].arrays[name], name)
    spec, frame = change(opened, "undo")
    assert (spec["step"], spec["spec"]["layers"][0]["units"]) == (100, 3)
    np.testing.assert_array_equal(frame.arrays["weights"], seen[100].arrays["weights"])
    kept = points_of(opened)
    assert kept[:6] == points, "nothing that was seen is lost by going back"
    assert [(p["step"], p.get("kind"), p["trained"], p["line"]) for p in kept[6:]] == [
        (25, "branch", 100, 1), (50, None, 125, 1), (100, "undo", 125, 2),
    ]  # fmt: skip


def test_a_look_back_at_other_data_shows_their_points_and_ends_with_a_change(
    opened: Client,
) -> None:
    step_to(opened, 25)
    _, blobs = change(opened, "edit", patch={"data": {"name": "blobs"}})
    points = points_of(opened)
    _, circle = recall(opened, points[1]["id"])
    assert set(circle.arrays["points"][:, 2]) == {0, 1}
    _, frame = change(opened, "edit", patch={"optimizer": {"learning_rate": 0.5}})
    assert "recalled" not in frame.metadata
    np.testing.assert_array_equal(frame.arrays["points"], blobs.arrays["points"])
    assert frame.step == 25


def test_a_look_back_pauses_and_running_goes_on_from_the_newest(opened: Client) -> None:
    opened.send("timeline", on=True)
    opened.ack(2)
    opened.send("run")
    while len(points := opened.message("timeline", acks=True)["points"]) < 3:
        pass
    # The first point is never thinned out; the second one may be, meanwhile.
    opened.send("recall", point=points[0]["id"])
    opened.ack()
    frame = opened.frame_where(lambda frame: "recalled" in frame.metadata)
    assert (frame.metadata["running"], frame.step) == ("false", points[0]["step"])
    opened.ack()
    opened.send("run")
    frame = opened.frame_where(lambda frame: "recalled" not in frame.metadata)
    assert frame.step > points[-1]["step"]


def test_a_reset_keeps_what_was_seen_and_begins_a_new_line(opened: Client) -> None:
    trained = step_to(opened, 25)
    change(opened, "reset")
    points = points_of(opened)
    assert [(p["step"], p.get("kind"), p["line"]) for p in points] == [
        (0, "start", 0), (25, None, 0), (0, "reset", 1),
    ]  # fmt: skip
    assert_same(recall(opened, points[1]["id"])[1], trained)


@pytest.mark.parametrize("kind", ["recall", "branch"])
def test_points_that_are_not_there_are_refused(opened: Client, kind: str) -> None:
    opened.send(kind, point=7)
    assert opened.error("unknown_point")["path"] == "point"
    opened.send(kind, point="1")
    assert opened.error("invalid_message")["path"] == "point"
    opened.send(kind)
    opened.error("invalid_message")
    assert opened.barrier() == []


@pytest.mark.transports
def test_who_comes_back_sees_the_present(connect: Callable[..., Client]) -> None:
    client = connect()
    token = client.open()["session"]
    step_to(client, 25)
    recall(client, 0)
    other = connect()
    other.resume(token)
    frame = other.frame()
    assert frame.step == 25
    assert "recalled" not in frame.metadata


def branch_aside(server: LiveServer, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
    answer = server.get(f"/api/sessions/{token}/branches", "POST", body)
    return answer.status, json.loads(answer.body)


def test_a_branch_of_its_own_leaves_the_run_where_it_is(
    connect: Callable[..., Client], server: LiveServer
) -> None:
    first, second = connect(), connect()
    token = first.open()["session"]
    seen = {step: step_to(first, step) for step in (25, 50, 75)}
    point = next(p["id"] for p in points_of(first) if p["step"] == 50)
    status, made = branch_aside(server, token, json.dumps({"point": point}).encode())
    assert status == 200
    opened = second.resume(made["session"])
    assert (opened["running"], opened["id"], made["session"] != token) == (False, 0, True)
    begun = second.frame()
    assert begun.step == 50
    np.testing.assert_array_equal(begun.arrays["weights"], seen[50].arrays["weights"])
    went = step_to(second, 75)
    np.testing.assert_array_equal(went.arrays["weights"], seen[75].arrays["weights"])
    assert step_to(first, 100).step == 100
    for body, code in {
        b'{"point":999}': "unknown_point",
        b'{"point":true}': "invalid_message",
        b'{"point":0,"more":1}': "invalid_message",
        b"[]": "invalid_message",
        b"{": "invalid_json",
    }.items():
        status, refused = branch_aside(server, token, body)
        assert (status >= 400, refused["code"]) == (True, code), body
    assert branch_aside(server, "nobody", b'{"point":0}')[1]["code"] == "unknown_session"
