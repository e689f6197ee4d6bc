"""Frames on a WebSocket that takes little at once: the socket is real, the session is not there."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
import websocket
from wsproto.connection import Connection as Protocol
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

from app.factory import Components
from app.protocol.outbox import Outbox
from app.transports import websocket as transport
from app.transports.websocket import WebSocket
from tests.app.servers import PATIENCE, wait_until

#: More than two sockets hold.
FRAME = random.Random(0).randbytes(12 << 20)


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence that is broken after a moment."""
    monkeypatch.setattr(transport, "SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(transport, "TICK_SECONDS", 0.01)


@pytest.fixture
def ends(in_process: Components) -> Iterator[tuple[Outbox, socket.socket]]:
    """The outbox of a served WebSocket, and the socket of its client."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        theirs.settimeout(PATIENCE)
        theirs.connect(listener.getsockname())
        ours, _ = listener.accept()
        with ours, in_process.connections.open() as connection:
            protocol = cast(Any, Protocol(ConnectionType.SERVER))
            served = threading.Thread(target=WebSocket(protocol, ours, connection, 1 << 20).serve)
            served.start()
            wait_until(lambda: connection.outbox.idle, "the sender waits")
            yield connection.outbox, theirs
            theirs.close()
            served.join(PATIENCE)
            assert not served.is_alive()


def read(theirs: socket.socket, count: int) -> list[bytes | str | int]:
    """Returns so many messages; the code of a closing is one, too."""
    protocol = Protocol(ConnectionType.CLIENT)
    seen: list[bytes | str | int] = []
    parts: list[Any] = []
    while len(seen) < count:
        data = theirs.recv(1 << 16)
        assert data, "the server has hung up"
        protocol.receive_data(data)
        for event in protocol.events():
            match event:
                case BytesMessage() | TextMessage():
                    parts.append(event.data)
                    if event.message_finished:
                        seen.append(
                            "".join(parts) if isinstance(event.data, str) else b"".join(parts)
                        )
                        parts.clear()
                case CloseConnection():
                    seen.append(event.code)
    return seen


def test_what_the_socket_does_not_take_follows(ends: tuple[Outbox, socket.socket]) -> None:
    outbox, theirs = ends
    outbox.put_frame(FRAME)
    assert outbox.has_frame or not outbox.idle, "a part waits"
    outbox.put({"type": "spec"})
    outbox.put_frame(b"next")
    assert read(theirs, 3) == [FRAME, '{"type":"spec"}', b"next"]


def test_small_frame_is_sent_by_who_makes_it(ends: tuple[Outbox, socket.socket]) -> None:
    outbox, theirs = ends
    outbox.put_frame(b"frame")
    assert outbox.idle, "the sender was not woken"
    assert not outbox.has_frame
    assert read(theirs, 1) == [b"frame"]


def test_frame_that_is_on_its_way_ends_before_the_connection(
    ends: tuple[Outbox, socket.socket],
) -> None:
    outbox, theirs = ends
    outbox.put_frame(FRAME)
    outbox.close(1001, "the server stops")
    assert read(theirs, 2) == [FRAME, 1001]


def test_client_that_hangs_up_within_a_frame_ends_both_threads(
    ends: tuple[Outbox, socket.socket],
) -> None:
    outbox, theirs = ends
    outbox.put_frame(FRAME)
    theirs.close()
    wait_until(lambda: outbox.closed, "the end is seen")
    outbox.put_frame(b"late")
    assert not outbox.has_frame


def read_to_the_end(theirs: socket.socket) -> bytes:
    """Returns what comes until the server hangs up."""
    return b"".join(iter(lambda: theirs.recv(1 << 16), b""))


def mask(opcode: int, payload: bytes) -> bytes:
    """A frame as a client sends it."""
    return websocket.ABNF.create_frame(payload, opcode).format()


@pytest.mark.usefixtures("impatience")
def test_a_client_that_is_silent_is_asked_and_then_given_up(
    ends: tuple[Outbox, socket.socket],
) -> None:
    outbox, theirs = ends
    received = read_to_the_end(theirs)
    assert received
    assert received == b"\x89\0" * (len(received) // 2)
    wait_until(lambda: outbox.closed, "the end is seen")


def test_a_ping_is_answered(ends: tuple[Outbox, socket.socket]) -> None:
    _, theirs = ends
    theirs.sendall(mask(9, b"hello"))
    assert theirs.recv(100) == b"\x8a\x05hello"


def test_many_acknowledgements_that_come_at_once_are_one_by_one_free(
    in_process: Components,
) -> None:
    """They are read without the protocol; what is no acknowledgement is not."""
    with socket.socket() as theirs, socket.create_server(("127.0.0.1", 0)) as listener:
        theirs.settimeout(PATIENCE)
        theirs.connect(listener.getsockname())
        ours, _ = listener.accept()
        with ours, in_process.connections.open() as connection:
            connection.receive('{"type":"open","spec":{}}')
            protocol = cast(Any, Protocol(ConnectionType.SERVER))
            served = threading.Thread(target=WebSocket(protocol, ours, connection, 1 << 20).serve)
            served.start()
            opened, first = read(theirs, 2)
            assert '"opened"' in str(opened)
            theirs.sendall(mask(1, b'{"type":"run"}'))
            shown = [first, *read(theirs, 1)]
            theirs.sendall(mask(1, b'{"type":"ack"}') * 3)
            shown += read(theirs, 3)
            assert all(isinstance(one, bytes) for one in shown)
            theirs.close()
            served.join(PATIENCE)


@pytest.mark.parametrize("sent", [b"\x8f\x80\0\0\0\0", b"\x81\x01a"], ids=["opcode", "unmasked"])
def test_what_is_no_frame_ends_the_connection(
    ends: tuple[Outbox, socket.socket], sent: bytes
) -> None:
    outbox, theirs = ends
    theirs.sendall(sent)
    assert read(theirs, 1) == [1002]
    assert outbox.closed
