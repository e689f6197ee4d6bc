"""Log of a run's metrics, bounded however long it runs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.frames.metrics import Metrics


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Metrics of a run at one step.

    Attributes:
        metrics: of this snapshot.
        time: when it was, seconds since 1970.
    """

    metrics: Metrics
    time: float


class Log:
    """Metrics over the steps, evenly thinned once there are too many.

    Args:
        limit: entries that are kept at most.
    """

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._entries: list[LogEntry] = []
        self._gap = 0.0

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    def record(self, entry: LogEntry) -> None:
        """Adds an entry, which replaces the last one if both lie close together."""
        kept = self._entries
        if len(kept) > 1 and entry.metrics["step"] - kept[-2].metrics["step"] < self._gap:
            kept[-1] = entry
            return
        kept.append(entry)
        if len(kept) > self._limit:
            span = entry.metrics["step"] - kept[0].metrics["step"]
            del kept[1:-1:2]
            self._gap = 2 * span / self._limit

    def truncate(self, step: int) -> None:
        """Removes the entries after a step."""
        while self._entries and self._entries[-1].metrics["step"] > step:
            self._entries.pop()
        if not self._entries:
            self._gap = 0.0

    def clear(self) -> None:
        """Forgets everything."""
        self._entries, self._gap = [], 0.0
