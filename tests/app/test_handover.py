"""Sessions that clients are handed when their server stops, and other servers take over."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.handover import MAX_TEXT, HandoverError, HandoverSeal
from tests.app.client import FrameSeen, Message, StreamClosedError
from tests.app.servers import LiveServer
from tests.app.transports import make_client

KEY = b"a key of thirty-two bytes or more"
SEAL = HandoverSeal(KEY, 60.0)


def test_what_is_sealed_is_read_by_who_has_the_key() -> None:
    text = SEAL.seal(b"content")
    assert text is not None
    assert HandoverSeal(KEY, 1.0).open(text.encode()) == b"content"


@given(st.binary(max_size=200))
def test_other_texts_are_refused(text: bytes) -> None:
    with pytest.raises(HandoverError):
        SEAL.open(text)
    with pytest.raises(HandoverError):
        SEAL.open(base64.urlsafe_b64encode(text))


@given(at=st.integers(0, 1000), bit=st.integers(0, 7))
def test_one_bit_that_was_changed_is_noticed(at: int, bit: int) -> None:
    sealed = bytearray(base64.urlsafe_b64decode(SEAL.seal(bytes(30)) or ""))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(HandoverError, match="signed"):
        SEAL.open(base64.urlsafe_b64encode(sealed))


def test_another_key_an_old_seal_and_a_long_text_are_refused() -> None:
    text = (SEAL.seal(b"content") or "").encode()
    with pytest.raises(HandoverError, match="somebody else"):
        HandoverSeal(b"x" * 32, 60.0).open(text)
    with pytest.raises(HandoverError, match="too old"):
        SEAL.open((HandoverSeal(KEY, -5.0).seal(b"content") or "").encode())
    with pytest.raises(HandoverError, match="too long"):
        SEAL.open(b"A" * (MAX_TEXT + 1))
    assert HandoverSeal(KEY, 60.0).seal(bytes(13 << 20)) is None
    longest = HandoverSeal(KEY, 60.0).seal(bytes(12 << 20))
    assert longest is not None
    assert len(longest) <= MAX_TEXT


#: Servers that share nothing but a key.
ALONE = {"LIVENET_CHECKPOINT_SECONDS": "0", "LIVENET_HANDOVER_KEY": KEY.decode()}


@pytest.fixture(scope="module")
def second() -> Iterator[LiveServer]:
    with LiveServer(**ALONE) as server:
        yield server
    assert not server.log


def collect(client: Any) -> list[Message | FrameSeen]:
    """What a client is told until its server has stopped."""
    told: list[Message | FrameSeen] = []
    while True:
        try:
            told.append(client.receive())
        except StreamClosedError:
            return told


@pytest.fixture(scope="module", params=["websocket", "http"])
def handed(request: pytest.FixtureRequest, second: LiveServer) -> Message:
    """A session that was handed over: its token, its text, and its last frame."""
    with LiveServer(**ALONE) as first, make_client(first, request.param) as client:
        token = client.open({"optimizer": {"name": "momentum"}})["session"]
        client.send("views", names=["weights"])
        client.send("edit", patch={"seed": 5})
        client.send("step", epochs=9)
        frame = client.frame_where(lambda frame: frame.epoch == 9)
        first.stop()
        told = [one for one in collect(client) if isinstance(one, dict)]
    assert [one["type"] for one in told if one["type"] != "spec"] == ["handover"]
    assert told[-1]["seconds"] == 600
    assert not first.log
    return {
        "token": token,
        "state": told[-1]["state"],
        "frame": frame,
        "transport": request.param,
    }


def post(server: LiveServer, token: str, state: str) -> tuple[int, Message]:
    answer = server.get(f"/api/sessions/{token}/handover", "POST", state.encode())
    return answer.status, json.loads(answer.body)


def test_another_server_goes_on_where_the_first_one_stopped(
    handed: Message, second: LiveServer
) -> None:
    token, before = handed["token"], handed["frame"]
    with make_client(second, handed["transport"]) as client:
        if handed["transport"] == "websocket":
            client.send("open", session=token)
            client.error("unknown_session")
        assert post(second, token, handed["state"]) == (200, {"session": token})
        # Once more changes nothing.
        assert post(second, token, "nonsense")[0] == 200
        opened = client.resume(token)
        assert (opened["resumed"], opened["id"], opened["undo"]) == (True, 1, True)
        frame = client.frame()
        assert frame.step == before.step
        np.testing.assert_array_equal(frame.arrays["weights"], before.arrays["weights"])
        client.ack(2)
        client.send("undo")
        assert client.message("spec", acks=True)["spec"]["seed"] == 42


def test_what_is_refused_changes_nothing(handed: Message, second: LiveServer) -> None:
    foreign = HandoverSeal(b"y" * 32, 60.0).seal(b"content") or ""
    no_session = SEAL.seal(b"content") or ""
    for token, state, code, status in (
        ("a-token-of-nobody-at-all", handed["state"], "invalid_handover", 400),
        ("a-token-of-nobody-at-all", foreign, "invalid_handover", 400),
        ("a-token-of-nobody-at-all", no_session, "invalid_handover", 400),
        ("a-token-of-nobody-at-all", "", "invalid_handover", 400),
        ("a-token-of-nobody-at-all", "A" * (MAX_TEXT + 1), "message_too_large", 413),
    ):
        got, answer = post(second, token, state)
        assert (got, answer["type"], answer["code"]) == (status, "error", code)
        assert "\n" not in answer["message"]
    with make_client(second, "websocket") as client:
        client.send("open", session="a-token-of-nobody-at-all")
        client.error("unknown_session")
        assert client.open()["resumed"] is False
