"""Requests of clients as a front makes them again, and the streams that it begins."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from app.cluster.fronts.connection_pool import CONNECT_SECONDS
from app.cluster.membership import FRAME_BYTES, Member
from app.web.forwarded import choose_forwarded

_MAX_HEAD = 1 << 16
#: What holds for one connection alone (RFC 9110, 7.6.1), and what a front says itself.
_OWN = {
    "connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "x-forwarded-for", "x-forwarded-prefix", "x-forwarded-proto",
}  # fmt: skip


def find_address(environ: Mapping[str, Any], trusted_proxies: int) -> str:
    """Returns the address of a request's client, as the outermost trusted proxy says it."""
    said = choose_forwarded(environ.get("HTTP_X_FORWARDED_FOR", ""), trusted_proxies)
    return said or environ.get("REMOTE_ADDR", "")


def make_headers(environ: Mapping[str, Any], trusted_proxies: int) -> dict[str, str]:
    """Returns the headers of a request for the session server, which trusts the front alone."""
    headers = {
        name: value
        for key, value in environ.items()
        if key.startswith("HTTP_") and (name := _name(key[5:])).lower() not in _OWN
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    headers["X-Forwarded-For"] = find_address(environ, trusted_proxies)
    headers["X-Forwarded-Proto"] = environ["wsgi.url_scheme"]
    if environ.get("SCRIPT_NAME"):
        headers["X-Forwarded-Prefix"] = environ["SCRIPT_NAME"]
    return headers


def _name(key: str) -> str:
    return "-".join(part.capitalize() for part in key.split("_"))


def find_target(environ: Mapping[str, Any], path: str) -> str:
    """Returns path and query of a request."""
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def begin(
    member: Member, target: str, headers: Mapping[str, str], *, upgrade: bool
) -> socket.socket:
    """Sends the head of a stream's request to a session server, and nothing more.

    Args:
        member: the server.
        target: path and query.
        headers: of the request.
        upgrade: whether it is the handshake of a WebSocket.

    Raises:
        OSError: it takes no connection.
    """
    sock = socket.create_connection((member.host, member.port), CONNECT_SECONDS)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FRAME_BYTES)
    own = {"Connection": "Upgrade", "Upgrade": "websocket"} if upgrade else {"Connection": "close"}
    lines = [f"{name}: {value}\r\n" for name, value in {**headers, **own}.items()]
    sock.sendall(f"GET {target} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1"))
    return sock


def read_head(sock: socket.socket) -> tuple[bytes, bytes]:
    """Reads the head of an answer; returns it, and what has come behind it.

    Raises:
        OSError: there is none.
    """
    content = b""
    while (end := content.find(b"\r\n\r\n")) < 0:
        data = sock.recv(1 << 14)
        if not data or len(content) > _MAX_HEAD:
            raise ConnectionError("no answer")
        content += data
    return content[: end + 4], content[end + 4 :]
