"""Clients that send half of what they begin: they wait alone, and nobody waits for them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.app.client import Client
from tests.app.servers import PATIENCE, LiveServer, wait_until
from tests.app.transports import make_client

#: Another machine than that of the honest clients: all of 127/8 is this one.
ATTACKER = "127.0.0.2"
#: More than the server has threads.
MANY = 240

HALVES = {
    "half heads": b"GET /nothing HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "nothing": b"",
    "silent bodies": b"POST /api/points HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
    "silent large bodies": (
        b"POST /api/states HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"
    ),
    "silent chunks": (
        b"POST /api/points HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
    ),
    "bodies that nobody wants": (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"
    ),
    "bodies that are announced": (
        b"POST /api/points HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    ),
}


def connect_from(server: LiveServer, source: str = ATTACKER) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), PATIENCE, (source, 0))


@contextlib.contextmanager
def hold(server: LiveServer, content: bytes, count: int = MANY) -> Iterator[list[socket.socket]]:
    """Holds connections that have said so much and say no more."""
    with ExitStack() as stack:
        held = [stack.enter_context(connect_from(server)) for _ in range(count)]
        for each in held:
            each.sendall(content)
        yield held


@pytest.mark.parametrize("half", HALVES)
def test_half_requests_hold_nobody_up(
    server: LiveServer, connect: Callable[..., Client], half: str, transport: str
) -> None:
    running = connect()
    running.open()
    seen = running.run().epoch
    with hold(server, HALVES[half]):
        assert server.get("/healthz").status == 200
        assert server.get("/").status == 200
        with make_client(server, transport) as fresh:
            fresh.open()
            fresh.run()
        running.ack()
        running.frame_where(lambda frame: frame.epoch > seen)
        body = b"0,0,1\n1,1,0\n" * 20
        assert server.get("/api/points", "POST", body).status == 200
        large = b"\n".join([b"0.12345678901234567890,1.12345678901234567890,1"] * 1500)
        assert len(large) > 1 << 16
        assert server.get("/api/points", "POST", large).status == 200
    wait_until(lambda: server.sockets <= 4, "the connections are closed")


@pytest.mark.parametrize("half", ["half heads", "silent chunks"])
def test_werkzeug_bounds_them_too(odd_server: LiveServer, half: str) -> None:
    with hold(odd_server, HALVES[half]) as held:
        assert odd_server.get("/healthz").status == 200
        with make_client(odd_server, "http") as fresh:
            fresh.open()
            fresh.run()
        refused = 0
        for each in held:
            each.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionResetError):
                refused += not each.recv(100)
        assert refused > 0, "one address has a share"


@pytest.mark.parametrize("half", ["half heads", "silent bodies", "silent large bodies"])
def test_who_is_too_slow_is_told_so(server: LiveServer, half: str) -> None:
    with hold(server, HALVES[half], 1) as [slow]:
        answer = b""
        while part := slow.recv(4096):
            answer += part
        assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_longer_head_than_there_may_be(server: LiveServer) -> None:
    with connect_from(server) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000)
        assert raw.recv(4096).startswith(b"HTTP/1.1 431 ")


def test_requests_may_follow_each_other_at_once(server: LiveServer) -> None:
    """Pipelined, and with a small body that has come with its head."""
    first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    second = b"POST /api/points HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n0,0,1\n1,1,0\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with connect_from(server) as raw:
        content = first + second + first + last
        for start in range(0, len(content), 11):
            raw.sendall(content[start : start + 11])
        answer = b""
        while part := raw.recv(65_536):
            answer += part
    assert answer.count(b"HTTP/1.1 200 OK") == 4
    assert answer.count(b'"alive"') == 3
