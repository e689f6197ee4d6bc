"""Logs: what a run measured on its way, bounded however long it runs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.frames.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Entry:
    """One moment of a run.

    Attributes:
        metrics: of this moment.
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
        self._entries: list[Entry] = []
        self._gap = 0.0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is kept, oldest first."""
        return tuple(self._entries)

    def note(self, entry: Entry) -> None:
        """Keeps a moment; it replaces the last one if both lie close together."""
        kept = self._entries
        if len(kept) > 1 and entry.metrics["step"] - kept[-2].metrics["step"] < self._gap:
            kept[-1] = entry
            return
        kept.append(entry)
        if len(kept) > self._limit:
            span = entry.metrics["step"] - kept[0].metrics["step"]
            del kept[1:-1:2]
            self._gap = 2 * span / self._limit

    def cut(self, step: int) -> None:
        """Forgets what came after a step; the run goes on from there."""
        while self._entries and self._entries[-1].metrics["step"] > step:
            self._entries.pop()
        if not self._entries:
            self._gap = 0.0

    def clear(self) -> None:
        """Forgets everything."""
        self._entries, self._gap = [], 0.0
