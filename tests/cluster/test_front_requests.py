"""What a front reads of a client before it knows the server, and what it passes on."""

from __future__ import annotations

import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Message, Ping, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

from app.cluster.fronts.first_message import FirstMessage, find_session
from app.cluster.fronts.upstream import find_target, make_headers

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
HANDSHAKE = {
    "Host": "127.0.0.1",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-Websocket-Version": "13",
    "Sec-Websocket-Key": KEY,
}


class Peer:
    """A client of a WebSocket by wsproto, and the front's end of it."""

    def __init__(self, *, deflate: bool = False) -> None:
        self.sock, self.front = socket.socketpair()
        offered = [PerMessageDeflate()] if deflate else []
        self.protocol = WSConnection(ConnectionType.CLIENT)
        head = self.protocol.send(Request(host="127.0.0.1", target="/", extensions=offered))
        lines = head.decode().split("\r\n")[1:-2]
        self.headers = dict(line.split(": ", 1) for line in lines)

    def shake_hands(self, max_bytes: int = 1 << 16) -> FirstMessage:
        first = FirstMessage(self.front, self.headers, max_bytes)
        self.protocol.receive_data(self.sock.recv(4096))
        assert isinstance(next(self.protocol.events()), AcceptConnection)
        return first

    def send(self, event: Message | Ping) -> bytes:
        data = self.protocol.send(event)
        self.sock.sendall(data)
        return data

    def close(self) -> None:
        self.sock.close()
        self.front.close()


@pytest.mark.parametrize("deflate", [False, True])
def test_the_first_message_is_read_and_kept_as_it_came(deflate: bool) -> None:
    peer = Peer(deflate=deflate)
    first = peer.shake_hands()
    text = json.dumps({"type": "open", "session": "T" * 32, "wait": True})
    sent = peer.send(Ping(payload=b"still there"))
    sent += peer.send(TextMessage(text[:9], message_finished=False))
    sent += peer.send(TextMessage(text[9:]))
    read = first.read()
    assert read == text
    assert first.content == sent
    # Whoever reads the same bytes with the same handshake reads the same message.
    peer.close()


def test_a_message_that_is_too_long_is_not_waited_for() -> None:
    peer = Peer()
    first = peer.shake_hands(max_bytes=100)
    peer.send(TextMessage("x" * 200, message_finished=False))
    assert first.read() == ""
    peer.close()


@pytest.mark.parametrize("said", [b"\x81\x05hello", b"\x88\x80\0\0\0\0"])
def test_what_is_broken_or_a_closing_handshake_is_for_a_session_server(said: bytes) -> None:
    peer = Peer()
    first = peer.shake_hands()
    peer.sock.sendall(said)
    assert first.read() == ""
    assert first.content == said
    peer.close()


def test_a_client_that_goes_is_told_from_one_that_says_nothing_of_use() -> None:
    peer = Peer()
    first = peer.shake_hands()
    peer.sock.close()
    assert first.read() is None
    peer.front.close()


def test_only_an_open_with_a_session_names_one() -> None:
    assert find_session('{"type":"open","session":"abc"}') == "abc"
    assert find_session(b'{"type":"open","spec":{}}') is None
    assert find_session('{"type":"open","session":7}') is None
    assert find_session("[" * 100_000) is None


@given(st.binary() | st.text())
def test_whatever_else_is_said_names_none(said: bytes | str) -> None:
    assert find_session(said) is None


ENVIRON = {
    "REMOTE_ADDR": "203.0.113.7",
    "wsgi.url_scheme": "https",
    "SCRIPT_NAME": "/livenet",
    "QUERY_STRING": "a=1&b",
    "HTTP_HOST": "net.example.org",
    "HTTP_COOKIE": "a=b",
    "HTTP_CONNECTION": "keep-alive",
    "HTTP_TRANSFER_ENCODING": "chunked",
    "HTTP_X_FORWARDED_FOR": "198.51.100.1, 198.51.100.2",
    "HTTP_X_FORWARDED_PREFIX": "/elsewhere",
    "CONTENT_TYPE": "application/json",
}


def test_a_session_server_learns_who_asked_and_nothing_that_a_client_made_up() -> None:
    assert make_headers(ENVIRON, 0) == {
        "Host": "net.example.org",
        "Cookie": "a=b",
        "Content-Type": "application/json",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/livenet",
    }
    assert make_headers(ENVIRON, 1)["X-Forwarded-For"] == "198.51.100.2"
    assert make_headers(ENVIRON, 2)["X-Forwarded-For"] == "198.51.100.1"


def test_the_query_goes_along() -> None:
    assert find_target(ENVIRON, "/api/stream") == "/api/stream?a=1&b"
    assert find_target({}, "/api/sessions") == "/api/sessions"
