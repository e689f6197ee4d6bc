"""A connection of the stream without a transport."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app import create_app
from app.factory import Parts
from app.protocol.outbox import Closing
from app.transports.stream import Connection
from app.web.settings import Settings
from tests.programs import FOLDER


@pytest.fixture(scope="module")
def parts() -> Iterator[Parts]:
    settings = Settings(cache_dir=FOLDER, warm_up="first", max_sessions=2)
    parts = create_app(settings).extensions["livenet"]
    yield parts
    parts.close()


def receive(connection: Connection) -> Any:
    item = connection.outbox.take()
    return json.loads(item) if isinstance(item, str) else item


def test_a_connection_needs_no_socket(parts: Parts) -> None:
    with parts.connections.open() as connection:
        connection.receive('{"type": "open", "spec": {}}')
        opened = receive(connection)
        assert opened["type"] == "opened"
        assert connection.token == opened["session"]
        assert isinstance(receive(connection), bytes)
        connection.receive('{"type": "edit", "patch": {"layers": []}}')
        assert receive(connection)["spec"]["layers"] == []
    assert connection.outbox.take() is None


def test_a_connection_too_many_says_so_and_is_closed(parts: Parts) -> None:
    connections = [parts.connections.open() for _ in range(4)]
    refused = parts.connections.open()
    assert receive(refused)["code"] == "session_limit"
    assert receive(refused) == Closing(1013, "too many connections")
    for connection in connections:
        connection.end()
    assert not parts.connections.open().outbox.closed
