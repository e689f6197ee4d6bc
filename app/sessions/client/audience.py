"""Audience of a session: what its watchers are shown, in the order in which it was made."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Messages to the client that watchers read, too; others are the client's own.
SHOWN = frozenset({"spec", "sweep", "diverged", "stopped", "recalled"})


@dataclass(frozen=True, slots=True)
class Joined:
    """A watcher that comes, and what it is told first."""

    watcher: object
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame with all of its arrays.

    Attributes:
        blob: the frame.
        whole: whether it holds the points, too, so that nothing is needed from before it.
    """

    blob: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of the session."""


Event = Joined | Said | Shown | Ended


class Audience:
    """Thread-safe queue from a session to the thread that sends to all of its watchers.

    Args:
        wake: called with the session's lock held when there is something to take.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._events: list[Event] = []

    def put(self, event: Event) -> None:
        """Appends an event; a frame takes the place of one that nobody has taken."""
        with self._lock:
            last = self._events[-1] if self._events else None
            if isinstance(event, Shown) and isinstance(last, Shown) and event.whole >= last.whole:
                self._events[-1] = event
            else:
                self._events.append(event)
        self._wake()

    def put_message(self, message: Mapping[str, Any]) -> None:
        """Appends a message to the client, if it is one for watchers, too."""
        if message["type"] in SHOWN:
            self.put(Said(json.dumps(message, separators=(",", ":"))))

    def take(self) -> list[Event]:
        """Takes all events."""
        with self._lock:
            events, self._events = self._events, []
            return events

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return not self._events
