"""Clients that say nothing while their session is paused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.factory import Components
from app.transports.connections import Connections
from tests.app.in_process import host_sessions
from tests.app.transports import InProcessClient


@pytest.fixture
def hasty(in_process: Components) -> Iterator[Connections]:
    """Sessions whose clients may say nothing for two seconds."""
    with host_sessions(in_process.programs, idle_seconds=2.0) as connections:
        yield connections


def test_idle_client_is_closed_and_may_come_back(hasty: Connections) -> None:
    with InProcessClient(hasty) as client, InProcessClient(hasty) as second:
        token = client.open()["session"]
        assert client.closing() == 4002
        assert second.resume(token)["resumed"] is True


def test_running_client_is_not_idle(hasty: Connections) -> None:
    """It is closed two seconds after it paused, not before, though it says nothing else."""
    with InProcessClient(hasty) as idle, InProcessClient(hasty) as client:
        client.open()
        client.send("run")
        client.ack(2)
        idle.open()
        assert idle.closing() == 4002
        client.send("pause")
        client.barrier()
        assert client.closing() == 4002
