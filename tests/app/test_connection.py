"""A connection of the stream without a transport."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.factory import Components
from app.limits.session_rates import SessionRates
from app.protocol.outbox import Closing
from app.transports.connections import Connections
from app.transports.stream import Connection
from tests.app.conftest import Clock
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


def test_an_address_begins_so_many_sessions_a_minute(in_process: Components, clock: Clock) -> None:
    """A session that is taken up again is no new one, and other addresses have their own share."""
    payloads = in_process.connections._payloads
    connections = Connections(in_process.host, payloads, 1 << 20, 8, SessionRates(2))

    def begin(client: str, token: str = "") -> Any:
        asked = {"session": token} if token else {"spec": {}}
        with connections.open(client) as connection:
            connection.receive(json.dumps({"type": "open", **asked}))
            return receive(connection)

    here, there = "203.0.113.9", "203.0.113.10"
    assert [begin(here)["type"] for _ in range(2)] == ["opened"] * 2
    refused = begin(here)
    assert refused["code"] == "session_limit"
    assert "too many new sessions from this address" in refused["message"]
    token = begin(there)["session"]
    assert begin(here, token)["resumed"] is True
    clock.now += 31
    assert begin(here)["type"] == "opened"
