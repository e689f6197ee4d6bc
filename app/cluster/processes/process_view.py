"""Processes of sessions that a front starts, watches, starts again, and passes streams to."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client.core import Metric

from app.cluster.membership import ClusterState, Load, Member, Membership
from app.cluster.processes.passed_streams import PassedStream, send_stream
from app.cluster.processes.process_metrics import read_metrics
from app.cluster.processes.session_process import name_processes
from app.cluster.rendezvous import choose_owner
from app.sessions.tokens import find_key
from app.web.settings import Settings

logger = logging.getLogger(__name__)

#: What was sent to a process and has not begun a session in so long will not.
SENT_SECONDS = 5.0
#: How long all of them may take to end. The front itself has a little longer.
STOP_SECONDS = 5.0
#: A process that serves and then says nothing for so long is replaced.
STALL_SECONDS = 120.0
#: A process that ends before it has served is started again so much later.
PAUSE_SECONDS = 2.0
_ROOT = Path(__file__).resolve().parents[3]


class _Process:
    """One of the processes, as the front knows it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sending = threading.Lock()
        self.channel: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.member: Member | None = None
        self.load = Load()
        #: When those were sent to it that it has not begun a session for.
        self.sent: deque[float] = deque()

    def note(self, load: Load) -> None:
        """Notes what it reports."""
        for _ in range(min(len(self.sent), load.opened - self.load.opened)):
            self.sent.popleft()
        self.load = load

    def find_room(self, now: float) -> int:
        """Returns how many more sessions it may have."""
        while self.sent and now - self.sent[0] > SENT_SECONDS:
            self.sent.popleft()
        return self.load.places - self.load.sessions - len(self.sent)


class ProcessView:
    """View of a machine's processes of sessions, which are there as long as the front is.

    Each has the keys that hash to its name for ever; while one is started again its clients wait.

    Args:
        settings: of all of them together; `processes` says how many.
    """

    def __init__(self, settings: Settings) -> None:
        self._names = name_processes(settings.processes)
        token = settings.operator_token
        self._token = None if token is None else token.get_secret_value()
        self._processes = {name: _Process(name) for name in self._names}
        self._changed = threading.Condition()
        self._version = 0
        self._closing = threading.Event()
        self._keepers = [
            threading.Thread(target=self._keep, args=(one,), name=one.name, daemon=True)
            for one in self._processes.values()
        ]
        for keeper in self._keepers:
            keeper.start()

    @property
    def state(self) -> ClusterState:
        """Those that are there, and what they reported last."""
        with self._changed:
            there = [one for one in self._processes.values() if one.member is not None]
            members = tuple(one.member for one in there if one.member is not None)
            return ClusterState(
                Membership(self._version, members), {one.name: one.load for one in there}
            )

    @property
    def ready(self) -> bool:
        """Whether one of them has the first capacity compiled."""
        return any(load.ready for load in self.state.loads.values())

    def find_owner(self, token: str) -> Member | None:
        """Returns the process of a session; None while it is started."""
        owner = choose_owner(find_key(token), self._names)
        return None if owner is None else self._processes[owner].member

    def choose_for_new(self) -> Member | None:
        """Returns the process for a new session, that with most room; None if none is there."""
        now = time.monotonic()
        with self._changed:
            there = [one for one in self._processes.values() if one.member is not None]
            # One that compiles still would have its client wait.
            there = [one for one in there if one.load.ready] or there
            best = max(there, key=lambda one: one.find_room(now), default=None)
            if best is None:
                return None
            best.sent.append(now)
            return best.member

    def wait_for_change(self, version: int, seconds: float) -> None:
        """Waits until a process has come or gone since a version, or for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, seconds)

    def hurry(self) -> None:
        """Does nothing: the end of a process is known at once."""

    def pass_stream(self, member: Member, stream: PassedStream) -> bool:
        """Gives a stream to a process; False if it does not take it."""
        process = self._processes[member.name]
        try:
            with process.sending:
                if process.channel is None:
                    return False
                send_stream(process.channel, stream)
        except OSError:
            return False
        return True

    def read_metrics(self) -> Iterable[Metric]:
        """Yields the metrics of all processes."""
        return read_metrics(self.state.membership.members, self._token)

    def close(self) -> None:
        """Ends all processes; sessions are saved, and handed to their clients."""
        self._closing.set()
        until = time.monotonic() + STOP_SECONDS
        for one in self._processes.values():
            with one.sending, suppress(OSError):
                if one.channel is not None:
                    one.channel.shutdown(socket.SHUT_WR)
        for keeper in self._keepers:
            keeper.join(max(0.0, until - time.monotonic()))
        for one in self._processes.values():
            if one.process is not None:
                one.process.kill()

    def _keep(self, one: _Process) -> None:
        """Has one process run until the front is closed."""
        while not self._closing.is_set():
            served = self._run(one)
            if self._closing.is_set():
                return
            logger.warning("session process %s has ended; it is started again", one.name)
            if not served:
                self._closing.wait(PAUSE_SECONDS)

    def _run(self, one: _Process) -> bool:
        """Runs one process to its end; whether it has served."""
        channel, its_end = socket.socketpair()
        command = [sys.executable, "-m", __package__ or "", one.name, str(len(self._names))]
        with its_end:
            descriptor = its_end.fileno()
            # A process group of its own: Ctrl-C is for the front.
            one.process = subprocess.Popen(
                [*command, str(descriptor)],
                cwd=_ROOT, pass_fds=[descriptor], start_new_session=True,
            )  # fmt: skip
        with one.sending:
            one.channel = channel
        if self._closing.is_set():
            channel.shutdown(socket.SHUT_WR)
        with suppress(OSError), channel.makefile("rb") as lines:
            for line in lines:
                self._note(one, json.loads(line))
                channel.settimeout(STALL_SECONDS)
        # It has closed its end, or hangs.
        with suppress(subprocess.TimeoutExpired):
            one.process.wait(STOP_SECONDS)
        one.process.kill()
        one.process.wait()
        with one.sending:
            one.channel = None
            channel.close()
        served = one.member is not None
        with self._changed:
            one.member, one.load = None, Load()
            one.sent.clear()
            self._version += 1
            self._changed.notify_all()
        return served

    def _note(self, one: _Process, said: dict[str, Any]) -> None:
        with self._changed:
            if one.member is None:
                one.member = Member(one.name, machine=socket.gethostname(), **said)
                self._version += 1
            else:
                one.note(Load(**said))
            self._changed.notify_all()
