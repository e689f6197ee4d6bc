"""Statistics of sessions: plain integers, counted by workers and added up when asked for."""

from __future__ import annotations

from dataclasses import dataclass

from app.scheduling.durations import Distribution


@dataclass(slots=True)
class SessionCounts:
    """What a session has done so far; only the worker that has its turn counts.

    Attributes:
        frames: made for its client.
        frame_bytes: of them.
        steps: updates.
    """

    frames: int = 0
    frame_bytes: int = 0
    steps: int = 0

    def add(self, other: SessionCounts) -> None:
        """Adds what another session has done."""
        self.frames += other.frames
        self.frame_bytes += other.frame_bytes
        self.steps += other.steps


@dataclass(frozen=True, slots=True)
class TurnStatistics:
    """What the worker threads do.

    Attributes:
        workers: threads.
        busy: turns that are taken at present.
        queued: sessions that wait for a turn.
        turns: how long turns took.
    """

    workers: int
    busy: int
    queued: int
    turns: Distribution


@dataclass(frozen=True, slots=True)
class CheckpointStatistics:
    """What is saved of sessions.

    Attributes:
        files: that are kept.
        n_bytes: of them, in whole blocks of the disk.
        saved: files written so far.
        failed: files that could not be written.
        saved_at: when the last one was written, seconds since 1970; None before the first.
    """

    files: int
    n_bytes: int
    saved: int
    failed: int
    saved_at: float | None


@dataclass(frozen=True, slots=True)
class HostStatistics:
    """What a host does.

    Attributes:
        running: sessions that train by themselves.
        paused: sessions whose client is there and that do not.
        waiting: sessions that wait for a lost client.
        places: sessions at most.
        opened: sessions so far, restored ones included.
        counts: what all of them have done so far.
        turns: what the workers do.
        waiting_bytes: what waits for workers and for clients.
        image_bytes: what networks for images hold.
        checkpoints: None where none are made.
    """

    running: int
    paused: int
    waiting: int
    places: int
    opened: int
    counts: SessionCounts
    turns: TurnStatistics
    waiting_bytes: int
    image_bytes: int
    checkpoints: CheckpointStatistics | None
