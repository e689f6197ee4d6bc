"""Sessions outlive their server: killed, stopped, or with files that cannot be used."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.files.session_files import SessionFiles
from tests.app.client import Client, FrameSeen, StreamClosedError
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import WebSocketClient, make_client
from tests.programs import FOLDER


class Restarted:
    """A server that can be killed and started again on the same port.

    Args:
        environ: its settings.
    """

    def __init__(self, **environ: str) -> None:
        self._environ = environ
        self.server = LiveServer(**environ)
        self.server.wait_ready()

    def __enter__(self) -> Restarted:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def kill(self) -> None:
        """Kills both processes, so that neither says or writes a last thing."""
        worker = self.server.worker
        os.kill(self.server.process.pid, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        self.server.stop()
        wait_until(lambda: not Path(f"/proc/{worker}").exists(), "the worker is gone")

    def start(self) -> None:
        """Starts it again."""
        port = self.server.url.rsplit(":", 1)[1]
        self.server = LiveServer(**{**self._environ, "PORT": port})
        self.server.wait_ready()


@pytest.fixture(params=["websocket", "http"])
def restarted(request: pytest.FixtureRequest) -> Iterator[tuple[Restarted, Callable[[], Client]]]:
    with Restarted() as restarted, ExitStack() as clients:
        yield (
            restarted,
            lambda: clients.enter_context(make_client(restarted.server, request.param)),
        )


def saved_file(token: str) -> Path:
    """Where a live server saves a session."""
    from app.files.session_files import _name_file

    return FOLDER / "sessions" / _name_file(token)


def test_a_killed_server_loses_a_few_seconds(
    restarted: tuple[Restarted, Callable[[], Client]],
) -> None:
    server, connect = restarted
    client = connect()
    token = client.open({"data": {"name": "xor"}, "optimizer": {"name": "adam"}})["session"]
    client.send("edit", patch={"layers": [{"units": 3}]})
    client.send("views", names=["weights", "history"])
    client.run()
    first = client.frame_where(lambda frame: frame.spec_id == 1 and frame.epoch > 5)
    seen = saved_file(token).stat().st_mtime_ns if saved_file(token).exists() else 0

    def is_saved(_: FrameSeen) -> bool:
        # After this the file holds the step of that frame, or a later one.
        return saved_file(token).exists() and saved_file(token).stat().st_mtime_ns > seen

    client.ack(2)
    last = client.frame_where(is_saved)
    server.kill()
    server.start()
    client = connect()
    opened = client.resume(token)
    assert (opened["resumed"], opened["running"], opened["id"]) == (True, True, 1)
    assert opened["undo"] is True
    assert opened["spec"]["layers"][0]["units"] == 3
    frame = client.frame()
    assert set(frame.arrays) == {"weights", "history", "points"}
    assert frame.step > first.step
    client.ack()
    client.frame_where(lambda frame: frame.step > last.step)
    client.ack()
    client.send("undo")
    assert len(client.message("spec", acks=True)["spec"]["layers"]) == 2


def read_until_closed(client: Client) -> list[Any]:
    """What comes until the server says that it stops."""
    seen: list[Any] = []
    code = None
    while code is None:
        try:
            seen.append(client.receive())
        except StreamClosedError as closed:
            code = closed.code
    assert code == 1001
    return seen


def test_a_stopped_server_loses_nothing(
    restarted: tuple[Restarted, Callable[[], Client]],
) -> None:
    server, connect = restarted
    client = connect()
    points = [[1.0, 2.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.5, 1.0], [0.5, 0.0, 0.0]]
    token = client.open({"data": {"name": "points", "points": points}})["session"]
    client.send("views", names=["weights"])
    client.send("step", epochs=40)
    before = client.frame_where(lambda frame: frame.epoch == 40)
    client.send("set_weight", layer=0, from_=0, to=0, value=0.25)
    client.ack(4)
    client.send("pause")
    server.server.process.send_signal(signal.SIGTERM)
    last = [got for got in read_until_closed(client) if isinstance(got, FrameSeen)]
    server.server.stop()
    assert server.server.process.returncode == 0
    server.start()
    client = connect()
    opened = client.resume(token)
    assert (opened["resumed"], opened["running"], opened["id"]) == (True, False, 1)
    assert opened["spec"]["data"]["points"] == points
    frame = client.frame()
    assert frame.step == before.step
    assert frame.arrays["weights"][0] == np.float32(0.25)
    for one in last:
        if one.spec_id == 1:
            np.testing.assert_array_equal(frame.arrays["weights"], one.arrays["weights"])
    client.send("undo")
    client.message("spec", acks=True)
    undone = client.frame_where(lambda frame: frame.spec_id == 2)
    np.testing.assert_array_equal(undone.arrays["weights"], before.arrays["weights"])


def test_a_supervisor_that_is_killed_has_its_server_save(tmp_path: Path) -> None:
    with Restarted() as server:
        with WebSocketClient(server.server.stream_url) as client:
            token = client.open()["session"]
            client.send("step", epochs=7)
            client.frame_where(lambda frame: frame.epoch == 7)
            worker = server.server.worker
            os.kill(server.server.process.pid, signal.SIGKILL)
            assert client.closing() == 1001
        wait_until(lambda: not Path(f"/proc/{worker}").exists(), "the worker is gone")
        server.server.stop()
        server.start()
        with WebSocketClient(server.server.stream_url) as client:
            assert client.resume(token)["resumed"] is True
            assert client.frame().epoch == 7


@pytest.fixture
def files(tmp_path: Path) -> SessionFiles:
    return SessionFiles(tmp_path / "sessions", 1 << 20, 600.0)
