"""A cluster of two Ray nodes on this machine: where sessions are, and what becomes of them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from app.cluster.rendezvous import choose_owner
from app.sessions.tokens import find_key
from engine import Programs
from tests.app.servers import ROOT, LiveServer, wait_until
from tests.app.transports import WebSocketClient, make_client
from tests.cluster.visitors import LOST, RESUME_SECONDS, Visitor, at_once, find_saved

pytest.importorskip("ray")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


class Cluster:
    """Ray nodes that stand for machines, and a front, whose settings the session servers have."""

    def __init__(self) -> None:
        from app.cluster.local import LocalCluster

        self._stack = ExitStack()
        self.ray = LocalCluster(2, 1)
        self._stack.callback(self.ray.close)
        self.settings = {"LIVENET_CLUSTER": self.ray.address, "LIVENET_SERVER_CORES": "1"}
        self.front = self._stack.enter_context(self.start_front())
        self.wait_servers(2)

    def start_front(self) -> LiveServer:
        return LiveServer(cwd=ROOT, **self.settings)

    @property
    def servers(self) -> dict[str, dict[str, Any]]:
        status = json.loads(self.front.get("/status").body)
        return {server["name"]: server for server in status["servers"]}

    def wait_servers(self, count: int) -> None:
        wait_until(
            lambda: len(self.servers) == count and all(s["ready"] for s in self.servers.values()),
            f"there are {count} session servers",
        )

    def find_owner(self, token: str) -> str:
        owner = choose_owner(find_key(token), [*self.servers])
        assert owner is not None
        return owner

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "app.cluster", *words],
            cwd=ROOT, env={**os.environ, **self.settings}, text=True, timeout=120,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    def close(self) -> None:
        self.command("stop")
        self._stack.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture
def visitors(cluster: Cluster) -> Iterator[list[Visitor]]:
    """Visitors whose sessions are on both servers, at least two on each."""
    visitors: list[Visitor] = []
    cluster.wait_servers(2)
    while len(visitors) < 4 or min(_count(cluster, visitors).values()) < 2:
        visitors.append(Visitor(cluster.front, ("websocket", "http")[len(visitors) % 2]))
        assert len(visitors) < 40
    yield visitors
    for visitor in visitors:
        visitor.client.close()


def _count(cluster: Cluster, visitors: list[Visitor]) -> dict[str, int]:
    owners = [cluster.find_owner(visitor.token) for visitor in visitors]
    return {name: owners.count(name) for name in cluster.servers}


def test_sessions_are_on_both_servers_and_all_their_requests_reach_them(
    cluster: Cluster, visitors: list[Visitor]
) -> None:
    at_once(visitors, lambda visitor: visitor.train(500))
    wait_until(
        lambda: all(server["sessions"] >= 2 for server in cluster.servers.values()),
        "both servers have sessions",
    )
    for visitor in visitors:
        path = f"/api/sessions/{visitor.token}"
        model = cluster.front.get(f"{path}/model")
        assert model.status == 200
        assert b'"F32"' in model.body
        assert cluster.front.get(f"{path}/exports/pytorch").status == 200
        state = cluster.front.get(f"{path}/state", "POST", b'{"weights":"now","room":4000}')
        assert json.loads(state.body)["step"] > 0
        watch = json.loads(cluster.front.get(f"{path}/watch").body)["watch"]
        assert cluster.find_owner(watch) == cluster.find_owner(visitor.token)
    assert cluster.front.get("/api/sessions/unknown/model").status == 404


def test_a_session_is_watched_through_the_front(cluster: Cluster, visitors: list[Visitor]) -> None:
    visitor = visitors[0]
    path = f"/api/sessions/{visitor.token}/watch"
    watch = json.loads(cluster.front.get(path).body)["watch"]
    with WebSocketClient(f"{cluster.front.stream_url}?watch={watch}") as watcher:
        visitor.train(100)
        assert watcher.frame_where(lambda frame: frame.step > 0)


def test_a_front_refuses_what_a_server_alone_does(
    cluster: Cluster, visitors: list[Visitor]
) -> None:
    path = f"/api/sessions/{visitors[0].token}/stream"
    assert cluster.front.get(path, method="HEAD").status == 405
    assert cluster.front.get("/api/stream").status == 400
    assert (
        cluster.front.get("/api/sessions", "POST", b"{}", Origin="http://a.example").status == 403
    )
    host, port = cluster.front.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as half:
        half.sendall(b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert half.recv(100).startswith(b"HTTP/1.1 408")
    visitors[0].train(100)


def test_the_operator_reads_of_the_front_what_each_server_has_to_do(cluster: Cluster) -> None:
    servers = cluster.servers
    metrics = cluster.front.get("/metrics").body.decode()
    for name, server in servers.items():
        assert f'livenet_cluster_places{{server="{name}"}} {float(server["places"])}' in metrics
        assert f'livenet_cluster_sessions{{server="{name}"}}' in metrics
    assert "\nlivenet_cluster_servers 2.0\n" in metrics
    assert "\nlivenet_ready 1.0\n" in metrics


def test_a_front_keeps_nothing(cluster: Cluster, visitors: list[Visitor]) -> None:
    with cluster.start_front() as other, make_client(other, "websocket") as client:
        opened = client.resume(visitors[0].token)
        assert opened["resumed"]
        frame = client.frame_where(lambda frame: frame.step > visitors[0].step)
        visitors[0].step = frame.step
    visitors[0].resume()


def test_a_directory_that_is_killed_is_started_again_and_nobody_notices(
    cluster: Cluster, visitors: list[Visitor]
) -> None:
    servers = {*cluster.servers}
    (process,) = _find_processes(b"ray::Directory")
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{process}").exists(), "the directory is gone")
    at_once(visitors, lambda visitor: visitor.train(100))
    # The new one is asked, and has found what the one before it had started.
    listed = cluster.command("list").stdout
    assert {line.split()[0] for line in listed.splitlines()} == servers
    assert {*cluster.servers} == servers
    assert not any(visitor.resumed for visitor in visitors)
    assert _find_processes(b"ray::Directory") != [process]


def test_sessions_of_a_killed_node_go_on_from_their_checkpoints(
    cluster: Cluster, visitors: list[Visitor]
) -> None:
    at_once(visitors, lambda visitor: visitor.train(500))
    programs = Programs()
    for visitor in visitors:
        wait_until(lambda v=visitor: find_saved(v, programs) >= v.step, "a session is saved")
    name = cluster.find_owner(visitors[0].token)
    lost = [one for one in visitors if cluster.find_owner(one.token) == name]
    kept = [one for one in visitors if one not in lost]
    before = {one.token: one.step for one in lost}
    server = cluster.servers[name]["process"]
    # The machine: Ray's own process on it, whose child the session server is.
    machine = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
    assert "raylet" in Path(f"/proc/{machine}/comm").read_text()
    killed = time.monotonic()
    for process in (machine, server):
        os.kill(process, signal.SIGKILL)

    def train_again(visitor: Visitor) -> None:
        # What it reads first may still be of the killed server.
        while not visitor.resumed:
            visitor.train(1)

    at_once(lost, train_again)
    assert time.monotonic() - killed < RESUME_SECONDS
    for visitor in lost:
        assert visitor.resumed == 1
        assert visitor.step > before[visitor.token]
    assert name not in cluster.servers
    at_once(kept, lambda visitor: visitor.train(100))
    assert not any(visitor.resumed for visitor in kept)


def test_a_machine_that_joins_takes_its_share(cluster: Cluster) -> None:
    visitors = [Visitor(cluster.front) for _ in range(8)]
    at_once(visitors, lambda visitor: visitor.train(200))
    before = {visitor.token: visitor.step for visitor in visitors}
    cluster.ray.add_node()
    cluster.wait_servers(2)
    at_once(visitors, lambda visitor: visitor.train(200))
    new = [*cluster.servers][-1]
    moved = [visitor for visitor in visitors if cluster.find_owner(visitor.token) == new]
    for visitor in visitors:
        assert visitor.resumed == (visitor in moved)
        assert visitor.step >= before[visitor.token] + 200
        visitor.client.close()


def test_a_server_that_drains_loses_nothing(cluster: Cluster, visitors: list[Visitor]) -> None:
    name = cluster.find_owner(visitors[0].token)
    process = cluster.servers[name]["process"]
    moving = [one for one in visitors if cluster.find_owner(one.token) == name]
    listed = cluster.command("list").stdout
    assert name in listed
    cluster.command("drain", name)
    cluster.wait_servers(1)
    at_once(visitors, lambda visitor: visitor.train(200))
    for visitor in visitors:
        assert visitor.resumed == (visitor in moving)
    wait_until(lambda: not Path(f"/proc/{process}").exists(), "the server has ended")


def test_make_cluster_ends_all_that_it_has_started() -> None:
    command = (sys.executable, "-m", "app.cluster", "local", "--nodes", "1")
    with LiveServer(command, LIVENET_SERVER_CORES="1") as server:
        visitor = Visitor(server)
        visitor.train(100)
        processes = _list_descendants(server.process.pid)
        assert len(processes) > 4
        assert server.stop() < 30
        assert server.process.returncode == 0
        left = [one for one in processes if Path(f"/proc/{one}").exists()]
        wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in left), "all end")
        with pytest.raises(LOST):
            visitor.client.frame_where(lambda frame: False)
        visitor.client.close()


def test_a_local_cluster_ends_when_its_own_process_is_killed() -> None:
    command = (sys.executable, "-m", "app.cluster", "local", "--nodes", "1")
    with LiveServer(command, LIVENET_SERVER_CORES="1") as server:
        processes = _list_descendants(server.process.pid)
        environ = Path(f"/proc/{processes[0]}/environ").read_bytes().split(b"\0")
        (folder,) = [Path(os.fsdecode(one[11:])) for one in environ if one[:11] == b"RAY_TMPDIR="]
        server.process.kill()
        server.process.wait()
        left = [one for one in processes if Path(f"/proc/{one}").exists()]
        wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in left), "all end")
        wait_until(lambda: not folder.exists(), "the folder is removed")
        with pytest.raises(URLError):
            server.get("/healthz")


def _list_descendants(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *_list_descendants(child)]
    return found


def _find_processes(name: bytes) -> list[int]:
    """Returns the descendants of this process that call themselves so."""
    found = []
    for process in _list_descendants(os.getpid()):
        with suppress(OSError):
            if name in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
    return found
