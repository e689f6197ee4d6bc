"""A network between browser and server: it is cut, or does not like WebSockets."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from typing import Literal, Self
from urllib.parse import urlsplit

#: What it does with a WebSocket: carries it, answers 403, never answers the handshake, or lets
#: the handshake pass and nothing after it.
Manner = Literal["pass", "refuse", "swallow", "mute"]

#: Has a page name a session that the server does not know, as if it had started again meanwhile.
FORGET = """
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      send.call(this, data.replace(/"session":"[^"]+"/, '"session":"forgotten"'));
    };
"""

_HEAD_BYTES = 1 << 16
_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Carries TCP from a port to a server, as it is, but perhaps no WebSockets.

    Args:
        target: URL of the server.
        manner: what it does with a WebSocket.
        port: that of an earlier network, which has come back; 0 takes a free one.
        header: what it adds to each request, as a proxy does that speaks HTTPS with browsers.
    """

    def __init__(self, target: str, manner: Manner, port: int = 0, header: bytes = b"") -> None:
        self.manner = manner
        self._header = header
        self.blocked = 0
        self._target = (urlsplit(target).hostname or "", urlsplit(target).port or 0)
        self._closing = threading.Event()
        self._sockets: set[socket.socket] = set()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    proxy._carry(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        for sock in [*self._sockets]:
            _hang_up(sock)
        self._server.server_close()
        self._thread.join()

    def _carry(self, client: socket.socket) -> None:
        self._sockets.add(client)
        try:
            head = self._add_header(_read_head(client))
            upgrade = b"upgrade: websocket" in head.lower()
            blocked = upgrade and self.manner != "pass"
            self.blocked += blocked
            if blocked and self.manner == "refuse":
                client.sendall(_REFUSAL)
            elif blocked and self.manner == "swallow":
                client.recv(1)
            elif head:
                self._forward(client, head, mute=blocked)
        finally:
            self._sockets.discard(client)

    def _add_header(self, head: bytes) -> bytes:
        """Adds the header; each request then has a connection of its own."""
        if not self._header or not head:
            return head
        head = head.replace(b"Connection: keep-alive\r\n", b"Connection: close\r\n", 1)
        line, _, rest = head.partition(b"\r\n")
        return b"\r\n".join((line, self._header, rest))

    def _forward(self, client: socket.socket, head: bytes, *, mute: bool) -> None:
        with socket.create_connection(self._target) as server:
            server.sendall(head)
            if mute:
                client.sendall(_read_head(server))
                client.recv(1)
                return
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _read_head(sock: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _HEAD_BYTES:
        data = sock.recv(4096)
        if not data:
            break
        head += data
    return head


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Copies until one of the two is gone; then both are."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    _hang_up(source)
    _hang_up(sink)


def _hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
