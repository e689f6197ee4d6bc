"""A server whose sessions are in two processes: streams reach them, and outlive any of them."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.cluster.processes import process_view
from app.cluster.rendezvous import choose_owner
from app.sessions.tokens import find_key
from app.web.settings import Settings
from engine import Programs
from tests.app.servers import ROOT, LiveServer, wait_until
from tests.app.transports import WebSocketClient, make_client
from tests.cluster.visitors import Visitor, at_once, find_saved
from tests.programs import FOLDER

pytestmark = pytest.mark.slow

COUNT = 2
NAMES = tuple(f"process-{number}" for number in range(1, COUNT + 1))


class Machine:
    """A server with several processes of sessions."""

    def __init__(self, **settings: str) -> None:
        self.server = LiveServer(cwd=ROOT, LIVENET_PROCESSES=str(COUNT), **settings)
        self.server.wait_ready()
        wait_until(lambda: self.all_ready, "all processes are ready")

    @property
    def processes(self) -> dict[str, dict[str, Any]]:
        status = json.loads(self.server.get("/status").body)
        return {process["name"]: process for process in status["servers"]}

    @property
    def all_ready(self) -> bool:
        processes = self.processes
        return len(processes) == COUNT and all(one["ready"] for one in processes.values())


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    machine = Machine()
    yield machine
    machine.server.stop()


@pytest.fixture
def visitors(machine: Machine) -> Iterator[list[Visitor]]:
    """Two visitors by each transport."""
    wait_until(lambda: machine.all_ready, "all processes are ready")
    visitors = [Visitor(machine.server, name) for name in ("websocket", "http") for _ in range(2)]
    yield visitors
    for visitor in visitors:
        visitor.client.close()


def find_owner(token: str) -> str:
    owner = choose_owner(find_key(token), NAMES)
    assert owner is not None
    return owner


def gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def test_new_sessions_go_where_room_is_and_all_their_requests_find_them(
    machine: Machine, visitors: list[Visitor]
) -> None:
    at_once(visitors, lambda visitor: visitor.train(300))
    owners = [find_owner(visitor.token) for visitor in visitors]
    assert sorted(owners) == sorted([*NAMES, *NAMES])
    for visitor in visitors:
        path = f"/api/sessions/{visitor.token}"
        assert b'"F32"' in machine.server.get(f"{path}/model").body
        watch = json.loads(machine.server.get(f"{path}/watch").body)["watch"]
        with WebSocketClient(f"{machine.server.stream_url}?watch={watch}") as watcher:
            visitor.train(50)
            assert watcher.frame_where(lambda frame: frame.step > 0)
    assert machine.server.get("/api/sessions/unknown/model").status == 404
    assert not any(visitor.resumed for visitor in visitors)


def test_a_session_is_taken_over_by_another_client(
    machine: Machine, visitors: list[Visitor]
) -> None:
    for visitor in visitors[:2]:
        with WebSocketClient(machine.server.stream_url) as other:
            opened = other.resume(visitor.token)
            assert opened["session"] == visitor.token
            assert opened["running"]
            assert visitor.client.closing() == 4001


def test_one_scrape_has_the_metrics_of_all_processes(
    machine: Machine, visitors: list[Visitor]
) -> None:
    at_once(visitors, lambda visitor: visitor.train(100))
    text = machine.server.get("/metrics").body.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert len(families) == text.count("\n# TYPE ") + text.startswith("# TYPE ")
    for name in ("livenet_sessions_opened", "livenet_steps", "livenet_process_open_fds"):
        values = {one.labels["server"]: one.value for one in families[name].samples}
        assert {*values} == {*NAMES}
        assert min(values.values()) >= 2
    connections = families["livenet_connections"].samples
    assert sum(one.value for one in connections) >= 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("garbage", "invalid_json"),
        ('{"type":"open","session":"nobody"}', "unknown_session"),
        ('{"type":"run"}', "not_open"),
        ("x" * (2 << 20), "message_too_large"),
    ],
)
def test_a_first_message_that_is_refused_is_answered_by_a_process(
    machine: Machine, text: str, code: str
) -> None:
    with WebSocketClient(machine.server.stream_url) as client:
        client.send_text(text)
        assert client.error(code)["code"] == code


def test_who_goes_before_the_first_message_leaves_nothing_behind(machine: Machine) -> None:
    before = {
        name: len([*Path(f"/proc/{one['process']}/fd").iterdir()])
        for name, one in machine.processes.items()
    }
    for _ in range(20):
        client = WebSocketClient(machine.server.stream_url)
        client.kill()
    for _ in range(20):
        client = WebSocketClient(machine.server.stream_url)
        client.send_text("garbage")
        client.kill()
    wait_until(
        lambda: all(
            len([*Path(f"/proc/{one['process']}/fd").iterdir()]) <= before[name]
            for name, one in machine.processes.items()
        ),
        "no socket is left open",
    )
    host, port = machine.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as half:
        half.sendall(b"GET /api/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")
        assert half.recv(100).startswith(b"HTTP/1.1 400")


def test_compressed_frames_go_on_with_what_the_first_message_began() -> None:
    machine = Machine(LIVENET_COMPRESS_FRAMES="true")
    with make_client(machine.server, "websocket") as client:
        client.open()
        client.run()
        client.ack(3)
        assert client.frame_where(lambda frame: frame.step > 20).arrays
    machine.server.stop()


def test_a_process_that_is_killed_is_started_again_and_the_other_never_stops(
    machine: Machine, visitors: list[Visitor]
) -> None:
    at_once(visitors, lambda visitor: visitor.train(300))
    name = find_owner(visitors[0].token)
    lost = [one for one in visitors if find_owner(one.token) == name]
    kept = [one for one in visitors if one not in lost]
    programs = Programs()
    for visitor in lost:
        wait_until(lambda v=visitor: find_saved(v, programs) >= v.step, "a session is saved")
    killed = machine.processes[name]["process"]
    os.kill(killed, signal.SIGKILL)

    def train_again(visitor: Visitor) -> None:
        while not visitor.resumed:
            visitor.train(1)

    at_once(lost, train_again)
    at_once(kept, lambda visitor: visitor.train(200))
    assert not any(visitor.resumed for visitor in kept)
    assert machine.processes[name]["process"] != killed
    assert any(f"session process {name} has ended" in line for line in machine.server.log)


def test_a_server_that_is_told_to_stop_ends_all_processes_and_loses_nothing() -> None:
    machine = Machine()
    processes = [one["process"] for one in machine.processes.values()]
    visitors = [Visitor(machine.server) for _ in range(2)]
    at_once(visitors, lambda visitor: visitor.train(100))
    machine.server.process.send_signal(signal.SIGTERM)
    for visitor in visitors:
        assert visitor.client.message("handover", acks=True)["state"]
        visitor.client.kill()
    machine.server.stop()
    assert all(map(gone, processes))
    machine = Machine()
    for visitor in visitors:
        with WebSocketClient(machine.server.stream_url) as client:
            opened = client.resume(visitor.token)
            assert opened["resumed"]
            assert client.frame().step >= visitor.step
    machine.server.stop()


def test_newcomers_to_full_processes_wait_in_their_lines() -> None:
    machine = Machine(LIVENET_MAX_SESSIONS="2", LIVENET_RESUME_SECONDS="0")
    visitors = [Visitor(machine.server) for _ in range(COUNT)]
    with ExitStack() as stack:
        newcomers = [
            stack.enter_context(WebSocketClient(machine.server.stream_url)) for _ in range(COUNT)
        ]
        told = [newcomer.wait_in_line() for newcomer in newcomers]
        assert [one["place"] for one in told] == [1] * COUNT
        assert sorted(find_owner(one["session"]) for one in told) == sorted(NAMES)
        at_once(visitors, lambda visitor: visitor.train(100))
        for visitor in visitors:
            visitor.client.close()
        for newcomer, one in zip(newcomers, told, strict=True):
            assert newcomer.message("opened")["session"] == one["session"]
    machine.server.stop()


@pytest.mark.parametrize("which", ["front", "supervisor"])
def test_no_process_outlives_a_front_that_is_killed(which: str) -> None:
    machine = Machine()
    processes = [one["process"] for one in machine.processes.values()]
    worker = machine.server.worker
    os.kill(worker if which == "front" else machine.server.process.pid, signal.SIGKILL)
    wait_until(lambda: all(map(gone, processes)), "all processes have ended")
    if which == "front":
        wait_until(lambda: machine.all_ready, "others have taken their places")
        visitor = Visitor(machine.server)
        visitor.train(50)
        visitor.client.close()
    machine.server.stop()


def test_a_process_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_view, "STALL_SECONDS", 5.0)
    view = process_view.ProcessView(Settings(processes=2, cache_dir=FOLDER, warm_up="first"))
    both = wait_until(lambda: view.ready and view.state.membership.members[COUNT - 1 :], "both run")
    hung = both[0].process
    os.kill(hung, signal.SIGSTOP)
    wait_until(lambda: gone(hung), "it is killed")
    wait_until(lambda: len(view.state.membership.members) == COUNT, "another one has its place")
    processes = [one.process for one in view.state.membership.members]
    assert hung not in processes
    view.close()
    assert all(map(gone, processes))
