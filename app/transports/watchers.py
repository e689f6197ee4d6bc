"""Watchers of a session: one thread sends each frame, encoded once, to all of them."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from functools import partial

from app.protocol.outbox import Closing, Heartbeat
from app.sessions.client.audience import Audience, Joined, Said, Shown
from app.sessions.session import Session
from app.sessions.whole_frames import show_whole_frame
from app.transports.watch_wires import Wire
from app.transports.watcher import Encoded, Watcher

logger = logging.getLogger(__name__)

#: A sign of life after so long a silence.
SILENCE_SECONDS = 30.0
#: How soon a whole frame is asked for again where none has come.
ASK_SECONDS = 0.5
#: How often silences are looked at.
LOOK_SECONDS = 5.0

GONE = Closing(4003, "the session has ended")
FULL = Closing(1013, "too many watch")
_REFUSED = Closing(1008, "a watcher can only acknowledge frames")
_STOPS = Closing(1001, "the server stops")


class Room:
    """Watchers of one session; only the thread that sends touches it.

    Args:
        session: what is watched.
        audience: what comes of it.
    """

    def __init__(self, session: Session, audience: Audience) -> None:
        self.session = session
        self.audience = audience
        self.watchers: set[Watcher] = set()
        self.latest: Encoded | None = None
        #: Numbers of frames: of the newest one, and of the newest that held the points.
        self.number = self.whole_number = 0
        #: Whether somebody needs a whole frame.
        self.asking = False
        self._asked_at = 0.0

    def ask(self) -> None:
        """Asks for a whole frame where somebody needs one, unless that was done a moment ago."""
        now = time.monotonic()
        if self.asking and now - self._asked_at > ASK_SECONDS:
            self._asked_at = now
            self.session.submit(show_whole_frame)


class Watchers:
    """Sends what sessions show to all who watch them.

    A request's own thread waits until its watcher is gone and costs nothing meanwhile.

    Args:
        limit: how many may watch at one time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._count = 0
        self._changed: set[Audience] = set()
        self._rooms: dict[Audience, Room] = {}
        self._closing = False
        self._thread: threading.Thread | None = None

    def enter(self) -> bool:
        """Takes a place; False if there is none. Who has one must `watch`, or `leave`."""
        with self._lock:
            if self._closing or self._count >= self._limit:
                return False
            self._count += 1
            if self._thread is None:
                self._selector = selectors.DefaultSelector()
                self._bell, self._rung = socket.socketpair()
                for end in (self._bell, self._rung):
                    end.setblocking(False)
                self._selector.register(self._rung, selectors.EVENT_READ)
                self._thread = threading.Thread(target=self._work, name="watchers", daemon=True)
                self._thread.start()
            return True

    def leave(self) -> None:
        """Gives a place back."""
        with self._lock:
            self._count -= 1
            closing = self._closing
        if closing:
            self._ring()

    def watch(self, session: Session, sock: socket.socket, wire: Wire) -> None:
        """Sends what a session shows until either side is gone.

        Args:
            session: what is watched.
            sock: of the watcher; nobody else uses it meanwhile.
            wire: how it is spoken to.
        """
        patience = sock.gettimeout()
        sock.setblocking(False)
        watcher = Watcher(sock, wire)
        session.watch(watcher, lambda: self._make_audience(session))
        watcher.gone.wait()
        with contextlib.suppress(OSError):
            sock.settimeout(patience)

    def close(self) -> None:
        """Sends all watchers away, since the server stops (1001)."""
        with self._lock:
            self._closing = True
            if self._thread is None:
                return
        self._ring()

    def _make_audience(self, session: Session) -> Audience:
        """Called with the session's lock held."""
        audience = Audience(lambda: self._wake(audience))
        with self._lock:
            self._rooms[audience] = Room(session, audience)
        return audience

    def _wake(self, audience: Audience) -> None:
        with self._lock:
            rings = not self._changed
            self._changed.add(audience)
        if rings:
            self._ring()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):
            self._bell.send(b"!")

    def _work(self) -> None:
        looked_at = time.monotonic()
        closing = False
        while not closing or self._count:
            rooms = self._list_rooms()
            asking = any(room.asking for room in rooms)
            for key, events in self._selector.select(ASK_SECONDS if asking else LOOK_SECONDS):
                if key.data is None:
                    with contextlib.suppress(OSError):
                        self._rung.recv(4096)
                else:
                    room, watcher = key.data
                    self._serve(room, watcher, events)
            with self._lock:
                changed, self._changed = self._changed, set()
                closing = self._closing
            for audience in changed:
                self._attempt(partial(self._follow, audience))
            for room in rooms:
                room.ask()
            now = time.monotonic()
            if now - looked_at > LOOK_SECONDS:
                looked_at = now
                self._send_pulses(now)
            if closing:
                for room in self._list_rooms():
                    self._empty(room, _STOPS)
        self._selector.close()
        for end in (self._bell, self._rung):
            end.close()

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            logger.exception("watchers were not served")

    def _list_rooms(self) -> list[Room]:
        with self._lock:
            return list(self._rooms.values())

    def _follow(self, audience: Audience) -> None:
        """Takes what a session has shown, and sends it."""
        room = self._rooms.get(audience)
        if room is None:
            return
        for event in audience.take():
            if isinstance(event, Joined):
                assert isinstance(event.watcher, Watcher)
                self._welcome(room, event.watcher, event.text)
            elif isinstance(event, Said):
                said = Encoded(event.text)
                # What is not sent by now is of the time before it.
                room.latest = None
                for watcher in room.watchers:
                    watcher.tell(said)
            elif isinstance(event, Shown):
                room.number += 1
                room.latest = Encoded(event.blob)
                if event.whole:
                    # Before the next one takes its place.
                    room.whole_number = room.number
                    self._send_all(room)
            else:
                self._empty(room, GONE)
        self._send_all(room)
        room.asking = any(watcher.fresh for watcher in room.watchers)
        if not room.watchers:
            self._forget(room)

    def _send_all(self, room: Room) -> None:
        for watcher in list(room.watchers):
            self._send(room, watcher)

    def _welcome(self, room: Room, watcher: Watcher, text: str) -> None:
        room.watchers.add(watcher)
        watcher.tell(Encoded(text))
        with contextlib.suppress(OSError, ValueError):
            watcher.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            watcher.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, Watcher.SEND_BYTES)
        self._selector.register(watcher.sock, selectors.EVENT_READ, (room, watcher))

    def _serve(self, room: Room, watcher: Watcher, events: int) -> None:
        """Reads what a watcher says, and sends what it is ready for."""
        if watcher not in room.watchers:
            return
        try:
            if events & selectors.EVENT_READ and not watcher.receive():
                self._remove(room, watcher, None)
                return
        except ValueError:
            self._remove(room, watcher, _REFUSED)
            return
        self._send(room, watcher)

    def _send(self, room: Room, watcher: Watcher) -> None:
        try:
            if watcher.overfull:
                raise OSError("it does not read")
            done = watcher.send(room.latest, room.number, room.whole_number)
        except OSError:
            self._remove(room, watcher, None)
            return
        room.asking |= watcher.fresh
        if done == watcher.polled:
            watcher.polled = not done
            events = selectors.EVENT_READ | (0 if done else selectors.EVENT_WRITE)
            self._selector.modify(watcher.sock, events, (room, watcher))

    def _send_pulses(self, now: float) -> None:
        for room in self._list_rooms():
            for watcher in list(room.watchers):
                if now - watcher.sent_at > SILENCE_SECONDS:
                    watcher.tell(Encoded(Heartbeat(b"", answer=False)))
                    self._send(room, watcher)

    def _remove(self, room: Room, watcher: Watcher, closing: Closing | None) -> None:
        room.watchers.discard(watcher)
        self._selector.unregister(watcher.sock)
        watcher.end(closing)
        if not room.watchers:
            self._forget(room)

    def _forget(self, room: Room) -> None:
        """Forgets an empty room, unless somebody has just come."""
        if room.session.leave_unwatched(room.audience):
            with self._lock:
                self._rooms.pop(room.audience, None)

    def _empty(self, room: Room, closing: Closing) -> None:
        for watcher in list(room.watchers):
            self._remove(room, watcher, closing)
