"""Sessions that clients are handed when their server stops, and other servers take over."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.factory import Components
from app.files.handover import MAX_TEXT, HandoverError, HandoverSeal
from app.sessions.saved_sessions import decode_session
from engine import CheckpointError
from tests.app.client import Client, Message, StreamClosedError
from tests.app.in_process import host_sessions
from tests.app.servers import LiveServer
from tests.app.transports import InProcessClient, make_client

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


def frame_header(header: bytes) -> bytes:
    """Bytes that begin as a safetensors file does."""
    return len(header).to_bytes(8, "little") + header


@pytest.fixture
def host(in_process: Components) -> Callable[[], Any]:
    """Hosts that have nothing but the key in common."""
    return lambda: host_sessions(in_process.programs, seal=SEAL)


def read_to_the_end(client: Client) -> list[Message]:
    """What a client is told until its server has stopped, but for frames."""
    told: list[Message] = []
    with suppress(StreamClosedError):
        while True:
            got = client.receive()
            told += [got] if isinstance(got, dict) else []
    return told


def test_another_host_goes_on_where_the_first_one_stopped(host: Callable[[], Any]) -> None:
    with ExitStack() as stack:
        with host() as connections:
            client = stack.enter_context(InProcessClient(connections))
            token = client.open({"optimizer": {"name": "momentum"}})["session"]
            client.send("views", names=["weights"])
            client.send("edit", patch={"seed": 5})
            client.send("step", epochs=9)
            before = client.frame_where(lambda frame: frame.epoch == 9)
        handed = [one for one in read_to_the_end(client) if one["type"] == "handover"]
        assert [one["seconds"] for one in handed] == [60]
        connections = stack.enter_context(host())
        client = stack.enter_context(InProcessClient(connections))
        client.send("open", session=token)
        client.error("unknown_session")
        take_over = connections._host.take_over
        with pytest.raises(CheckpointError):
            take_over("a-token-of-somebody-else", handed[0]["state"].encode())
        take_over(token, handed[0]["state"].encode())
        # A session that is there stays, whatever is handed over.
        take_over(token, b"nonsense")
        opened = client.resume(token)
        assert (opened["resumed"], opened["id"], opened["undo"]) == (True, 1, True)
        frame = client.frame()
        assert frame.step == before.step
        np.testing.assert_array_equal(frame.arrays["weights"], before.arrays["weights"])
        client.ack(2)
        client.send("undo")
        assert client.message("spec", acks=True)["spec"]["seed"] == 42


@given(content=st.binary(max_size=100) | st.binary(max_size=60).map(frame_header))
def test_what_is_signed_and_no_session_is_refused(in_process: Components, content: bytes) -> None:
    text = SEAL.seal(content)
    assert text is not None
    with pytest.raises((HandoverError, CheckpointError)):
        decode_session(SEAL.open(text.encode()), in_process.programs)


def test_sessions_without_a_client_are_handed_to_nobody(host: Callable[[], Any]) -> None:
    with host() as connections:
        with InProcessClient(connections) as client:
            client.open()
        assert read_to_the_end(client) == []


def post(server: LiveServer, token: str, state: str) -> tuple[int, Message]:
    answer = server.get(f"/api/sessions/{token}/handover", "POST", state.encode())
    return answer.status, json.loads(answer.body)


def test_what_is_refused_is_said_in_one_line(server: LiveServer) -> None:
    foreign = HandoverSeal(b"y" * 32, 60.0).seal(b"content") or ""
    for state, code, status in (
        (foreign, "invalid_handover", 400),
        ("", "invalid_handover", 400),
        ("nonsense", "invalid_handover", 400),
        ("A" * (MAX_TEXT + 1), "message_too_large", 413),
    ):
        got, answer = post(server, "a-token-of-nobody-at-all", state)
        assert (got, answer["type"], answer["code"]) == (status, "error", code)
        assert "\n" not in answer["message"]
    with make_client(server, "websocket") as client:
        client.send("open", session="a-token-of-nobody-at-all")
        client.error("unknown_session")
        assert client.open()["resumed"] is False


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_another_server_goes_on_where_the_first_one_stopped(transport: str) -> None:
    alone: dict[str, Any] = {
        "LIVENET_CHECKPOINT_SECONDS": "0",
        "LIVENET_HANDOVER_KEY": KEY.decode(),
    }
    with LiveServer(**alone) as first, make_client(first, transport) as client:
        token = client.open()["session"]
        client.send("step", epochs=9)
        before = client.frame_where(lambda frame: frame.epoch == 9)
        first.stop()
        (handed,) = read_to_the_end(client)
    assert handed["seconds"] == 600
    with LiveServer(**alone) as second:
        assert post(second, token, handed["state"]) == (200, {"session": token})
        with make_client(second, transport) as client:
            assert client.resume(token)["resumed"] is True
            assert client.frame().step == before.step
    assert first.log == second.log == []
