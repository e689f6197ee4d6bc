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
        mib: resident memory at the end.
        seen: what the clients saw.
    """

    seconds: float
    cores: float
    mib: float
    seen: Seen

    @property
    def rates(self) -> list[float]:
        """Frames a second of each client, the slowest first."""
        return sorted(len(tally.times) / self.seconds for tally in self.seen.tallies)

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
    used, begun = read_processor_time(server.process.pid), time.monotonic()
    meanwhile()
    seen = group.read()
    took = time.monotonic() - begun
    used = read_processor_time(server.process.pid) - used
    return Spent(took, used / took, server.memory_mib, seen)
