"""States of links: carried in a word or kept on the server, and opened by anyone who has it."""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.factory import Components
from engine import Spec, Trainer, decode_payload, dump_spec, parse_spec
from livenet import embed
from tests.app.client import Client, FrameSeen, Message
from tests.app.servers import LiveServer
from tests.app.transports import HttpClient, InProcessClient

OWN = {"name": "points", "points": [[x / 8 - 3, 3 - x / 7, x % 2] for x in range(40)]}


def ask(server: LiveServer, token: str, **wanted: Any) -> Message:
    """Asks for the state of a session, as it is carried."""
    body = json.dumps(wanted).encode()
    answer = server.get(f"/api/sessions/{token}/state", "POST", body)
    assert answer.headers["Cache-Control"] == "no-store"
    return {"status": answer.status, **json.loads(answer.body)}


def open_state(client: Client, spec: Message, state: str) -> Message:
    client.send("open", spec=spec, state=state)
    return client.message("opened")


def step(client: Client, epochs: int) -> FrameSeen:
    """Trains a session that has just been opened."""
    client.frame()
    client.ack()
    client.send("step", epochs=epochs)
    return client.frame_where(lambda frame: frame.epoch == epochs)


@pytest.mark.parametrize("room", [4000, 0], ids=["in the link", "on the server"])
def test_a_link_opens_the_very_same_run(
    connect: Callable[..., Client], server: LiveServer, room: int
) -> None:
    first, second = connect(), connect()
    token = first.open({"data": OWN, "layers": [{"units": 5}]})["session"]
    shown = step(first, 20)
    answer = ask(server, token, weights="now", room=room)
    assert (answer["status"], answer["stored"], answer["step"]) == (200, room == 0, shown.step)
    word = answer["state"]
    assert len(word) == 16 if room == 0 else word.endswith(".1")
    assert "points" not in answer["spec"]["data"]
    opened = open_state(second, answer["spec"], word)
    assert opened["spec"]["data"]["points"] == OWN["points"]
    same = second.frame()
    assert (same.step, same.epoch) == (shown.step, shown.epoch)
    np.testing.assert_allclose(same.arrays["weights"], shown.arrays["weights"], rtol=1e-3)
    far = same.arrays["boundary"].astype(int) - shown.arrays["boundary"]
    assert np.abs(far).max() <= 2, "the same picture, but for the rounding"


def test_a_network_for_images_goes_along(
    connect: Callable[..., Client], server: LiveServer
) -> None:
    first, second = connect(), connect()
    spec = {"data": {"name": "digits"}, "layers": [{"units": 16, "activation": "relu"}]}
    token = first.open(spec)["session"]
    first.ack()
    first.send("step", batches=20)
    first.frame_where(lambda frame: frame.step == 20)
    # At rest all is measured; while it trains only now and then.
    first.ack()
    first.send("views")
    shown = first.frame_where(lambda frame: frame.metadata["measured_step"] == "20")
    answer = ask(server, token, weights="now")
    assert answer["stored"]
    opened = open_state(second, answer["spec"], answer["state"])
    assert opened["spec"] == dump_spec(parse_spec(spec))
    same = second.frame()
    assert same.step == shown.step == 20
    for name in ("train_loss", "test_loss"):
        assert float(same.metadata[name]) == pytest.approx(float(shown.metadata[name]), rel=1e-3)


def test_a_state_may_be_of_points_alone_or_nothing_at_all(
    connect: Callable[..., Client], server: LiveServer
) -> None:
    first, second = connect(), connect()
    token = first.open({"data": OWN})["session"]
    step(first, 2)
    answer = ask(server, token, points=True, room=4000)
    assert open_state(second, answer["spec"], answer["state"])["spec"]["data"]["points"]
    assert second.frame().step == 0
    assert ask(server, token, points=False)["state"] is None
    assert ask(server, token, points=False, weights="initial")["state"] is None


def test_what_is_asked_for_is_checked(client: Client, server: LiveServer) -> None:
    token = client.open()["session"]
    for wanted in ({"weights": "all"}, {"room": -1}, {"room": True}, {"more": 1}):
        answer = ask(server, token, **wanted)
        assert (answer["status"], answer["code"]) == (400, "invalid_message")
    assert ask(server, "nobody")["status"] == 404


def list_hostile() -> dict[str, tuple[str, str]]:
    """States that are none -> the code of the error."""
    bomb = zlib.compress(bytes(64 << 20), 9)
    return {
        "cut": ("AAAA", "invalid_state"),
        "garbage": ("%00.1", "invalid_state"),
        "later": ("AAAA.2", "newer_state"),
        "unknown": ("a" * 16, "unknown_state"),
        "elsewhere": ("../../etc/passwd", "invalid_state"),
        "bomb": (base64.urlsafe_b64encode(bomb).decode().rstrip("=") + ".1", "invalid_state"),
        "endless": ("A" * 900_000 + ".1", "invalid_state"),
    }


def test_hostile_states_are_refused_and_the_next_open_works(client: Client) -> None:
    for word, code in list_hostile().values():
        client.send("open", spec={}, state=word)
        if isinstance(client, HttpClient):
            client.token = ""
        error = client.error(code)
        assert error["path"] == "state"
        assert len(error["message"]) < 100
    client.send("open", session="x", state="AAAA.1")
    client.error("invalid_message")
    assert client.open()["id"] == 0


def test_a_state_of_another_network_is_refused(
    connect: Callable[..., Client], server: LiveServer
) -> None:
    first, second = connect(), connect()
    word = ask(server, first.open()["session"], weights="now", room=4000)["state"]
    second.send("open", spec={"layers": [{"units": 7}]}, state=word)
    assert second.error("invalid_state")["path"] == "weights"
    second.send("open", spec={"data": {"name": "points"}}, state=word)
    assert second.error("invalid_spec")["path"] == "data.points"
    assert open_state(second, dump_spec(Spec()), word)["id"] == 0


@pytest.mark.parametrize("transport", ["websocket"])
def test_broken_states_never_break_the_server(client: Client, server: LiveServer) -> None:
    """Each is refused as a state, or opens; a fault of the server would be an engine_error."""
    drawn = random.Random(5)
    token = client.open({"data": OWN})["session"]
    word = ask(server, token, weights="now", room=4000)["state"]
    body, _, version = word.partition(".")
    plain = zlib.decompress(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    with HttpClient(server.url) as other:
        for _ in range(40):
            changed = bytearray(plain)
            for _ in range(drawn.randint(1, 4)):
                changed[drawn.randrange(min(len(changed), 60))] = drawn.randrange(256)
            packed = base64.urlsafe_b64encode(zlib.compress(bytes(changed))).decode().rstrip("=")
            message = {"type": "open", "spec": {"data": {"name": "points"}}}
            status, answer = other.post("", json.dumps({**message, "state": f"{packed}.{version}"}))
            assert status in (200, 400, 503), answer
            assert answer.get("code", "") in ("", "invalid_state", "invalid_spec", "session_limit")


@pytest.mark.parametrize("transport", ["websocket"])
def test_stored_states_outlive_the_server(
    client: Client, server: LiveServer, in_process: Components
) -> None:
    token = client.open({"data": OWN})["session"]
    answer = ask(server, token, weights="now")
    content = server.get(f"/api/states/{answer['state']}").body
    stored = server.get("/api/states", "POST", content)
    assert (stored.status, json.loads(stored.body)) == (201, {"id": answer["state"]})
    refused = server.get("/api/states", "POST", b"\1garbage")
    assert (refused.status, json.loads(refused.body)["code"]) == (400, "invalid_state")
    assert server.get("/api/states", "POST", content, Origin="http://evil.example").status == 403
    assert server.get("/api/states", "POST", bytes(9 << 20)).status == 413
    assert server.get("/api/states/" + "a" * 16).status == 404
    trainer = Trainer(parse_spec({"layers": [{"units": 32}, {"units": 32}]}))
    address = str(embed(trainer, server=server.url))
    assert len(address) < 120, "a notebook stores what is too long for a link"
    content = server.get(f"/api/states/{address.rpartition('=')[2]}").body
    params = decode_payload(content).params
    assert params is not None
    np.testing.assert_allclose(params[: len(trainer.weights)], trainer.weights, rtol=1e-3)
    with InProcessClient(in_process.connections) as visitor:  # another server
        assert open_state(visitor, answer["spec"], answer["state"])["spec"]["data"]["points"]


def test_a_session_takes_up_what_a_link_carries(
    connect: Callable[..., Client], server: LiveServer
) -> None:
    first, second = connect(), connect()
    token = first.open({"data": OWN, "layers": [{"units": 3}]})["session"]
    shown = step(first, 3)
    answer = ask(server, token, weights="now")
    second.open()
    second.frame()
    second.ack(2)
    second.send("load", spec=answer["spec"], state=answer["state"])
    told = second.message("spec")
    assert told["spec"]["data"]["points"] == OWN["points"]
    assert (told["step"], told["undo"]) == (shown.step, True)
    same = second.frame_where(lambda frame: frame.spec_id == told["id"])
    np.testing.assert_allclose(same.arrays["weights"], shown.arrays["weights"], rtol=1e-3)
    second.send("load", spec={"layers": [{"units": 7}]}, state=answer["state"])
    assert second.error("invalid_state")["path"] == "weights"
    second.send("load", spec={"layers": "many"})
    assert second.error("invalid_spec")["path"] == "layers"
    second.send("load", spec={}, state="AAAA.1")
    second.error("invalid_state")
    second.send("undo")
    assert second.message("spec", acks=True)["spec"] == dump_spec(Spec())
