"""`try`: copies are trained in the background, and the client is told which change helps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from app.sessions.copies.background import MAX_WAITING, SLICE_SECONDS, find_rest
from app.sessions.copies.trials import MAX_WALL_SECONDS
from engine import PRESETS
from tests.app.client import Client, FrameSeen
from tests.app.servers import LiveServer
from tests.app.transports import WebSocketClient

NOISY = next(preset.spec for preset in PRESETS if preset.id == "overfitting")
PATCHES = [{"regularization": {"l2": value}} for value in (0.003, 0.01, 0.03)]
CANDIDATES = [{"patch": patch} for patch in PATCHES]
#: One that goes on until it is cancelled or cut short.
LONG = {"data": {"samples": 2000}, "batch_size": 1}


def try_out(client: Client, candidates: Any = CANDIDATES, name: str = "one", **more: Any) -> None:
    client.send("try", trial=name, candidates=candidates, **more)


def messages_until(client: Client, kind: str) -> list[dict[str, Any]]:
    """All messages up to the first of a kind; frames are acknowledged and skipped."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != kind:
        got = client.receive()
        if isinstance(got, FrameSeen):
            client.ack()
        else:
            assert got["type"] in (kind, "trying"), got
            seen.append(got)
    return seen


def test_what_helps_is_told_and_the_edit_gives_just_that(client: Client) -> None:
    client.open(NOISY)
    client.send("step", epochs=200)
    client.frame_where(lambda frame: frame.epoch == 200)
    try_out(client, epochs=60)
    *progress, tried = messages_until(client, "tried")
    assert [one["type"] for one in progress] == ["trying"] * len(progress)
    # Not less than was asked for, as where the time has run out.
    assert (tried["step"], tried["epochs"]) == (800, 60)
    shares = [one["share"] for one in progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert {one["trial"] for one in [*progress, tried]} == {"one"}
    losses = [one["test_loss"] for one in tried["results"]]
    best = tried["best"]
    assert losses[best] < tried["baseline"]["test_loss"]

    client.send("edit", patch=PATCHES[best])
    client.message("spec", acks=True)
    client.ack(2)
    client.send("step", epochs=60)
    frame = client.frame_where(lambda frame: frame.epoch == 260)
    result = tried["results"][best]
    for key in ("test_loss", "train_loss", "penalty", "test_accuracy"):
        assert float(frame.metadata[key]) == pytest.approx(result[key], rel=1e-6)


def test_a_slice_that_took_long_is_not_followed_by_a_rest_that_ends_the_trial() -> None:
    """What is compiled on a busy machine takes seconds; nine times as long is a trial's end."""
    assert find_rest(SLICE_SECONDS, 0.0) == SLICE_SECONDS
    assert find_rest(SLICE_SECONDS, 1.0) > 8 * SLICE_SECONDS
    assert find_rest(5.0, 1.0) < MAX_WALL_SECONDS / 40


def test_training_goes_on_meanwhile(client: Client) -> None:
    client.open(LONG)
    first = client.run()
    client.ack(2)
    try_out(client, epochs=1000)
    assert messages_until(client, "trying")[0]["share"] > 0
    client.frame_where(lambda frame: frame.step > first.step)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("edit", {"patch": {"optimizer": {"learning_rate": 0.1}}}),
        ("set_weight", {"layer": 0, "from_": 0, "to": 0, "value": 1.0}),
        ("reset", {}),
    ],
)
def test_a_change_ends_the_trial(client: Client, kind: str, content: dict[str, Any]) -> None:
    client.open(LONG)
    try_out(client, epochs=1000)
    messages_until(client, "trying")
    client.send(kind, **content)
    *_, tried = messages_until(client, "tried")
    assert tried == {"type": "tried", "trial": "one", "stopped": "changed"}
    assert client.message("spec", acks=True)["id"] == 1


@pytest.mark.transports
def test_a_session_has_one_trial_at_a_time(client: Client) -> None:
    # Few rows, so that an epoch is short enough for any machine, and 1,000 of them still long.
    client.open({"data": {"samples": 200}, "batch_size": 1})
    try_out(client, epochs=1000)
    try_out(client, epochs=1, name="two")
    first = messages_until(client, "tried")[-1]
    assert first == {"type": "tried", "trial": "one", "stopped": "replaced"}
    second = messages_until(client, "tried")[-1]
    assert (second["trial"], second["epochs"]) == ("two", 1)


@pytest.mark.transports
def test_the_trial_of_a_lost_client_ends(connect: Callable[..., Client]) -> None:
    lost = connect()
    token = lost.open(LONG)["session"]
    try_out(lost, epochs=1000)
    messages_until(lost, "trying")
    lost.kill()
    back = connect()
    back.resume(token)
    try_out(back, epochs=1, name="two")
    assert {one["trial"] for one in messages_until(back, "tried")} == {"two"}


@pytest.mark.parametrize(
    ("candidates", "code", "path"),
    [
        ([{"patch": {"data": {"noise": 0.1}}}], "no_trial", "data"),
        ([{"patch": {"seed": 3}}], "no_trial", "seed"),
        ([{"patch": {"loss": "hinge"}}], "no_trial", "loss"),
        ([{"patch": {"batch_size": 0}}], "invalid_spec", "batch_size"),
        ([{"patch": 3}], "invalid_patch", ""),
        ([{"patch": {"layers": []}, "origin": [[0, [0]]]}], "invalid_origin", "origin"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    opened: Client, candidates: Any, code: str, path: str
) -> None:
    try_out(opened, candidates)
    tried = messages_until(opened, "tried")[-1]
    assert (tried["stopped"], tried["code"]) == ("refused", code)
    assert tried["path"] == path
    assert tried["message"]


@pytest.mark.parametrize(
    "content",
    [
        {"candidates": CANDIDATES},
        {"trial": "", "candidates": CANDIDATES},
        {"trial": "x" * 65, "candidates": CANDIDATES},
        {"trial": "one"},
        {"trial": "one", "candidates": []},
        {"trial": "one", "candidates": CANDIDATES + CANDIDATES[:1]},
        {"trial": "one", "candidates": [{}]},
        {"trial": "one", "candidates": [{"patch": {}, "group": "x"}]},
        {"trial": "one", "candidates": CANDIDATES, "epochs": 0},
        {"trial": "one", "candidates": CANDIDATES, "epochs": 1001},
    ],
    ids=[
        "no name", "an empty name", "a long name", "no candidates", "none", "four",
        "no patch", "a key more", "no epochs", "too many epochs",
    ],
)  # fmt: skip
def test_a_message_of_another_shape_is_refused(opened: Client, content: dict[str, Any]) -> None:
    opened.send("try", **content)
    opened.error("invalid_message")


def test_no_more_wait_than_there_is_room_for(server: LiveServer) -> None:
    """One is trained, some wait, and one more is told at once that the server is busy."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(WebSocketClient(server.stream_url)) for _ in range(MAX_WAITING + 2)
        ]
        for client in clients:
            client.open(LONG)
            try_out(client, epochs=1000)
            client.barrier()
        last = clients[-1]
        try_out(last, epochs=1000, name="more")
        assert messages_until(last, "tried")[-1]["stopped"] == "busy"


def test_copies_begin_anew_and_tell_their_gradients(client: Client) -> None:
    client.open({"layers": [{"units": 2, "activation": "sigmoid"}] * 2})
    patch = {"initializer": {"name": "he_normal"}}
    try_out(client, [{"patch": patch}], epochs=2, restart=True, flow=True)
    *_, tried = messages_until(client, "tried")
    assert tried["step"] == 0
    for outcome in (tried["baseline"], *tried["results"]):
        assert [len(row) for row in outcome["flow"]] == [4, 4, 4]
        assert outcome["flow"][0][0] > 0
    assert tried["baseline"]["flow"] != tried["results"][0]["flow"]
