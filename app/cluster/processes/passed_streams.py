"""WebSockets on their way from a front to a process of the same machine, sockets and all.

What goes over the channel, a Unix stream socket: two sizes, with the file descriptor; then the
request as JSON; then what the client has sent so far. From then on no byte of the stream passes
through the front.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass

_SIZES = struct.Struct("!IQ")


@dataclass(frozen=True, slots=True)
class PassedStream:
    """WebSocket whose handshake has been answered.

    Attributes:
        sock: of the client.
        headers: of its request.
        client: whose limits it counts against.
        content: all bytes that the client has sent since.
    """

    sock: socket.socket
    headers: dict[str, str]
    client: str
    content: bytes


def send_stream(channel: socket.socket, stream: PassedStream) -> None:
    """Sends a stream; its socket is then open in both processes.

    Raises:
        OSError: nobody receives.
    """
    head = json.dumps({"headers": stream.headers, "client": stream.client}).encode()
    sizes = _SIZES.pack(len(head), len(stream.content))
    socket.send_fds(channel, [sizes], [stream.sock.fileno()])
    channel.sendall(head + stream.content)


def receive_stream(channel: socket.socket) -> PassedStream | None:
    """Waits for the next stream; None once the other end is closed."""
    sizes, descriptors, _, _ = socket.recv_fds(channel, _SIZES.size, 1)
    if not sizes:
        return None
    sock = socket.socket(fileno=descriptors[0])
    try:
        head_size, content_size = _SIZES.unpack(sizes)
        head = json.loads(_receive(channel, head_size))
        content = _receive(channel, content_size)
    except EOFError:
        sock.close()
        return None
    # Whoever read from it with a timeout left it so.
    sock.setblocking(True)
    return PassedStream(sock, head["headers"], head["client"], content)


def _receive(channel: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        data = channel.recv(min(size, 1 << 16))
        if not data:
            raise EOFError
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
