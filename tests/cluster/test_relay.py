"""The relay: bytes go through whole and in their order, nothing is read for who does not read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from app.cluster.fronts.relay import Relay

PATIENCE = 20.0


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.close()


class Joined:
    """A client and a server whose sockets a relay joins, on a thread of its own."""

    def __init__(self, relay: Relay, to_client: bytes = b"", to_server: bytes = b"") -> None:
        self.client, self._front = socket.socketpair()
        self._back, self.server = socket.socketpair()
        for sock in (self.client, self.server):
            sock.settimeout(PATIENCE)
        self.thread = threading.Thread(
            target=relay.join, args=(self._front, self._back, to_client, to_server)
        )
        self.thread.start()

    def end(self) -> None:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        for sock in (self.client, self._front, self._back, self.server):
            sock.close()


def read_exactly(sock: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        data = sock.recv(size - len(content))
        assert data
        content += data
    return content


def test_both_directions_and_what_was_read_before(relay: Relay) -> None:
    joined = Joined(relay, to_client=b"head", to_server=b"first message")
    assert read_exactly(joined.server, 13) == b"first message"
    assert read_exactly(joined.client, 4) == b"head"
    joined.client.sendall(b"ack")
    assert read_exactly(joined.server, 3) == b"ack"
    joined.server.sendall(b"frame")
    assert read_exactly(joined.client, 5) == b"frame"
    joined.client.close()
    assert joined.server.recv(1) == b""
    joined.end()


def test_what_a_server_says_last_is_still_sent(relay: Relay) -> None:
    joined = Joined(relay)
    content = bytes(range(256)) * 8192
    sender = threading.Thread(target=joined.server.sendall, args=(content,))
    sender.start()
    # Sent by a server that closes at once, and read by a client only then.
    first = joined.client.recv(1)
    sender.join(0.05)
    rest = read_exactly(joined.client, len(content) - 1)
    sender.join(PATIENCE)
    assert first + rest == content
    joined.server.sendall(b"the end")
    joined.server.close()
    assert read_exactly(joined.client, 7) == b"the end"
    assert joined.client.recv(1) == b""
    joined.end()


def test_who_does_not_read_is_not_read_for(relay: Relay) -> None:
    slow, other = Joined(relay), Joined(relay)
    slow.server.setblocking(False)
    sent = before = 0
    # Until buffers are full, and the relay, which has others to serve, takes no more.
    while sent < 1 << 28:
        try:
            sent += slow.server.send(bytes(1 << 16))
        except BlockingIOError:
            if sent == before:
                break
            before = sent
            other.client.sendall(b"still")
            assert read_exactly(other.server, 5) == b"still"
    assert sent < 1 << 24
    # It has not lost a byte.
    assert read_exactly(slow.client, sent) == bytes(sent)
    for joined in (slow, other):
        joined.client.close()
        joined.end()


def test_a_broken_connection_ends_the_pair(relay: Relay) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(listener.getsockname()) as server:
        back, _ = listener.accept()
        client, front = socket.socketpair()
        with client, front, back:
            thread = threading.Thread(target=relay.join, args=(front, back, b"", b""))
            thread.start()
            client.sendall(b"hello")
            assert server.recv(5) == b"hello"
            # A reset, as when a machine is gone.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, *[0] * 7]))
            server.close()
            thread.join(PATIENCE)
            assert not thread.is_alive()
            assert client.recv(1) == b""


def test_closing_ends_all_pairs() -> None:
    relay = Relay()
    joined = [Joined(relay) for _ in range(3)]
    for one in joined:
        one.client.sendall(b"hello")
        assert read_exactly(one.server, 5) == b"hello"
    assert relay.count == 3
    relay.close()
    for one in joined:
        assert one.client.recv(1) == b""
        one.end()
