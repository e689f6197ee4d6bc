"""`search` and what belongs to it: trials in the background, by hand, adopted, kept in a file."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.factory import Components
from app.protocol.parsing import parse_message
from app.sessions.copies.background import BackgroundRunner
from app.sessions.copies.searches import SearchTask
from engine import Ensemble, Search, SearchSettings, Trainer, parse_spec
from tests.app.client import Client, FrameSeen
from tests.app.in_process import Attached

SPEC = {
    "data": {"name": "xor", "samples": 60, "validation_fraction": 0.25},
    "layers": [{"units": 3, "activation": "tanh"}],
    "optimizer": {"name": "adam"},
}
RATE = "optimizer.learning_rate"
DIMENSIONS = [{"path": RATE, "low": 0.01, "high": 1, "scale": "log"}]
SMALL = {"dimensions": DIMENSIONS, "method": "random", "trials": 6, "epochs": 5, "batch": 4}
#: One that goes on until it is stopped.
LONG = {"dimensions": DIMENSIONS, "method": "random", "trials": 10_000, "epochs": 1000}


def follow(client: Client, state: str = "ended") -> tuple[dict[int, Any], dict[str, Any]]:
    """All trials as they are told until the search stands so, and the last message."""
    trials: dict[int, Any] = {}
    while True:
        told = client.receive()
        if isinstance(told, FrameSeen):
            client.ack()
            continue
        if told["type"] == "search":
            # What came before was of another one.
            trials = {}
        if told["type"] != "searching":
            continue
        trials |= {trial["number"]: trial for trial in told["trials"]}
        if told["state"] == state:
            return trials, told


def next_duel(client: Client) -> dict[str, Any]:
    """The next two networks that are to be compared."""
    while True:
        told = client.receive()
        if not isinstance(told, FrameSeen) and told["type"] == "duel":
            return told


def search(client: Client, **changes: Any) -> dict[str, Any]:
    client.open(SPEC)
    client.send("search", search={**SMALL, **changes})
    return client.message("search", acks=True)


def test_trials_are_those_that_the_engine_finds(client: Client) -> None:
    said = search(client)
    assert said["search"]["validation_fraction"] == 0.25
    assert len(said["study"]) == 32
    trials, told = follow(client)
    alone = Search(SearchSettings.parse({**SMALL, "spec": SPEC}))
    alone.run()
    assert sorted(trials) == [0, 1, 2, 3, 4, 5]
    for one in alone.trials:
        seen = trials[one.number]
        assert (seen["values"], seen["state"], seen["by"]) == (one.values, "complete", "method")
        assert seen["metrics"] == pytest.approx(dict(one.metrics))
        assert not any(name.startswith("test") for name in seen["metrics"])
    assert told["best"] == [one.number for one in alone.best]
    assert told["share"] == 1


@pytest.mark.slow
def test_a_trial_is_adopted_with_its_weights_and_undone(client: Client) -> None:
    search(client)
    trials, _ = follow(client)
    client.send("adopt", trial=3)
    told = client.message("spec", acks=True)
    assert told["spec"]["optimizer"]["learning_rate"] == trials[3]["values"][RATE]
    client.ack()
    frame = client.frame_where(lambda one: one.spec_id == 1)
    assert frame.epoch == 5
    loss = trials[3]["metrics"]["train_loss"]
    assert float(frame.metadata["train_loss"]) == pytest.approx(loss, abs=1e-5)
    client.send("undo")
    assert client.message("spec", acks=True)["spec"]["optimizer"]["learning_rate"] == 0.03
    client.send("adopt", trial=99)
    client.error("invalid_search")


@pytest.mark.slow
def test_values_by_hand_are_tried_even_after_the_end(client: Client) -> None:
    search(client)
    follow(client)
    client.send("propose", values={RATE: 0.5})
    trials, _ = follow(client)
    assert (trials[6]["by"], trials[6]["values"]) == ("hand", {RATE: 0.5})
    client.send("propose", values={RATE: 5})
    assert client.error("invalid_search")["path"] == RATE


def test_a_trial_by_hand_is_told_even_if_one_slice_trains_it() -> None:
    told: list[dict[str, Any]] = []
    task = SearchTask(
        Search(SearchSettings.parse({**SMALL, "trials": 1, "spec": SPEC})),
        study="",
        tell=lambda _, message: told.append(message),
    )
    assert task.go_on()
    while task.advance(60):
        pass
    task.search.add({RATE: 0.5})
    assert task.go_on()
    while task.advance(60):
        pass
    assert [trial["number"] for trial in told[-1]["trials"]] == [1]
    assert told[-1]["state"] == "ended"


def test_a_search_that_no_runner_takes_stands_still(in_process: Components) -> None:
    busy = BackgroundRunner()
    busy.close()
    attached = Attached(Trainer(parse_spec(SPEC), in_process.programs), background=busy)
    for content in ({"type": "search", "search": SMALL}, {"type": "propose", "values": {RATE: 1}}):
        command: Any = parse_message(json.dumps(content))
        attached.session.enqueue(command, 100)
        said = attached.messages()
        assert [one["state"] for one in said if one["type"] == "searching"][-1] == "stopped"
        errors = [(one["code"], one["path"]) for one in said if one["type"] == "error"]
        assert errors == [("rate_limited", "search")]
    attached.session.end()


@pytest.mark.slow
def test_the_test_points_end_the_search(client: Client) -> None:
    search(client)
    _, told = follow(client)
    client.send("test")
    tested = client.message("tested", acks=True)
    assert list(tested["trials"]) == [str(number) for number in told["best"]]
    assert "test_loss" in tested["trials"][str(told["best"][0])]
    client.send("propose", values={RATE: 0.5})
    client.error("invalid_search")
    client.send("search", study=told["study"])
    client.message("search", acks=True)
    follow(client)
    assert client.message("tested", acks=True)["trials"] == tested["trials"]


@pytest.mark.slow
def test_an_ensemble_is_measured_and_painted(client: Client) -> None:
    search(client)
    follow(client)
    client.send("ensemble", trials=[0, 2])
    told = client.message("ensembled", acks=True)
    alone = Search(SearchSettings.parse({**SMALL, "spec": SPEC}))
    alone.run()
    expected = Ensemble([alone.snapshot(0), alone.snapshot(2)])
    assert told["metrics"] == {
        part: pytest.approx(expected.score(part)) for part in ("train", "validation")
    }
    levels = np.frombuffer(base64.b64decode(told["boundary"]), np.uint8).reshape(told["shape"])
    low, high = told["range"]
    painted = low + levels * (high - low) / 255
    boundary = expected.boundary(50)
    assert boundary is not None
    np.testing.assert_allclose(painted, boundary, atol=(high - low) / 255)


@pytest.mark.slow
def test_a_search_stops_goes_on_and_gives_way(client: Client) -> None:
    client.open(SPEC)
    client.send("search", search=LONG)
    study = client.message("search", acks=True)["study"]
    follow(client, "training")
    client.send("search")
    stopped, _ = follow(client, "stopped")
    client.send("search", study=study)
    assert client.message("search", acks=True)["study"] == study
    again, _ = follow(client, "training")
    assert set(again) >= {number for number, one in stopped.items() if one["state"] == "complete"}
    client.send("search", search=SMALL)
    found, told = follow(client)
    assert told["study"] != study
    assert len(found) == 6


IMAGES = {
    "data": {"name": "digits"},
    "layers": [{"units": 16, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.01},
}


@pytest.mark.slow
def test_images_are_searched_while_the_session_goes_on(client: Client) -> None:
    client.open(IMAGES)
    first = client.run()
    client.ack(2)
    few = {"dimensions": DIMENSIONS, "method": "random", "trials": 3, "epochs": 2}
    client.send("search", search=few)
    said = client.message("search", acks=True)
    assert said["search"]["validation_fraction"] == pytest.approx(1 / 6)
    trials, told = follow(client)
    assert [one["state"] for one in trials.values()] == ["complete"] * 3
    assert client.frame_where(lambda frame: frame.step > first.step)
    client.ack()
    best = told["best"][0]
    client.send("ensemble", trials=[0, 1])
    mean = client.message("ensembled", acks=True)
    assert "boundary" not in mean
    assert 0 <= mean["metrics"]["validation"] <= 1
    client.send("test")
    tested = client.message("tested", acks=True)["trials"][str(best)]
    client.send("adopt", trial=best)
    assert client.message("spec", acks=True)["spec"]["data"]["name"] == "digits"
    client.ack(2)
    assert client.frame_where(lambda one: one.spec_id == 1).epoch >= 2
    assert tested["test_accuracy"] > 0


@pytest.mark.slow
def test_weights_of_images_that_are_not_there_are_not_opened(
    connect: Callable[..., Client],
) -> None:
    first, second = connect(), connect()
    first.open(IMAGES)
    few = {"dimensions": DIMENSIONS, "method": "random", "trials": 1, "epochs": 1}
    first.send("search", search=few)
    study = first.message("search", acks=True)["study"]
    follow(first)
    second.open(IMAGES)
    second.send("search", study=study)
    second.message("search", acks=True)
    follow(second)
    second.send("adopt", trial=0)
    second.error("no_weights")
    second.send("ensemble", trials=[0])
    second.error("no_weights")
    second.send("propose", values={RATE: 0.02})
    trials, _ = follow(second)
    assert trials[1]["state"] == "complete"
    second.send("adopt", trial=1)
    second.message("spec", acks=True)


@pytest.mark.slow
def test_a_study_is_taken_up_by_another_session(connect: Callable[..., Client]) -> None:
    first, second = connect(), connect()
    study = search(first)["study"]
    before, _ = follow(first)
    second.open()
    second.send("search", study=study)
    assert second.message("search", acks=True)["search"]["trials"] == 6
    after, told = follow(second)
    assert after == before
    second.send("adopt", trial=told["best"][0])
    assert second.message("spec", acks=True)["spec"]["data"]["name"] == "xor"


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        ({"search": {}}, "invalid_search", "dimensions"),
        ({"search": {**SMALL, "method": "magic"}}, "invalid_search", "method"),
        ({"search": {**SMALL, "spec": {}}}, "invalid_search", "spec"),
        ({"search": {**SMALL, "trials": 10**30}}, "invalid_search", "trials"),
        ({"search": {"dimensions": [{"path": "x" * 1000}]}}, "invalid_search", "dimensions.0.path"),
        ({"search": []}, "invalid_message", "search"),
        ({"search": {}, "study": ""}, "invalid_message", ""),
        ({"study": "../../etc/passwd"}, "unknown_study", "study"),
        ({"study": "0" * 32}, "unknown_study", "study"),
    ],
)
def test_what_is_no_search(opened: Client, content: Any, code: str, path: str) -> None:
    opened.send("search", **content)
    told = opened.error(code)
    assert told["path"] == path
    assert len(told["message"]) < 600


@pytest.mark.parametrize("kind", ["propose", "ensemble", "test", "adopt"])
def test_what_needs_a_search(opened: Client, kind: str) -> None:
    content = {"propose": {"values": {}}, "ensemble": {"trials": [0]}, "adopt": {"trial": 0}}
    opened.send(kind, **content.get(kind, {}))
    opened.error("no_search")


def test_two_boundaries_are_told_and_the_preferred_one_stays(client: Client) -> None:
    search(client, objectives=["preference"], trials=3)
    first = next_duel(client)
    assert [one["trial"] for one in first["trials"]] == [0, 1]
    alone = Search(SearchSettings.parse({**SMALL, "spec": SPEC, "objectives": ["preference"]}))
    alone.run()
    for one in first["trials"]:
        low, high = one["range"]
        levels = np.frombuffer(base64.b64decode(one["boundary"]), np.uint8).reshape(one["shape"])
        expected = Ensemble([alone.snapshot(one["trial"])]).boundary(50)
        painted = low + levels * (high - low) / 255
        np.testing.assert_allclose(painted, expected, atol=(high - low) / 255)
    client.send("prefer", trial=2)
    client.error("invalid_search")
    client.send("prefer", trial=1)
    again = next_duel(client)
    assert [one["trial"] for one in again["trials"]] == [1, 2]
    client.send("search", study=again["study"])
    assert next_duel(client)["trials"] == again["trials"]
    client.send("prefer", trial=1)
    trials, told = follow(client)
    assert told["best"] == [1]
    assert [one["metrics"].get("preference") for one in trials.values()][-1] == 0
