"""Sessions that belong to another server: saved, closed, refused here, and taken up there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.cluster.membership import ClusterOwnership, Member, Membership
from app.factory import Components, make_app
from app.web.settings import Settings
from tests.app.client import Client, StreamClosedError
from tests.app.servers import wait_until
from tests.app.transports import InProcessClient
from tests.programs import FOLDER, share_general_programs

HERE, THERE = (Member(name, "127.0.0.1", 1, 1, name) for name in ("here", "there"))
MOVED = 1012


class Server:
    """A session server of a cluster, in this process and without a socket."""

    def __init__(self, app: Flask, ownership: ClusterOwnership) -> None:
        self.parts: Components = app.extensions["livenet"]
        self.http: FlaskClient = app.test_client()
        self._ownership = ownership
        self._version = 0

    def adopt(self, *members: Member) -> int:
        self._version += 1
        self._ownership.membership = Membership(self._version, members)
        return self.parts.host.release_moved()

    def connect(self) -> InProcessClient:
        return InProcessClient(self.parts.connections)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    share_general_programs()
    ownership = ClusterOwnership("here")
    place = tmp_path_factory.mktemp("sessions")
    settings = Settings(
        cache_dir=FOLDER, checkpoint_store=str(place), warm_up="first", max_sessions=2
    )
    server = Server(make_app(settings, ownership), ownership)
    wait_until(lambda: server.parts.programs.ready, "the first capacity is compiled")
    yield server
    server.parts.close()


def open_session(server: Server, client: Client) -> str:
    token: str = client.open()["session"]
    client.run()
    client.frame_where(lambda frame: frame.step >= 50)
    return token


def assert_moved(client: Client) -> None:
    with pytest.raises(StreamClosedError) as closed:
        client.frame_where(lambda frame: False)
    assert closed.value.code == MOVED


def test_a_session_moves_and_comes_back_with_nothing_lost(server: Server) -> None:
    assert server.adopt(HERE) == 0
    with server.connect() as client:
        token = open_session(server, client)
        assert server.adopt(THERE) == 1
        assert server.parts.host.get(token) is None
        assert_moved(client)
    with server.connect() as client:
        client.send("open", session=token)
        assert_moved(client)
    for path in ("model", "stream", "watch"):
        answer = server.http.get(f"/api/sessions/{token}/{path}")
        assert answer.status_code == 421
        assert answer.json is not None
        assert answer.json["code"] == "moved"
    opened = json.dumps({"type": "open", "session": token})
    assert server.http.post("/api/sessions", data=opened).status_code == 421
    assert server.adopt(HERE) == 0
    with server.connect() as client:
        assert client.resume(token)["running"]
        assert client.frame_where(lambda frame: True).step >= 50


def test_a_server_without_keys_makes_no_sessions(server: Server) -> None:
    server.adopt(THERE)
    with server.connect() as client:
        client.send("open", spec={})
        assert_moved(client)
    assert server.http.post("/api/sessions", data='{"type":"open","spec":{}}').status_code == 421


def test_those_in_the_line_are_sent_on(server: Server) -> None:
    server.adopt(HERE)
    with server.connect() as one, server.connect() as two, server.connect() as waiting:
        tokens = [open_session(server, client) for client in (one, two)]
        waiting.wait_in_line()
        assert server.adopt(THERE) == len(tokens)
        assert_moved(waiting)
        assert_moved(one)


def test_sessions_made_by_a_server_are_its_own(server: Server) -> None:
    server.adopt(HERE, THERE)
    for _ in range(4):
        with server.connect() as client:
            token = open_session(server, client)
        found = server.parts.host.get(token)
        assert found is not None
        assert server.parts.host.owns(token)
        assert server.parts.host.owns(found.watch_token)
        server.parts.host.drop(found)
