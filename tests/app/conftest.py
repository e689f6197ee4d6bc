"""Fixtures: the server in this process and live ones, and clients that are closed afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from app import create_app
from app.factory import Components
from app.limits import client_shares
from app.web import password
from app.web.settings import Settings
from tests.app.client import Client
from tests.app.in_process import joined_threads
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import InProcessClient, make_client
from tests.programs import FOLDER, compile_once, share_general_programs


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "transports: runs over a WebSocket and over HTTP, not only in this process"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Says what carries the stream of a test that does not say it itself.

    What a message does is tested without a transport; one that asks for the live server, for
    requests besides the stream, uses a WebSocket to it.
    """
    if "transport" not in metafunc.fixturenames or _names_transport(metafunc.definition):
        return
    if metafunc.definition.get_closest_marker("transports"):
        chosen = ["websocket", "http"]
    else:
        chosen = ["websocket"] if "server" in metafunc.fixturenames else ["in_process"]
    metafunc.parametrize("transport", chosen, indirect=True)


def _names_transport(test: pytest.Item) -> bool:
    return any("transport" in mark.args[0] for mark in test.iter_markers("parametrize"))


class Clock:
    """A clock that the test moves."""

    now = 1_000_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of shares a minute, and of cookies: it stands still."""
    clock = Clock()
    both = SimpleNamespace(monotonic=lambda: clock.now, time=lambda: clock.now)
    monkeypatch.setattr(client_shares, "time", both)
    monkeypatch.setattr(password, "time", both)
    return clock


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


@pytest.fixture(scope="session")
def in_process() -> Iterator[Components]:
    """The whole server in this process, without a socket."""
    share_general_programs()
    with joined_threads():
        with compile_once("first"):
            app = create_app(Settings(cache_dir=FOLDER, warm_up="first"))
            parts: Components = app.extensions["livenet"]
            wait_until(lambda: parts.programs.ready, "the first capacity is compiled")
        yield parts
        parts.close()


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    """What carries the stream: `in_process`, `websocket` or `http`."""
    return request.param


@pytest.fixture
def connect(
    request: pytest.FixtureRequest, transport: str, caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[..., Client]]:
    """Opens connections over the transport of the test; nothing may be logged meanwhile."""
    with ExitStack() as stack:
        if transport == "in_process":
            connections = request.getfixturevalue("in_process").connections
            yield lambda: stack.enter_context(InProcessClient(connections))
        else:
            server = request.getfixturevalue("server")
            yield lambda: stack.enter_context(make_client(server, transport))
    logged = [one for one in caplog.get_records("call") if one.levelno >= logging.WARNING]
    assert not logged


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    return connect()


@pytest.fixture
def opened(client: Client) -> Client:
    """A client with a default session whose first frame has been read."""
    client.open()
    client.frame()
    return client
