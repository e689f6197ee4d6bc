"""Thousands of sessions, one after the other: threads, files, sessions and memory stay the same."""

from __future__ import annotations

import gc
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.factory import Components
from app.files.session_files import SessionFiles
from app.sessions.session import Session
from app.transports.connections import Connections
from engine import Trainer
from engine.base.program_cache import give_back_memory
from tests.app.client import Client
from tests.app.in_process import host_sessions
from tests.app.servers import wait_until
from tests.app.transports import InProcessClient
from tests.sizes import choose

LIFETIMES = choose(500, 10_000)
#: Before it is measured: pools and caches fill.
FIRST = 40
#: Each thread may hold the session that it had last.
STILL_HELD = 6
#: What used pieces keep of freed pages; a session that is not let go of takes a tenth
#: of a MiB.
MEMORY_SLACK_MIB = 24


def live(client: Client, number: int) -> None:
    """One of the ways in which a session is used and left."""
    token = client.open()["session"]
    assert token
    match number % 6:
        case 0:
            client.frame()
            client.run()
            client.ack(4)
        case 1:
            client.send("edit", patch={"seed": number, "batch_size": 7})
            client.message("spec")
        case 2:
            client.send("step", epochs=1)
            client.frame_where(lambda frame: frame.step > 0)
            client.send("undo")
        case 3:
            client.send_text("[" * 1000)
            client.error("invalid_json")
        case 4:
            client.send("edit", patch={"data": {"samples": 51}})
            client.send("run")
        case 5:
            client.send("timeline", on=True)
            client.send("nonsense")


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds."""

    threads: int
    files: int
    sessions: int
    trainers: int
    waiting: int
    saved: int
    memory_mib: float


def measure(connections: Connections, folder: Path) -> Held:
    gc.collect()
    # Without this the allocator keeps up to 120 MiB that are free, more or less by chance.
    give_back_memory()
    objects = gc.get_objects()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    host: Any = connections._host
    return Held(
        threads=threading.active_count(),
        files=len(os.listdir("/proc/self/fd")),
        sessions=sum(type(one) is Session for one in objects),
        trainers=sum(type(one) is Trainer for one in objects),
        waiting=host._budget.used,
        saved=len(list(folder.iterdir())) if folder.exists() else 0,
        memory_mib=resident / (1 << 20),
    )


@pytest.mark.timeout(choose(600, 3600))
def test_nothing_is_left_of_many_sessions(in_process: Components, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    files = SessionFiles(folder, 1 << 24, 600.0)
    limits = {"resume_seconds": 0.0, "files": files, "checkpoint_seconds": 0.05}
    with host_sessions(in_process.programs, **limits) as connections:
        host: Any = connections._host

        def live_many(count: int) -> None:
            for number in range(count):
                with InProcessClient(connections) as client:
                    live(client, number)
                if number % 4 == 0:
                    # One that gave way to another would leave its file, to come back.
                    wait_until(lambda: len(host._registry.list_all()) < 4, "they are forgotten")
            wait_until(lambda: not host._registry.list_all(), "the last ones are forgotten")

        live_many(FIRST)
        before = measure(connections, folder)
        live_many(LIFETIMES)
        wait_until(lambda: not folder.exists() or not [*folder.iterdir()], "no file is left")
        after = measure(connections, folder)
    # The compiler's may begin late.
    assert after.threads <= before.threads + 1
    for name in ("files", "waiting", "saved"):
        assert getattr(after, name) <= getattr(before, name), name
    assert after.sessions - before.sessions <= STILL_HELD
    assert after.trainers - before.trainers <= STILL_HELD
    assert after.memory_mib - before.memory_mib < MEMORY_SLACK_MIB
