"""Faults of one client, of the engine and of the clock: other sessions go on as if nothing were."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api.sessions.jobs import wait_for
from app.factory import Components
from app.files.session_files import SessionFiles
from app.sessions.worker_state import WorkerState
from tests.app.client import Client, FrameSeen
from tests.app.in_process import host_sessions
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import HttpClient, InProcessClient, WebSocketClient
from tests.engine.test_spec_rules import REAL, WHOLE, put
from tests.sizes import NIGHTLY

#: What may come and go, as other tests have it.
MEMORY_SLACK_MIB = 90
TEN_MB = 10_000_000

#: A client in a process of its own, which can be stopped: it tells every tenth frame.
READER = """
import json, sys, websocket
socket = websocket.create_connection(sys.argv[1], suppress_origin=True)
say = lambda **message: socket.send(json.dumps(message))
say(type="open", spec={"layers": [{"units": 8}] * 6})
say(type="views", tile=64)
say(type="run")
frames = 0
while True:
    if isinstance(socket.recv(), bytes):
        say(type="ack")
        frames += 1
        if frames % 10 == 0:
            print(frames, flush=True)
"""


def goes_on(client: Client, epochs: float = 20) -> None:
    """Waits until a running session has trained for so long from now."""
    client.ack()
    first = client.frame_where(lambda frame: True)
    client.ack()
    client.frame_where(lambda frame: frame.epoch >= first.epoch + epochs)


@pytest.fixture
def other(connect: Callable[..., Client]) -> Client:
    """A client whose session trains meanwhile."""
    client = connect()
    client.open()
    client.run()
    return client


@contextlib.contextmanager
def start_reader(server: LiveServer) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", READER, server.stream_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        try:
            yield reader
        finally:
            reader.kill()


@pytest.mark.parametrize("transport", ["websocket"], indirect=True)
def test_a_client_that_is_stopped_and_goes_on(server: LiveServer, other: Client) -> None:
    sockets = server.sockets
    with start_reader(server) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline()
        threads, memory = server.threads, server.memory_mib
        reader.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, reader.pid, os.WSTOPPED | os.WNOWAIT)
        goes_on(other, 50)
        assert server.threads <= threads + 1
        assert server.memory_mib - memory < MEMORY_SLACK_MIB
        reader.send_signal(signal.SIGCONT)
        # What was on its way may be ten frames; another ten are made for it now.
        assert reader.stdout.readline()
        assert reader.stdout.readline()
    wait_until(lambda: server.sockets <= sockets, "its socket is closed")


@pytest.mark.parametrize("transport", ["websocket"], indirect=True)
def test_ten_megabytes_are_refused_wherever_they_are_sent(
    server: LiveServer, other: Client
) -> None:
    memory = server.memory_mib
    with WebSocketClient(server.stream_url) as client:
        client.open()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.send_text('{"type":"run"}'.ljust(TEN_MB))
        client.error("message_too_large")
        assert client.closing() == 1009
    with HttpClient(server.url) as client:
        client.open()
        client.frame()
        body = b" " * TEN_MB
        for path in (f"sessions/{client.token}/messages", "sessions", "points", "states"):
            with contextlib.suppress(ConnectionError, BrokenPipeError):
                assert server.get(f"/api/{path}", "POST", body).status == 413
        client.run()
    goes_on(other)
    assert server.memory_mib - memory < MEMORY_SLACK_MIB


def read_answers(client: Client) -> list[str]:
    """Types, or codes of errors, of what comes until all is done that was sent so far."""
    return [
        got.get("code", got["type"]) for got in client.barrier() if not isinstance(got, FrameSeen)
    ]


@pytest.mark.parametrize(
    ("path", "low", "high"), [*WHOLE, *REAL], ids=[path for path, *_ in [*WHOLE, *REAL]]
)
def test_a_spec_at_each_of_its_limits_is_trained(
    opened: Client, path: str, low: float, high: float
) -> None:
    """Or the loss becomes infinite, which is told; nothing else goes wrong."""
    wide = path == "layers.0.units" and not NIGHTLY
    for value in (low, 8 if wide else high):
        opened.send("edit", patch=put(path, value))
        opened.send("step", batches=1)
        opened.ack(4)
        answers = read_answers(opened)
        assert "spec" in answers
        assert set(answers) <= {"spec", "diverged", "waiting"}
    opened.send("run")
    opened.frame_where(lambda frame: frame.step > 1 or frame.metadata["running"] == "false")


def test_a_spec_at_all_of_its_limits_at_once_is_trained(
    opened: Client, connect: Callable[..., Client]
) -> None:
    other = connect()
    other.open()
    other.run()
    for end in (1, 2):
        patch: dict[str, Any] = {}
        for limit in [*WHOLE, *REAL]:
            if limit[0] != "layers.0.units":
                merge(patch, put(limit[0], limit[end]))
        opened.send("edit", patch=patch)
        opened.send("step", batches=2)
        opened.ack(4)
        assert set(read_answers(opened)) <= {"spec", "diverged", "waiting"}
        goes_on(other, 2)


def merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            merge(into.setdefault(key, {}), value)
        elif isinstance(value, list):
            merge(into.setdefault(key, [{}])[0], value[0])
        else:
            into[key] = value


@pytest.mark.parametrize("fault", [RuntimeError, MemoryError, RecursionError, FloatingPointError])
def test_a_fault_of_the_engine_stays_in_its_session(
    in_process: Components, fault: type[Exception]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault("made up")

    with (
        host_sessions(in_process.programs) as connections,
        InProcessClient(connections) as other,
        InProcessClient(connections) as client,
    ):
        other.open()
        other.run()
        token = client.open()["session"]
        client.frame()
        session = connections._host.get(token)
        assert session is not None

        def break_it(worker: WorkerState) -> None:
            worker.trainer.begin_turn = fail  # type: ignore[method-assign]

        def mend_it(worker: WorkerState) -> None:
            del worker.trainer.begin_turn

        wait_for(session, break_it, "the fault")
        for _ in range(3):
            client.send("run")
            client.error("engine_error")
        goes_on(other)
        wait_for(session, mend_it, "the fault")
        client.run()
        goes_on(other)


def test_a_clock_that_jumps_disturbs_nobody(
    in_process: Components, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour back, a year ahead, and back again, while sessions train and are saved."""
    files = SessionFiles(tmp_path / "sessions", 1 << 24, 600.0)
    tell = time.time
    with (
        host_sessions(in_process.programs, files=files, checkpoint_seconds=0.02) as connections,
        InProcessClient(connections) as other,
    ):
        other.open()
        other.run()
        for jump in (-3600.0, 365 * 86_400.0, 0.0):
            monkeypatch.setattr(time, "time", lambda jump=jump: tell() + jump)
            with InProcessClient(connections) as client:
                token = client.open()["session"]
                client.run()
                goes_on(other)
                goes_on(client, 5)
            with InProcessClient(connections) as client:
                opened = client.resume(token)
                assert (opened["resumed"], opened["running"]) == (True, True)
        session = connections._host.get(token)
        assert session is not None
        wait_until(lambda: session.saved_revision > 0, "it is saved")


def test_points_that_are_no_numbers_are_refused(opened: Client) -> None:
    for number, code in (("NaN", "invalid_json"), ("1e999", "invalid_spec")):
        points = f"[[0,0,0],[1,1,1],[{number},0,1],[0,1,0]]"
        opened.send_text(
            json.dumps({"type": "edit", "patch": {"data": {"name": "points"}}})[:-3]
            + f', "points": {points}'
            + "}}}"
        )
        opened.error(code)
    assert opened.barrier() == []
