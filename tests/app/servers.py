"""A real server in a process of its own, for tests."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, Self

from tests.programs import FOLDER, compile_once, wait_for_compilation

ROOT = Path(__file__).resolve().parents[2]
#: For hangs only: no test waits so long when all is well.
PATIENCE = 150.0


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Waits for a condition to become true and returns its value.

    It looks again ever less often: where a browser is asked, looking is most of the work.
    """
    pause, seconds = threading.Event(), 0.02
    end = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain: {what}")
        pause.wait(seconds)
        seconds = min(1.25 * seconds, 0.2)
    return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP request gave."""

    status: int
    headers: dict[str, str]
    body: bytes


class LiveServer:
    """`python -m app` on a free port.

    Args:
        command: what starts it.
        cwd: where.
        environ: settings besides the defaults of tests.
    """

    def __init__(
        self,
        command: Sequence[str] = (sys.executable, "-m", "app"),
        cwd: Path = ROOT,
        **environ: str,
    ) -> None:
        settings = {
            "PORT": "0",
            "HOST": "127.0.0.1",
            "LIVENET_CACHE_DIR": str(FOLDER),
            "LIVENET_WARM_UP": "first",
            **environ,
        }
        self._shared = settings["LIVENET_CACHE_DIR"] == str(FOLDER)
        if self._shared:
            wait_for_compilation("first")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LIVENET_")}
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.log: list[str] = []
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_log, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self.line = self._lines.get(timeout=PATIENCE)
        self.url = next((word for word in self.line.split() if word.startswith("http://")), "")

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        self.log.extend(self.process.stderr)

    def __enter__(self) -> Self:
        with compile_once("first") if self._shared else nullcontext():
            self.wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def stream_url(self) -> str:
        """Where the stream is."""
        return self.url.replace("http://", "ws://") + "/api/stream"

    def wait_ready(self) -> None:
        """Waits for the first capacity."""
        wait_until(lambda: self.get("/readyz").status == 200, "the server is ready")

    def get(
        self, path: str, method: str = "GET", data: bytes | None = None, **headers: str
    ) -> Answer:
        """Makes one HTTP request; header names have `_` for `-`."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data=data, headers=names, method=method)
        try:
            response: HTTPResponse | urllib.error.HTTPError = urllib.request.urlopen(
                request, timeout=PATIENCE
            )
        except urllib.error.HTTPError as error:
            response = error
        with response:
            status = response.status or 0
            return Answer(status, dict(response.headers.items()), response.read())

    @property
    def worker(self) -> int:
        """The process that serves: gunicorn's only child."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text().split()[0])

    def _status(self, key: str, process: int | None = None) -> int:
        text = Path(f"/proc/{process or self.worker}/status").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(key))

    @property
    def memory_mib(self) -> float:
        """Resident memory of the worker, and of the processes of sessions that it has started."""
        processes = [self.worker]
        for thread in Path(f"/proc/{self.worker}/task").iterdir():
            # It may have ended since.
            with suppress(OSError):
                processes += map(int, (thread / "children").read_text().split())
        return sum(self._status("VmRSS:", one) for one in processes) / 1024

    @property
    def threads(self) -> int:
        """Threads of the worker."""
        return self._status("Threads:")

    @property
    def sockets(self) -> int:
        """Open sockets of the worker."""
        links = Path(f"/proc/{self.worker}/fd").iterdir()
        return sum(1 for link in links if _target(link).startswith("socket:"))

    def stop(self, signum: int = signal.SIGTERM) -> float:
        """Stops the server and returns how many seconds that took."""
        start = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signum)
        self.process.wait(PATIENCE)
        took = time.monotonic() - start
        for reader in self._readers:
            reader.join(PATIENCE)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()
        return took


def count_clients(server: LiveServer) -> int:
    """Sessions on the server whose client is there."""
    text = server.get("/metrics").body.decode()
    states = re.findall(r'livenet_sessions\{state="(?:running|paused)"\} (\d+)', text)
    assert len(states) == 2
    return sum(map(int, states))


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""
