"""Credit and due frames: when a frame comes, when none does, and when nothing trains."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.app.client import Client, FrameSeen

pytestmark = pytest.mark.transports


def count_frames(seen: Sequence[object]) -> int:
    return sum(isinstance(got, FrameSeen) for got in seen)


def test_two_frames_without_an_ack(client: Client) -> None:
    client.open()
    client.send("run")
    assert count_frames([client.frame(), client.frame(), *client.barrier()]) == 2


def test_no_training_without_credit(opened: Client) -> None:
    opened.send("run")
    last = opened.frame()
    assert opened.barrier() == []
    opened.ack()
    assert opened.frame().step == last.step + 25


def test_four_at_most(opened: Client) -> None:
    opened.ack(20)
    opened.send("run")
    frames = [opened.frame() for _ in range(4)]
    assert opened.barrier() == []
    assert [frame.step for frame in frames] == [25, 50, 75, 100]


def test_one_ack_is_one_frame(opened: Client) -> None:
    opened.send("run")
    opened.frame()
    for _ in range(5):
        opened.ack()
        opened.frame()
        assert opened.barrier() == []


def test_edit_without_credit_is_applied_and_shown_later(opened: Client) -> None:
    opened.send("edit", patch={"seed": 1})
    opened.message("spec")
    opened.frame()
    opened.send("edit", patch={"seed": 2})
    assert opened.message("spec")["id"] == 2
    assert opened.barrier() == []
    opened.ack()
    assert opened.frame().spec_id == 2
    assert opened.barrier() == []


def test_several_at_once_become_one(opened: Client) -> None:
    opened.send("edit", patch={"seed": 1})
    opened.message("spec")
    opened.frame()
    for seed in (2, 3, 4):
        opened.send("edit", patch={"seed": seed})
        opened.message("spec")
    opened.send("reset")
    opened.message("spec")
    opened.send("views", tile=16)
    assert opened.barrier() == []
    opened.ack(3)
    assert opened.frame().spec_id == 5
    assert opened.barrier() == []


def test_what_makes_a_frame_due_while_paused(opened: Client) -> None:
    for kind, content in [
        ("edit", {"patch": {"seed": 9}}),
        ("reset", {}),
        ("set_weight", {"layer": 0, "from_": 0, "to": 0, "value": 1.0}),
        ("views", {"tile": 20}),
        ("step", {"batches": 1}),
    ]:
        opened.ack()
        opened.send(kind, **content)
        assert count_frames(opened.barrier()) == 1, kind


def test_what_makes_no_frame_due_while_paused(opened: Client) -> None:
    opened.ack(2)
    opened.send("speed", epochs_per_frame=3)
    opened.send("pause")
    assert opened.barrier() == []


def test_pause_stops_training(opened: Client) -> None:
    opened.send("run")
    opened.frame_where(lambda frame: frame.epoch >= 5)
    opened.send("pause")
    opened.barrier()
    opened.ack(4)
    assert opened.barrier() == []
    opened.send("views", tile=8)
    frame = opened.frame()
    assert frame.metadata["running"] == "false"
    assert opened.barrier() == []
