"""Clients that say nothing while their session is paused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.client import make_client
from tests.app.servers import LiveServer


@pytest.fixture(scope="module")
def hasty() -> Iterator[LiveServer]:
    """A server that waits two seconds."""
    with LiveServer(LIVENET_IDLE_SECONDS="2") as server:
        yield server


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_idle_client_is_closed_and_may_come_back(hasty: LiveServer, transport: str) -> None:
    with make_client(hasty, transport) as client, make_client(hasty, transport) as second:
        token = client.open()["session"]
        assert client.closing() == 4002
        assert second.resume(token)["resumed"] is True


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_running_client_is_not_idle(hasty: LiveServer, transport: str) -> None:
    """It is closed two seconds after it paused, not before, though it says nothing else."""
    with make_client(hasty, transport) as idle, make_client(hasty, transport) as client:
        client.open()
        client.send("run")
        client.ack(2)
        idle.open()
        assert idle.closing() == 4002
        client.send("pause")
        client.barrier()
        assert client.closing() == 4002
