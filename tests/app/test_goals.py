"""`goal` and `check`: told with frames, ends of runs, and seeds in the background."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine import Trainer, parse_spec
from tests.app.client import Client, FrameSeen

SMALL = {
    "data": {"name": "xor", "samples": 100},
    "layers": [{"units": 4}],
    "optimizer": {"name": "adam", "learning_rate": 0.05},
}
GOAL = "test_accuracy >= 0.8 and parameters <= 25 within 60 epochs on 1 of 3 seeds"
#: One that goes on until it is ended.
LONG = "train_loss < 0 within 2000 epochs on 16 of 16 seeds"


def judge(frame: FrameSeen) -> dict[str, Any]:
    return json.loads(frame.metadata["goal"])


def check_until(client: Client, kind: str) -> list[dict[str, Any]]:
    """All messages of a check up to the first of a kind."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != kind:
        got = client.receive()
        if isinstance(got, FrameSeen):
            client.ack()
        elif got["type"] in ("checking", "checked"):
            seen.append(got)
    return seen


@pytest.mark.transports
def test_frames_tell_of_the_goal(connect: Callable[..., Client]) -> None:
    client = connect()
    client.open(SMALL)
    assert "goal" not in client.frame().metadata
    client.send("goal", goal=GOAL)
    told = client.message("goal", acks=True)["goal"]
    assert (told["text"], told["within"], told["needed"], told["seeds"]) == (GOAL, 60, 1, 3)
    client.ack()
    first = client.frame_where(lambda frame: "goal" in frame.metadata)
    verdict = judge(first)
    assert (verdict["text"], verdict["in_time"]) == (GOAL, True)
    assert verdict["parts"][1] == [17, True]
    client.send("step", epochs=61)
    client.ack()
    last = client.frame_where(lambda frame: frame.epoch == 61)
    assert judge(last)["in_time"] is False
    assert judge(last)["parts"][0][0] == pytest.approx(float(last.metadata["test_accuracy"]))
    client.send("goal", goal=None)
    assert client.message("goal", acks=True)["goal"] is None
    client.ack()
    client.frame_where(lambda frame: "goal" not in frame.metadata)


def test_a_run_ends_at_a_goal(client: Client) -> None:
    client.open(SMALL)
    client.send("run", until="train_accuracy >= 0.9 and epoch > 3")
    stopped = client.message("stopped", acks=True)
    assert stopped["reason"] == "goal"
    client.ack()
    last = client.frame_where(lambda frame: frame.step == stopped["step"])
    assert float(last.metadata["train_accuracy"]) >= 0.9
    assert last.metadata["running"] == "false"


def test_a_run_that_is_too_late_ends_at_that_epoch(client: Client) -> None:
    client.open(SMALL)
    client.send("speed", epochs_per_frame=4)
    client.send("run", until="train_loss < 0 within 10 epochs")
    stopped = client.message("stopped", acks=True)
    assert stopped == {"type": "stopped", "step": 50, "reason": "epoch"}


def test_seeds_are_checked_while_the_session_trains_on(client: Client) -> None:
    client.open(SMALL)
    client.run()
    client.send("check", goal=GOAL)
    *progress, checked = check_until(client, "checked")
    assert [one["type"] for one in progress] == ["checking"] * len(progress)
    shares = [one["share"] for one in progress]
    assert shares == sorted(shares)
    assert [one["seed"] for one in checked["seeds"]] == [42, 43, 44]
    reached = [one["epoch"] for one in checked["seeds"]]
    assert checked["holds"] is any(epoch is not None for epoch in reached)
    first = next(one for one in checked["seeds"] if one["epoch"] is not None)
    alone = Trainer(parse_spec({**SMALL, "seed": first["seed"]}))
    alone.train(epochs=first["epoch"])
    assert alone.metrics["test_accuracy"] >= 0.8


def test_a_check_ends_with_its_spec_and_with_the_next_one(client: Client) -> None:
    client.open({**SMALL, "batch_size": 1})
    client.send("check", goal=LONG)
    check_until(client, "checking")
    client.send("check", goal=LONG)
    assert check_until(client, "checked")[-1]["stopped"] == "replaced"
    client.send("reset")
    client.send("edit", patch={"batch_size": 2})
    assert check_until(client, "checked")[-1]["stopped"] == "changed"


@pytest.mark.parametrize(
    "text", ["", "loss < 1", "test_loss < 1e999", "(" * 1000, 3, ["epoch > 1"]]
)
@pytest.mark.parametrize("kind", ["goal", "check", "run"])
def test_what_is_no_goal_is_refused_in_one_line(opened: Client, kind: str, text: Any) -> None:
    key = "until" if kind == "run" else "goal"
    opened.send(kind, **{key: text})
    error = opened.error("invalid_message")
    assert error["path"] == key
    assert len(error["message"]) < 120
    assert opened.barrier() == []


def test_a_goal_without_seeds_is_not_checked(opened: Client) -> None:
    opened.send("check", goal="epoch > 1")
    assert "no seeds" in opened.error("invalid_goal")["message"]
