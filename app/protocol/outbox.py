"""Outbox: bounded queue of messages to one client, and at most one frame."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.limits.budget import Account

MAX_MESSAGES = 256
MAX_CHARACTERS = 2 << 20
#: Where so many times as much waits, nobody reads: errors are left out.
UNREAD = 2


@dataclass(frozen=True, slots=True)
class Closing:
    """End of the connection, with a WebSocket close code."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Keep-alive (ping), or the answer to one (pong)."""

    payload: bytes
    answer: bool


class Remainder(bytes):
    """Rest of a frame of which a part is on its way, in the transport's own encoding."""


Item = str | bytes | Closing | Heartbeat


def make_error(code: str, message: str, path: str = "") -> str:
    """Returns the text of an `error`."""
    content = {"type": "error", "code": code, "path": path, "message": message}
    return json.dumps(content, separators=(",", ":"))


class Outbox:
    """Thread-safe queue between the threads that make messages and the one that sends them.

    It never blocks who puts something in. It is bounded by its users: workers leave a
    session alone while its outbox is `full`, and put a frame only where none waits.

    Args:
        on_taken: called without a lock each time room was made.
        on_error: called with the code of each error.

    Attributes:
        closed_at: when it was closed (monotonic seconds), or None.
        account: of its session, which counts the messages that wait; None without one.
        send_at_once: sends as much of a frame as goes without waiting, and returns the
            `Remainder`, or None; None itself where the transport cannot. Called with the lock
            held, by who puts the frame in, while the thread that sends has nothing to do.
        idle: whether the thread that sends waits for something to send.
    """

    def __init__(
        self,
        on_taken: Callable[[], None] | None = None,
        on_error: Callable[[str], None] = lambda code: None,
    ) -> None:
        self._changed = threading.Condition()
        self._items: deque[Item] = deque()
        self._characters = 0
        self._frames = 0
        self._closing: Closing | None = None
        self._pulse: Heartbeat | None = None
        self._abandoned = False
        self.idle = False
        self.closed_at: float | None = None
        self.on_taken = on_taken
        self._on_error = on_error
        self.account: Account | None = None
        self.send_at_once: Callable[[bytes], bytes | None] | None = None

    @property
    def has_frame(self) -> bool:
        """Whether a frame waits to be sent."""
        return self._frames > 0

    @property
    def full(self) -> bool:
        """Whether so much waits that no more should be made."""
        if len(self._items) >= MAX_MESSAGES or self._characters >= MAX_CHARACTERS:
            return True
        return self._characters > 0 and self.account is not None and self.account.full

    @property
    def closed(self) -> bool:
        """Whether nothing can be put in any more."""
        return self._abandoned or self._closing is not None

    def put(self, message: Mapping[str, Any]) -> None:
        """Appends a message; dropped when closed."""
        text = json.dumps(message, separators=(",", ":"))
        with self._changed:
            self._append(text)

    def put_error(self, code: str, message: str, path: str = "") -> None:
        """Appends an `error`; one that equals the last waiting message becomes one with it.

        Unlike other messages errors come without a worker, however full it is; so they are
        left out where nobody reads.
        """
        text = make_error(code, message, path)
        self._on_error(code)
        with self._changed:
            unread = len(self._items) >= UNREAD * MAX_MESSAGES
            unread = unread or self._characters >= UNREAD * MAX_CHARACTERS
            if not unread and (not self._items or self._items[-1] != text):
                self._append(text)

    def put_frame(self, blob: bytes) -> None:
        """Sends a frame at once where that is possible, else appends it; dropped when closed."""
        with self._changed:
            if self.closed:
                return
            rest: bytes | None = blob
            if self.idle and not self._items and self._pulse is None and self.send_at_once:
                rest = self.send_at_once(blob)
            if rest is not None:
                self._frames += 1
                self._items.append(rest)
                self._changed.notify()

    def put_heartbeat(self, pulse: Heartbeat) -> None:
        """Sends a pulse before all else; only the newest one waits."""
        with self._changed:
            self._pulse = pulse
            self._changed.notify()

    def _append(self, text: str) -> None:
        if not self.closed:
            self._count(len(text))
            self._items.append(text)
            self._changed.notify()

    def _count(self, characters: int) -> None:
        """Counts the characters that came or went; the lock is held."""
        self._characters += characters
        if self.account is not None:
            self.account.hold(self, self._characters)

    def close(self, code: int, reason: str = "") -> None:
        """Ends the connection once the waiting messages are sent; whole frames are dropped."""
        with self._changed:
            if self.closed:
                return
            kept = (item for item in self._items if isinstance(item, str | Remainder))
            self._items = deque(kept)
            self._frames = sum(isinstance(item, Remainder) for item in self._items)
            self._closing = Closing(code, reason)
            self.closed_at = time.monotonic()
            self._items.append(self._closing)
            self._changed.notify()

    def abandon(self) -> None:
        """Drops everything: there is nobody left to send to."""
        with self._changed:
            self._abandoned = True
            self._items.clear()
            self._pulse = None
            self._frames = 0
            self._count(-self._characters)
            self._changed.notify_all()

    def take(self) -> Item | None:
        """Waits for the next thing to send; None once abandoned or after the closing."""
        with self._changed:
            while not self._items and self._pulse is None:
                if self.closed:
                    return None
                self.idle = True
                self._changed.wait()
            self.idle = False
            broken = bool(self._items) and isinstance(self._items[0], Remainder)
            if self._pulse is not None and not broken:
                pulse, self._pulse = self._pulse, None
                return pulse
            item = self._items.popleft()
            if isinstance(item, str):
                self._count(-len(item))
            elif isinstance(item, bytes):
                self._frames -= 1
        if self.on_taken is not None:
            self.on_taken()
        return item
