"""Frames on a WebSocket that takes little at once: the socket is real, the session is not there."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
from wsproto.connection import Connection as Protocol
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

from app.factory import Components
from app.protocol.outbox import Outbox
from app.transports.websocket import WebSocket
from tests.app.servers import PATIENCE, wait_until

#: More than two sockets hold.
FRAME = random.Random(0).randbytes(12 << 20)


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
