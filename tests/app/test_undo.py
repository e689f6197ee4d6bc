"""Undo and redo in a session: the spec, the weights and the counters come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.app.client import Client, FrameSeen


def change(client: Client, kind: str, **content: Any) -> tuple[dict[str, Any], FrameSeen]:
    """Sends what changes the session; returns the `spec` and the first frame of it."""
    client.ack()
    client.send(kind, **content)
    spec = client.message("spec", acks=True)
    return spec, client.frame_where(lambda frame: frame.spec_id == spec["id"])


def same(first: FrameSeen, second: FrameSeen) -> None:
    assert first.step == second.step
    np.testing.assert_array_equal(first.arrays["weights"], second.arrays["weights"])


@pytest.fixture
def trained(opened: Client) -> tuple[Client, FrameSeen]:
    opened.ack()
    opened.send("step", epochs=3)
    return opened, opened.frame_where(lambda frame: frame.epoch == 3)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("edit", {"patch": {"layers": [{"units": 2}]}}),
        ("edit", {"patch": {"seed": 9}}),
        ("edit", {"patch": {"data": {"name": "blobs"}, "optimizer": {"name": "adam"}}}),
        ("reset", {}),
        ("set_weight", {"layer": 0, "from_": 0, "to": 0, "value": 2.0}),
    ],
)
def test_every_change_is_taken_back_and_done_again(
    trained: tuple[Client, FrameSeen], kind: str, content: dict[str, Any]
) -> None:
    client, before = trained
    done, after = change(client, kind, **content)
    assert (done["undo"], done["redo"]) == (True, False)
    undone, back = change(client, "undo")
    assert undone["id"] == done["id"] + 1
    assert (undone["undo"], undone["redo"]) == (False, True)
    assert undone["spec"]["layers"][0]["units"] == 4
    same(back, before)
    assert (done["step"], undone["step"]) == (after.step, before.step)
    redone, forth = change(client, "redo")
    assert (redone["undo"], redone["redo"]) == (True, False)
    assert redone["spec"] == {**done["spec"], "data": redone["spec"]["data"]}
    same(forth, after)


def test_undo_brings_back_own_points(client: Client) -> None:
    points = [[1.0, 2.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.5, 1.0], [0.5, 0.0, 0.0]]
    client.open({"data": {"name": "points", "points": points}})
    change(client, "edit", patch={"data": {"name": "circle", "points": None}})
    undone, frame = change(client, "undo")
    assert undone["spec"]["data"]["points"] == points
    assert frame.arrays["points"].shape == (4, 6)


@pytest.mark.transports
def test_a_slider_is_one_step(opened: Client) -> None:
    for i in range(1, 31):
        opened.send("edit", patch={"optimizer": {"learning_rate": i / 100}})
    opened.send("undo")
    opened.ack(4)
    specs = [opened.message("spec", acks=True) for _ in range(31)]
    assert specs[-1]["spec"]["optimizer"]["learning_rate"] == 0.03
    assert specs[-1]["undo"] is False


def test_a_stroke_is_one_step(trained: tuple[Client, FrameSeen]) -> None:
    """Two strokes that follow each other at once, and one that goes on after training."""
    client, _ = trained
    painted = [[1.0, 2.0, 0.0], [2.0, 1.0, 1.0]]
    points = {"name": "points", "points": painted}
    change(client, "edit", patch={"data": points})
    counts = []
    for group in ("first", "first", "second", "second"):
        client.ack()
        client.send("step", epochs=1)
        painted = [*painted, [len(painted) / 10, 0.0, 1.0]]
        change(client, "edit", patch={"data": {"points": painted}}, group=group)
        counts.append(len(painted))
    assert counts == [3, 4, 5, 6]
    undone, frame = change(client, "undo")
    assert len(undone["spec"]["data"]["points"]) == 4
    assert frame.arrays["points"].shape == (4, 6)
    undone, _ = change(client, "undo")
    assert undone["spec"]["data"]["points"] == painted[:2]
    redone, _ = change(client, "redo")
    assert len(redone["spec"]["data"]["points"]) == 4
    undone, _ = change(client, "undo")
    undone, _ = change(client, "undo")
    assert undone["spec"]["data"]["name"] == "circle"
    assert undone["undo"] is False


@pytest.mark.parametrize("group", ["", "x" * 65, 5, ["s"], True])
def test_a_group_is_a_short_word(opened: Client, group: object) -> None:
    opened.send("edit", patch={"seed": 1}, group=group)
    assert opened.error("invalid_message")["path"] == "group"
    assert opened.barrier() == []


def test_nothing_to_undo_or_redo(opened: Client) -> None:
    opened.send("undo")
    opened.error("nothing_to_undo")
    opened.send("redo")
    opened.error("nothing_to_redo")
    opened.send("edit", patch={})
    assert opened.message("spec")["undo"] is False


def test_an_undo_drops_steps_that_wait_for_credit(opened: Client) -> None:
    opened.send("edit", patch={"seed": 5})
    opened.message("spec")
    opened.frame()
    opened.send("step", epochs=3)
    opened.send("undo")
    assert opened.message("spec")["step"] == 0
    opened.ack(4)
    assert opened.frame().step == 0
    assert opened.barrier() == []


def test_undo_while_running_goes_on_from_there(opened: Client) -> None:
    opened.send("edit", patch={"layers": [{"units": 8}]})
    opened.message("spec", acks=True)
    opened.run()
    opened.ack(2)
    opened.frame_where(lambda frame: frame.epoch >= 10)
    opened.ack(2)
    opened.send("undo")
    spec = opened.message("spec", acks=True)
    frame = opened.frame_where(lambda frame: frame.spec_id == spec["id"])
    assert frame.metadata["running"] == "true"
    assert len(frame.arrays["units"]) == 6
    opened.ack()
    opened.frame_where(lambda later: later.step > frame.step)


def test_undo_leads_out_of_a_divergence(trained: tuple[Client, FrameSeen]) -> None:
    client, before = trained
    layer = {"units": 8, "activation": "relu"}
    patch = {"data": {"name": "plane"}, "layers": [layer] * 2, "optimizer": {"learning_rate": 10}}
    change(client, "edit", patch=patch)
    client.send("run")
    client.ack(2)
    got = client.receive()
    while isinstance(got, FrameSeen):
        client.ack()
        got = client.receive()
    assert got["type"] == "diverged"
    undone, back = change(client, "undo")
    assert undone["spec"]["data"]["name"] == "circle"
    assert back.metadata["running"] == "false"
    same(back, before)
    client.run()


@pytest.mark.transports
def test_resumed_session_can_still_undo(connect: Callable[..., Client]) -> None:
    first = connect()
    opened = first.open()
    assert (opened["undo"], opened["redo"]) == (False, False)
    first.send("edit", patch={"seed": 5})
    first.message("spec")
    first.kill()
    second = connect()
    assert second.resume(opened["session"])["undo"] is True
    assert change(second, "undo")[0]["spec"]["seed"] == 42


UNIT = {"layer": 0, "unit": 1}
LINK = {"layer": 1, "from": 0, "to": 1}


def ablate(client: Client, **content: Any) -> dict[str, Any]:
    client.send("ablate", **content)
    return client.message("ablation", acks=True)


def test_switching_off_is_a_step_that_leaves_the_run_alone(
    trained: tuple[Client, FrameSeen],
) -> None:
    client, _ = trained

    def frame(off: int) -> FrameSeen:
        client.ack()
        return client.frame_where(lambda frame: len(frame.arrays["ablation_off"]) == off)

    client.send("views", names=["ablation", "weights"])
    told = ablate(client, units=[UNIT])
    assert (told["by"], told["units"], told["links"]) == ("ablate", [UNIT], [])
    assert (told["undo"], told["redo"]) == (True, False)
    assert frame(1).arrays["ablation_off"].tolist() == [[0, 1, -1]]
    client.send("step", epochs=1)
    client.ack()
    later = client.frame_where(lambda frame: frame.epoch == 4)
    client.send("undo")
    undone = client.message("ablation", acks=True)
    assert (undone["by"], undone["units"]) == ("undo", [])
    assert (undone["undo"], undone["redo"]) == (False, True)
    same(frame(0), later)
    client.send("redo")
    redone = client.message("ablation", acks=True)
    assert (redone["units"], redone["undo"], redone["redo"]) == ([UNIT], True, False)
    same(frame(1), later)


def test_what_was_off_comes_back_with_the_units_that_it_names(opened: Client) -> None:
    """An edit to other units switches all on, as one step with it."""
    ablate(opened, units=[UNIT], links=[LINK])
    done, _ = change(opened, "edit", patch={"optimizer": {"learning_rate": 0.1}})
    assert "ablation" not in done, "the same units are off"
    done, _ = change(opened, "edit", patch={"layers": [{"units": 3}]})
    assert done["ablation"] == {"units": [], "links": []}
    undone, _ = change(opened, "undo")
    assert undone["ablation"] == {"units": [UNIT], "links": [LINK]}
    change(opened, "undo")
    opened.send("undo")
    assert opened.message("ablation", acks=True)["units"] == []


def test_a_link_is_removed_and_switched_on_in_one_step(
    trained: tuple[Client, FrameSeen],
) -> None:
    opened, first = trained
    ablate(opened, links=[LINK])
    change(opened, "set_weight", layer=1, from_=0, to=1, value=0.0, group="one")
    assert ablate(opened, group="one")["joined"] is True
    undone, back = change(opened, "undo")
    assert undone["ablation"] == {"units": [], "links": [LINK]}
    same(back, first)


def test_brushing_is_one_step_and_what_changes_nothing_is_none(opened: Client) -> None:
    for unit in range(4):
        ablate(opened, units=[{"layer": 0, "unit": n} for n in range(unit + 1)], group="brush")
    assert ablate(opened, units=[{"layer": 0, "unit": n} for n in range(4)])["undo"] is True
    opened.send("undo")
    undone = opened.message("ablation", acks=True)
    assert (undone["units"], undone["undo"]) == ([], False)


def test_who_comes_back_is_told_what_is_off(connect: Callable[..., Client]) -> None:
    first = connect()
    opened = first.open()
    assert "ablation" not in opened
    ablate(first, units=[UNIT])
    first.kill()
    assert connect().resume(opened["session"])["ablation"] == {"units": [UNIT], "links": []}
