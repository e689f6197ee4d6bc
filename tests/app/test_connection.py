"""A connection of the stream without a transport."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.factory import Components
from app.protocol.outbox import Closing
from app.transports.connections import Connections
from app.transports.stream import Connection
from tests.app.in_process import host_sessions


@pytest.fixture
def connections(in_process: Components) -> Iterator[Connections]:
    with host_sessions(in_process.programs, max_connections=4) as connections:
        yield connections


def receive(connection: Connection) -> Any:
    item = connection.outbox.take()
    return json.loads(item) if isinstance(item, str) else item


def test_a_connection_needs_no_socket(connections: Connections) -> None:
    with connections.open() as connection:
        connection.receive('{"type": "open", "spec": {}}')
        opened = receive(connection)
        assert opened["type"] == "opened"
        assert connection.token == opened["session"]
        assert isinstance(receive(connection), bytes)
        connection.receive('{"type": "edit", "patch": {"layers": []}}')
        assert receive(connection)["spec"]["layers"] == []
    assert connection.outbox.take() is None


def test_a_connection_too_many_says_so_and_is_closed(connections: Connections) -> None:
    opened = [connections.open() for _ in range(4)]
    refused = connections.open()
    assert receive(refused)["code"] == "session_limit"
    assert receive(refused) == Closing(1013, "too many connections")
    for connection in opened:
        connection.end()
    assert not connections.open().outbox.closed
