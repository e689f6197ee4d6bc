"""What a server spends on a group of clients, and what they see meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.processor_time import read_processor_time
from benchmarks.server.stream_clients import ClientGroup, Seen
from tests.app.servers import LiveServer


@dataclass(frozen=True)
class Spent:
    """What the server spent in a while.

    Attributes:
        seconds: how long it was.
        cores: processor time a second.
        client_cores: that of the clients, on the same machine.
        mib: resident memory at the end.
        seen: what the clients saw.
    """

    seconds: float
    cores: float
    client_cores: float
    mib: float
    seen: Seen

    @property
    def rates(self) -> list[float]:
        """Frames a second of each client, the slowest first."""
        return sorted(len(tally.times) / self.seconds for tally in self.seen.tallies)

    @property
    def cost(self) -> str:
        """What a frame cost the server and its client, and what one core of the server gives."""
        frames = sum(self.rates)
        if not frames:
            return "no frames"
        each, client = self.cores / frames, self.client_cores / frames
        return (
            f"a frame {each * 1e3:.2f} ms of the server ({1 / each if each else 0:.0f} /s a core) "
            f"and {client * 1e3:.2f} ms of its client"
        )

    @property
    def errors(self) -> str:
        """What went wrong, and how often."""
        found = [*self.seen.lost, *(e for tally in self.seen.tallies for e in tally.errors)]
        return ", ".join(f"{count} x {what}" for what, count in Counter(found).items()) or "none"


def observe(server: LiveServer, group: ClientGroup, meanwhile: Callable[[], object]) -> Spent:
    """Measures what clients see, and what the server spends on them, in a while.

    Args:
        server: what serves them.
        group: the clients.
        meanwhile: what is done until the end of it.
    """
    group.read(restart=True)
    used, by_clients = read_processor_time(server.process.pid), group.processor_time
    begun = time.monotonic()
    meanwhile()
    seen = group.read()
    took = time.monotonic() - begun
    used = read_processor_time(server.process.pid) - used
    by_clients = group.processor_time - by_clients
    return Spent(took, used / took, by_clients / took, server.memory_mib, seen)
