"""The server behind a real nginx with the configuration of docs/deploy.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.app.client import Client
from tests.app.servers import PATIENCE, LiveServer
from tests.app.transports import HttpClient, WebSocketClient
from tests.deploy.nginx import NGINX, Nginx

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx)"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(LIVENET_TRUSTED_PROXIES="1") as server:
        yield server


@pytest.fixture(scope="module", params=[False, True], ids=["at the root", "below a sub-path"])
def nginx(
    server: LiveServer, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), server.url, below=request.param) as nginx:
        yield nginx
        assert nginx.errors.read_text() == ""


def read(url: str) -> str:
    with urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("path", ["/", "/embed", "/slides/demo"])
def test_all_that_a_page_loads_is_there(nginx: Nginx, path: str) -> None:
    page = read(nginx.url + path)
    origin = nginx.url.removesuffix("/livenet")
    loaded = set(re.findall(r'(?:src|href)="(/[^"]+)"', page))
    assert len(loaded) >= 4
    for address in loaded:
        assert (origin + address).startswith(f"{nginx.url}/")
        assert read(origin + address)


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_frames_come_as_they_are_made(nginx: Nginx, transport: str) -> None:
    """A frame whose end stays behind in a buffer is not whole, so this would wait in vain."""
    origin = nginx.url.removesuffix("/livenet")
    client: Client = (
        WebSocketClient(nginx.stream_url, origin=origin)
        if transport == "websocket"
        else HttpClient(nginx.url)
    )
    with client:
        client.open()
        assert client.frame().step == 0
        client.send("step", epochs=1)
        assert client.frame_where(lambda frame: frame.epoch == 1).metadata["running"] == "false"
