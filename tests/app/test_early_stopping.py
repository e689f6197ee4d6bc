"""A run that ends early: paused, told why, and the best weights restored as one step of undo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.app.client import Client, FrameSeen

PATCH: dict[str, Any] = {
    "data": {
        "name": "moons", "noise": 0.4, "label_noise": 0.15, "samples": 60,
        "validation_fraction": 0.3,
    },
    "layers": [{"units": 8, "activation": "relu"}, {"units": 8, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.05},
    "early_stopping": {"enabled": True, "patience": 6},
}  # fmt: skip


def begin(client: Client, **rule: Any) -> None:
    early_stopping = {**PATCH["early_stopping"], **rule}
    client.send("edit", patch={**PATCH, "early_stopping": early_stopping})
    client.message("spec", acks=True)
    client.ack()


def run_to_the_end(client: Client) -> tuple[dict[str, Any], FrameSeen]:
    """What is told of the end, and the frame of it."""
    while isinstance(message := client.receive(), FrameSeen) or message["type"] != "stopped":
        client.ack()
    end = client.frame_where(lambda frame: frame.step == message["step"])
    client.ack(2)
    return message, end


@pytest.mark.transports
@pytest.mark.parametrize("command", ["run", "step"])
def test_the_best_weights_come_back_as_one_step_of_undo(opened: Client, command: str) -> None:
    begin(opened)
    if command == "run":
        opened.send("speed", epochs_per_frame=3)
        opened.send("run")
    else:
        opened.send("step", epochs=200)
    stopped, end = run_to_the_end(opened)
    assert stopped["reason"] == "early_stopping"
    assert end.epoch == stopped["epoch"] == stopped["best_epoch"] + 6
    assert end.metadata["running"] == "false"
    assert int(end.metadata["best_epoch"]) == stopped["best_epoch"]
    spec = opened.message("spec", acks=True)
    assert spec["undo"]
    assert spec["step"] == stopped["step"] == end.step
    best = opened.frame_where(lambda frame: frame.spec_id == spec["id"])
    opened.ack()
    assert float(best.metadata["validation_loss"]) == pytest.approx(stopped["best_loss"], rel=1e-5)
    assert float(best.metadata["validation_loss"]) < float(end.metadata["validation_loss"])
    opened.send("undo")
    undone = opened.message("spec", acks=True)
    last = opened.frame_where(lambda frame: frame.spec_id == undone["id"])
    opened.ack()
    np.testing.assert_array_equal(last.arrays["weights"], end.arrays["weights"])
    opened.send("timeline")
    points = opened.message("timeline", acks=True)["points"]
    assert "early_stopping" in [point.get("kind") for point in points]


def test_a_run_may_end_early_and_keep_its_weights(opened: Client) -> None:
    begin(opened, restore_best_weights=False)
    opened.send("run")
    stopped, end = run_to_the_end(opened)
    assert end.epoch == stopped["epoch"]
    assert [one for one in opened.barrier() if isinstance(one, dict)] == []
    opened.send("run")
    opened.frame_where(lambda frame: frame.epoch > stopped["epoch"])


def test_it_is_switched_while_it_trains(opened: Client) -> None:
    begin(opened, enabled=False)
    opened.send("run")
    first = opened.frame_where(lambda frame: frame.epoch >= 40)
    assert "best_epoch" not in first.metadata
    opened.send("edit", patch={"early_stopping": {"enabled": True, "patience": 2}})
    stopped, _ = run_to_the_end(opened)
    assert stopped["best_epoch"] >= 40
