"""Sessions outlive their server, killed or stopped; what is saved: `test_saved_sessions`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from app.files.session_files import name_file
from tests.app.client import Client, FrameSeen
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import WebSocketClient, make_client
from tests.programs import FOLDER


class Restarted:
    """A server that can end and be started again on the same port."""

    def __init__(self) -> None:
        self.server = LiveServer()
        self.server.wait_ready()

    def __enter__(self) -> Restarted:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def kill(self, *, worker: bool = True) -> None:
        """Kills the supervisor, and the worker too, unless that is to see it by itself."""
        process = self.server.worker
        os.kill(self.server.process.pid, signal.SIGKILL)
        if worker:
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{process}").exists(), "the worker is gone")

    def start(self) -> None:
        """Starts it again."""
        self.server.stop()
        self.server = LiveServer(PORT=self.server.url.rsplit(":", 1)[1])
        self.server.wait_ready()


pytestmark = pytest.mark.slow


@pytest.fixture(params=["websocket", "http"])
def restarted(request: pytest.FixtureRequest) -> Iterator[tuple[Restarted, Callable[[], Client]]]:
    with Restarted() as restarted, ExitStack() as clients:
        yield (
            restarted,
            lambda: clients.enter_context(make_client(restarted.server, request.param)),
        )


def test_a_killed_server_loses_a_few_seconds_and_a_stopped_one_nothing(
    restarted: tuple[Restarted, Callable[[], Client]],
) -> None:
    server, connect = restarted
    client = connect()
    token = client.open({"data": {"name": "xor"}, "optimizer": {"name": "adam"}})["session"]
    client.send("edit", patch={"layers": [{"units": 3}]})
    client.send("views", names=["weights", "history"])
    client.run()
    client.ack(2)
    first = client.frame_where(lambda frame: frame.spec_id == 1 and frame.epoch > 5)
    client.ack(2)
    path = FOLDER / "sessions" / name_file(token)
    written = {path.stat().st_mtime_ns if path.exists() else 0}

    def is_saved(_: FrameSeen) -> bool:
        # What is written next may have been taken before the first frame; what follows was not.
        written.add(path.stat().st_mtime_ns if path.exists() else 0)
        return len(written) > 2

    client.frame_where(is_saved)
    server.kill()
    server.start()
    client = connect()
    opened = client.resume(token)
    assert (opened["resumed"], opened["running"], opened["id"]) == (True, True, 1)
    assert opened["spec"]["layers"][0]["units"] == 3
    frame = client.frame()
    assert set(frame.arrays) == {"weights", "history", "points"}
    assert frame.step > first.step
    client.ack(2)
    client.send("pause")
    client.send("set_weight", layer=0, from_=0, to=0, value=0.25)
    client.message("spec", acks=True)
    last = client.frame_where(lambda frame: frame.spec_id == 2)
    assert server.server.stop() >= 0
    assert server.server.process.returncode == 0
    assert client.closing() == 1001
    server.start()
    client = connect()
    opened = client.resume(token)
    assert (opened["resumed"], opened["running"], opened["id"]) == (True, False, 2)
    again = client.frame()
    assert again.step == last.step
    np.testing.assert_array_equal(again.arrays["weights"], last.arrays["weights"])
    for layers in (1, 2):
        client.ack()
        client.send("undo")
        assert len(client.message("spec", acks=True)["spec"]["layers"]) == layers


def test_a_server_whose_supervisor_is_killed_saves_all() -> None:
    with Restarted() as server:
        with WebSocketClient(server.server.stream_url) as client:
            token = client.open()["session"]
            client.send("step", epochs=7)
            client.frame_where(lambda frame: frame.epoch == 7)
            server.kill(worker=False)
            assert client.closing() == 1001
        server.start()
        with WebSocketClient(server.server.stream_url) as client:
            assert client.resume(token)["resumed"] is True
            assert client.frame().epoch == 7
