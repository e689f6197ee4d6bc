"""Clients that misbehave: what they send is bounded, and others do not notice."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import websocket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.client import Client, Message
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import WebSocketClient, make_client
from tests.sizes import choose

pytestmark = pytest.mark.transports

Connect = Callable[..., Client]

#: What may come and go: programs being compiled, caches, the allocator's reserve. Each flood
#: is a multiple of it.
MEMORY_SLACK_MIB = 90
#: Messages of 1 MiB, and of 16 kB: twice the slack, or all that anybody would send.
OVERSIZED = choose(180, 1000)
FLOOD = choose(10_000, 20_000)
#: Edits of one client, and the seed of the last one, by which it is known.
EDITS = choose(10_000, 1_000_000)
LAST_SEED = 2_000_000


@pytest.fixture
def quiet(server: LiveServer) -> LiveServer:
    """The server, once no client of another test is left."""
    wait_until(lambda: server.sockets <= 3, "no client is left")
    return server


def raw_handshake(server: LiveServer) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    raw = socket.create_connection((host, int(port)), timeout=30)
    raw.sendall(
        b"GET /api/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += raw.recv(1)
    assert b" 101 " in head
    return raw


def send_oversized(server: LiveServer, text: str) -> None:
    with WebSocketClient(server.stream_url) as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.send_text(text)
        client.error("message_too_large")
        assert client.closing() == 1009


def test_many_oversized_messages(quiet: LiveServer) -> None:
    text = "x" * ((1 << 20) + 1)
    send_oversized(quiet, text)
    threads, memory = quiet.threads, quiet.memory_mib
    with ThreadPoolExecutor(8) as pool:
        for result in [pool.submit(send_oversized, quiet, text) for _ in range(OVERSIZED)]:
            result.result()
    wait_until(lambda: quiet.sockets <= 3, "all sockets are closed")
    assert quiet.memory_mib - memory < MEMORY_SLACK_MIB
    # Handler threads belong to a pool that grows with use and does not shrink.
    assert quiet.threads <= threads + 16


def test_longest_message_that_fits(opened: Client) -> None:
    opened.send_text('{"type":"dance"}'.ljust(1 << 20))
    opened.error("unknown_type")


def test_oversized_in_fragments(quiet: LiveServer) -> None:
    with WebSocketClient(quiet.stream_url) as client:
        client.open()
        frame = websocket.ABNF.create_frame("x" * 65_536, websocket.ABNF.OPCODE_TEXT, 0)
        client.socket.send_frame(frame)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(40):
                part = websocket.ABNF.create_frame("x" * 65_536, websocket.ABNF.OPCODE_CONT, 0)
                client.socket.send_frame(part)
        client.error("message_too_large")


@pytest.mark.parametrize("transport", ["websocket"], indirect=True)
def test_flood_is_refused_and_the_session_goes_on(opened: Client) -> None:
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(read_until_spec, opened, LAST_SEED)
        for seed in range(EDITS):
            opened.send("edit", patch={"seed": seed})
        wait_until(lambda: send_and_look(opened, seen), "the session goes on")
        codes = {got["code"] for got in seen.result() if got["type"] == "error"}
    assert codes == {"rate_limited"}


def read_until_spec(client: Client, seed: int) -> list[Message]:
    seen: list[Message] = []
    while not seen or seen[-1].get("spec", {}).get("seed") != seed:
        got = client.receive()
        if isinstance(got, dict):
            seen.append(got)
    return seen


def send_and_look(client: Client, seen: Future[list[Message]]) -> bool:
    if not seen.done():
        client.send("edit", patch={"seed": LAST_SEED})
    return seen.done()


@pytest.mark.parametrize("transport", ["websocket"], indirect=True)
def test_flood_without_reading(connect: Connect, server: LiveServer) -> None:
    client = connect()
    client.open()
    memory = server.memory_mib
    content = json.dumps({"type": "edit", "patch": {"nope": "x" * 16_000}})
    for _ in range(FLOOD):
        client.send_text(content)
    assert server.memory_mib - memory < MEMORY_SLACK_MIB
    other = connect()
    other.open()
    other.send("run")
    other.frame_where(lambda frame: frame.epoch >= 20)


@pytest.mark.parametrize("transport", ["websocket"], indirect=True)
def test_flood_of_acks_and_pings(opened: Client) -> None:
    assert isinstance(opened, WebSocketClient)
    for _ in range(FLOOD // 4):
        opened.ack()
        opened.socket.ping(b"x" * 100)
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(read_until_spec, opened, LAST_SEED)
        wait_until(lambda: send_and_look(opened, seen), "the session goes on")


def test_tabs_closed_in_mid_frame(connect: Connect, quiet: LiveServer, transport: str) -> None:
    other = connect()
    other.open()
    other.send("run")
    other.frame()

    def open_and_vanish() -> str:
        client = make_client(quiet, transport)
        token = client.open({"layers": [{"units": 8}] * 6})["session"]
        client.run()
        client.ack(4)
        client.kill()
        return token

    open_and_vanish()
    threads = quiet.threads
    tokens = [open_and_vanish() for _ in range(30)]
    other.frame_where(lambda frame: frame.epoch >= 50)
    wait_until(lambda: quiet.sockets <= 5, "the sockets are closed")
    assert quiet.threads <= threads + 8
    assert connect().resume(tokens[-1])["running"] is True


@settings(max_examples=choose(20, 400), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(max_size=300))
def test_random_bytes_on_the_socket(server: LiveServer, garbage: bytes) -> None:
    with raw_handshake(server) as raw, contextlib.suppress(OSError):
        raw.sendall(garbage)
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(65_536):
            pass


def test_server_goes_on_after_random_bytes(opened: Client, server: LiveServer) -> None:
    for _ in range(50):
        with raw_handshake(server) as raw:
            raw.sendall(os.urandom(5_000))
    opened.send("run")
    opened.frame_where(lambda frame: frame.epoch >= 5)
    wait_until(lambda: server.sockets <= 5, "the sockets are closed")


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"\x81\x05hello", 1002),  # unmasked
        (b"\x83\x80\0\0\0\0", 1002),  # reserved opcode
        (b"\xc1\x80\0\0\0\0", 1002),  # reserved bit
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),  # not UTF-8
        (b"\x81\xff" + struct.pack("!Q", 1 << 63) + bytes(4), 1002),
    ],
)
def test_broken_framing_is_closed_with_a_code(server: LiveServer, head: bytes, code: int) -> None:
    with raw_handshake(server) as raw:
        raw.sendall(head)
        answer = b""
        while part := raw.recv(65_536):
            answer += part
        assert answer[0] == 0x88
        assert struct.unpack("!H", answer[2:4])[0] == code


def test_claimed_length_costs_no_memory(quiet: LiveServer) -> None:
    memory = quiet.memory_mib
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            raw = stack.enter_context(raw_handshake(quiet))
            raw.sendall(b"\x81\xff" + struct.pack("!Q", 1 << 40) + bytes(4) + b"x" * 10_000)
        assert quiet.memory_mib - memory < MEMORY_SLACK_MIB


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_health_under_full_load(server: LiveServer, transport: str) -> None:
    """Every place taken, everybody training: the server still answers others."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(make_client(server, transport)) for _ in range(40)]
        for client in clients:
            client.open()
            client.send("run")
            client.ack(4)
        for _ in range(20):
            assert server.get("/healthz").status == 200
            assert server.get("/readyz").status == 200
        for client in clients:
            client.frame_where(lambda frame: frame.epoch >= 5)


def test_heavy_sessions_leave_others_their_turns(connect: Connect) -> None:
    """More heavy sessions than workers: each turn is short, so light ones go on."""
    heavy = [connect() for _ in range(4)]
    for client in heavy:
        client.open({"data": {"samples": 2000}, "batch_size": 1, "layers": [{"units": 8}] * 6})
        client.send("views", names=[])
        client.send("speed", epochs_per_frame=200)
        client.send("run")
    light = connect()
    light.open()
    light.send("run")
    light.frame_where(lambda frame: frame.epoch >= 20)
    for client in heavy:
        frame = client.frame_where(lambda frame: frame.step > 0)
        assert frame.step < 200 * 1000
