"""Fixtures: one live server per test process, and clients that are closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.app.client import Client, make_client
from tests.app.servers import LiveServer


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    with LiveServer() as server:
        yield server
        log = list(server.log)
    assert not log, f"the server wrote to its log: {''.join(log)}"


@pytest.fixture(scope="session")
def odd_server() -> Iterator[LiveServer]:
    """Werkzeug's server with two sessions, few frames, deflated ones, and a friend."""
    with LiveServer(
        LIVENET_SERVER="werkzeug",
        LIVENET_MAX_SESSIONS="2",
        LIVENET_COMPRESS_FRAMES="1",
        LIVENET_MAX_FPS="25",
        LIVENET_ALLOWED_ORIGINS="https://friend.example, http://other.example:81",
        LIVENET_FRAME_ANCESTORS="self https://*.school.example",
    ) as server:
        yield server


@pytest.fixture(params=["websocket", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    """What carries the stream; each test of the stream runs over both."""
    return request.param


@pytest.fixture
def connect(server: LiveServer, transport: str) -> Iterator[Callable[..., Client]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(make_client(server, transport))


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    return connect()


@pytest.fixture
def opened(client: Client) -> Client:
    """A client with a default session whose first frame has been read."""
    client.open()
    client.frame()
    return client
