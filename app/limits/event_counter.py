"""Counter of events by name, such as errors by their codes."""

from __future__ import annotations

import threading
from collections import Counter


class EventCounter:
    """Counts events by name; any thread may count.

    Names are those that the source code says: nothing that a client says becomes one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Counts one event."""
        with self._lock:
            self._counts[name] += 1

    def read(self) -> dict[str, int]:
        """Returns how many there were of each, by name."""
        with self._lock:
            return dict(sorted(self._counts.items()))
