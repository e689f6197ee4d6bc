"""`race` and `adopt`: copies train in the background, are seen in frames, and one may be taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.frames.registry import DTYPES
from engine.frames.views import VIEWS
from tests.app.client import Client, FrameSeen

SMALL = {"layers": [{"units": 3}], "data": {"samples": 60}}
RATES = [{"patch": {"optimizer": {"learning_rate": rate}}} for rate in (0.01, 0.1, 1.0)]
#: One that goes on until it is ended.
LONG = {"data": {"samples": 2000}, "batch_size": 1}


def look(client: Client) -> None:
    client.send("views", names=["race", "weights"])


def race_until(client: Client, state: str) -> tuple[FrameSeen, dict[str, Any]]:
    """The first frame in which the race stands so, and what its metadata tell."""
    client.ack()
    frame = client.frame_where(
        lambda frame: json.loads(frame.metadata.get("race", "{}")).get("state") == state
    )
    return frame, json.loads(frame.metadata["race"])


@pytest.mark.transports
def test_a_race_is_seen_while_the_session_is_paused(connect: Callable[..., Client]) -> None:
    client = connect()
    client.open(SMALL)
    look(client)
    client.send("race", racers=RATES, epochs=5)
    frame, told = race_until(client, "done")
    assert told["racers"] == [
        [{"path": "optimizer.learning_rate", "from": 0.03, "to": rate}] for rate in (0.01, 0.1, 1.0)
    ]
    assert (told["epochs"], told["restart"], told["share"]) == (5, True, 1)
    shapes = {
        "curves": (3, 6, 5), "boundaries": (3, 50, 50), "ranges": (3, 2), "ensemble": (3,),
        "surface": (33, 33), "paths": (3, 6, 2), "plane": (5,),
    }  # fmt: skip
    for array in VIEWS["race"].arrays:
        assert frame.arrays[array.name].shape == shapes[array.name.removeprefix("race_")]
        assert frame.arrays[array.name].dtype == DTYPES[array.dtype]
    assert frame.step == 0


def test_the_session_trains_on_meanwhile(client: Client) -> None:
    client.open(SMALL)
    look(client)
    client.run()
    client.send("race", racers=RATES, epochs=1000)
    frame, _ = race_until(client, "training")
    later = client.frame_where(lambda one: one.step > frame.step)
    assert later.metadata["running"] == "true"


def test_a_racer_is_adopted_with_its_weights_and_undone(client: Client) -> None:
    client.open(SMALL)
    look(client)
    client.send("race", racers=RATES, epochs=5)
    race_until(client, "done")
    client.send("adopt", racer=1)
    told = client.message("spec", acks=True)
    assert told["spec"]["optimizer"]["learning_rate"] == 0.1
    client.ack()
    frame = client.frame_where(lambda frame: frame.spec_id == 1)
    assert frame.epoch == 5
    alone = {**SMALL, "optimizer": {"learning_rate": 0.1}}
    client.send("undo")
    assert client.message("spec", acks=True)["spec"]["optimizer"]["learning_rate"] == 0.03
    client.ack()
    assert client.frame_where(lambda frame: frame.spec_id == 2).epoch == 0
    client.send("edit", patch=alone)
    client.send("step", epochs=5)
    client.ack()
    trained = client.frame_where(lambda frame: frame.epoch == 5)
    # By then the session may have its exact program.
    np.testing.assert_allclose(trained.arrays["weights"], frame.arrays["weights"], atol=1e-5)


def test_a_race_ends_and_another_takes_its_place(client: Client) -> None:
    client.open(LONG)
    look(client)
    client.send("race", racers=RATES, epochs=1000)
    race_until(client, "training")
    client.send("race", racers=RATES[:2], epochs=1)
    frame, told = race_until(client, "done")
    assert len(told["racers"]) == len(frame.arrays["race_boundaries"]) == 2
    client.send("race", racers=[])
    client.ack()
    assert "race_curves" not in client.frame_where(lambda one: "race" not in one.metadata).arrays
    client.send("adopt", racer=0)
    client.error("invalid_message")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"racers": RATES[:1]}, "no_trial"),
        ({"racers": [{"patch": {}}] * 17}, "invalid_message"),
        ({"racers": RATES, "epochs": 0}, "invalid_message"),
        ({"racers": RATES, "epochs": 1001}, "invalid_message"),
        ({"racers": RATES, "restart": 1}, "invalid_message"),
        ({"racers": 3}, "invalid_message"),
        ({"racers": [{"patch": {}}, {"patch": {"data": {"noise": 0.1}}}]}, "no_trial"),
        ({"racers": [{"patch": {}}, {"patch": {"batch_size": 0}}]}, "invalid_spec"),
        ({"racers": [{"patch": {}}, {"patch": {"seed": 1}}], "restart": False}, "no_trial"),
    ],
)
def test_what_cannot_race_is_refused(opened: Client, content: dict[str, Any], code: str) -> None:
    opened.send("race", **content)
    assert opened.error(code)["message"]


@pytest.mark.parametrize("racer", [-1, 16, "0", None, 1.5])
def test_who_cannot_be_adopted(opened: Client, racer: Any) -> None:
    opened.send("adopt", racer=racer)
    opened.error("invalid_message")
