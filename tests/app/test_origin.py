"""Which pages may open a stream."""

from __future__ import annotations

import pytest
import websocket

from app.web.allowed_origins import is_allowed
from tests.app.servers import LiveServer
from tests.app.transports import WebSocketClient

FRIENDS = ("https://friend.example",)


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "a.example", True),
        ("http://a.example", "a.example", True),
        ("http://a.example:80", "a.example", True),
        ("https://a.example", "a.example:443", True),
        ("HTTP://A.example", "a.EXAMPLE", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("https://friend.example", "a.example", True),
        ("http://friend.example", "a.example", False),
        ("http://a.example:81", "a.example", False),
        ("http://b.example", "a.example", False),
        ("http://a.example.evil.example", "a.example", False),
        ("null", "a.example", False),
        ("", "a.example", False),
        ("file://", "a.example", False),
        ("http://[", "a.example", False),
        ("http://a.example:x", "a.example", False),
        ("ftp://a.example", "a.example", False),
    ],
)
def test_origins(origin: str | None, host: str, allowed: bool) -> None:
    assert is_allowed(origin, host, FRIENDS) is allowed


def test_own_page_is_served(server: LiveServer) -> None:
    with WebSocketClient(server.stream_url, origin=server.url) as client:
        assert client.open()["id"] == 0


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1"])
def test_foreign_page_is_refused(server: LiveServer, origin: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        WebSocketClient(server.stream_url, origin=origin)
    assert refused.value.status_code == 403


def test_friend_is_served(odd_server: LiveServer) -> None:
    with WebSocketClient(odd_server.stream_url, origin="https://friend.example") as client:
        client.send("run")
        client.error("not_open")


def test_plain_request_is_no_stream(server: LiveServer) -> None:
    assert server.get("/api/stream").status == 400


def test_handshake_of_another_version_is_refused(server: LiveServer) -> None:
    answer = server.get(
        "/api/stream", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="8"
    )
    assert answer.status == 400
