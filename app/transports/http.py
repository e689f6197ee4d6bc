"""HTTP transport of the stream, where WebSockets are blocked.

What the server says is one chunked answer that does not end; what the client says comes
in requests of its own. Two threads own a stream: the request's own thread sends, one more
sees when the client goes.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from app.hosting.ownership import MovedError
from app.protocol.outbox import Closing, Heartbeat, Item
from app.transports.connections import Connections
from app.transports.stream import Connection, decode

#: How often a watcher looks at the clock.
TICK_SECONDS = 0.25
#: A sign of life after so long; what is not taken for three times as long has no taker.
SILENCE_SECONDS = 30.0
#: How long a client may take to read the last message.
CLOSE_SECONDS = 0.5
#: How long an opened session waits for its stream.
OPEN_SECONDS = 10.0

_JSON, _FRAME = 0, 1


class HttpStream:
    """One connection of the stream over HTTP.

    Args:
        connection: the protocol.
        on_end: called once nobody sends any more.

    Attributes:
        token: of its session, from when it has one, or waits for it.
    """

    def __init__(self, connection: Connection, on_end: Callable[[HttpStream], None]) -> None:
        self.outbox = connection.outbox
        self._connection = connection
        self._on_end = on_end
        self._lock = threading.Lock()
        self._receiving = threading.Lock()
        self._claimed = False
        self._ended = threading.Event()
        self._timer = threading.Timer(OPEN_SECONDS, self._expire)
        self._timer.daemon = True
        self._watcher: threading.Thread | None = None
        self.token: str | None = None

    @property
    def closed(self) -> bool:
        """Whether it takes no more messages."""
        return self.outbox.closed

    def open(self, body: bytes) -> dict[str, Any]:
        """Handles the first message and returns its answer: `opened`, `queued`, or an error.

        Raises:
            MovedError: another server has the session.
        """
        self._connection.receive(decode(body))
        answer = self.outbox.take()
        if isinstance(answer, Closing):
            self.end()
            raise MovedError
        assert isinstance(answer, str)
        self.token = self._connection.token
        if self.token is None:
            self.end()
        else:
            self._timer.start()
        return json.loads(answer)

    def resume(self, token: str) -> bool:
        """Attaches to a session; False if there is none."""
        try:
            self._claimed = self._connection.resume(token)
            self.token = self._connection.token
        finally:
            if not self._claimed:
                self.end()
        return self._claimed

    def claim(self) -> bool:
        """Whether the caller is the first one, which alone may send."""
        with self._lock:
            free = not self._claimed and not self.closed
            self._claimed = True
        self._timer.cancel()
        return free

    def _expire(self) -> None:
        if self.claim():
            self.end()

    def receive(self, body: bytes) -> int:
        """Handles the messages of one request and returns how many there were."""
        with self._receiving:
            return self._connection.receive_body(body)

    def send(self, sock: socket.socket) -> Iterator[bytes]:
        """Yields what is to be sent until either side is gone; `end` must follow.

        Args:
            sock: what it is sent on.
        """
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            patience = int(3e3 * SILENCE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
        self._watcher = threading.Thread(
            target=self._watch, args=(sock,), name="watcher", daemon=True
        )
        self._watcher.start()
        # The head goes out with it, long before there may be something to tell: a client that
        # gets nothing at all knows that something on the way holds answers back.
        yield encode_item(Heartbeat(b"", answer=False))
        while (item := self.outbox.take()) is not None:
            yield encode_item(item)

    def end(self) -> None:
        """The client is gone, or was told to go."""
        self._ended.set()
        self._connection.end()
        self._on_end(self)
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self, sock: socket.socket) -> None:
        """Ends a stream whose client has hung up, or does not read what it is told last."""
        pulsed_at = time.monotonic()
        with selectors.DefaultSelector() as selector, contextlib.suppress(OSError, ValueError):
            selector.register(sock, selectors.EVENT_READ)
            while not self._ended.is_set():
                ready = selector.select(TICK_SECONDS) if selector.get_map() else None
                now = time.monotonic()
                closed_at = self.outbox.closed_at
                if closed_at is not None and now - closed_at > CLOSE_SECONDS:
                    break
                if ready is None:
                    self._ended.wait(TICK_SECONDS)
                elif ready:
                    if not sock.recv(1, socket.MSG_PEEK):
                        break
                    # Its next request, far too early: it is read when this one has ended.
                    selector.unregister(sock)
                if now - pulsed_at > SILENCE_SECONDS:
                    pulsed_at = now
                    self.outbox.put_heartbeat(Heartbeat(b"", answer=False))
        if not self._ended.is_set():
            self.outbox.abandon()
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def encode_item(item: Item) -> bytes:
    """Encodes one message: u32 little-endian length, u8 kind, payload."""
    if isinstance(item, bytes):
        return struct.pack("<IB", len(item), _FRAME) + item
    if isinstance(item, Closing):
        item = json.dumps({"type": "closed", "code": item.code, "reason": item.reason})
    elif isinstance(item, Heartbeat):
        item = '{"type":"alive"}'
    payload = item.encode()
    return struct.pack("<IB", len(payload), _JSON) + payload


class HttpStreams:
    """Open HTTP streams by the tokens of their sessions.

    Args:
        connections: opens them.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        self._streams: dict[str, HttpStream] = {}

    def _make(self, client: str = "") -> HttpStream | None:
        connection = self._connections.open(client)
        return None if connection.outbox.closed else HttpStream(connection, self._forget)

    def open(self, body: bytes, client: str = "") -> dict[str, Any] | None:
        """Handles an `open` message and returns its answer; None if there are too many.

        Args:
            body: the message.
            client: whose limits it counts against.
        """
        stream = self._make(client)
        if stream is None:
            return None
        answer = stream.open(body)
        self._keep(stream)
        return answer

    def claim(self, token: str) -> HttpStream | None:
        """Returns the stream of a session that was just opened, or takes the session up.

        Raises:
            LookupError: there is no such session.
        """
        waiting = self.find(token)
        if waiting is not None and waiting.claim():
            return waiting
        stream = self._make()
        if stream is not None:
            if not stream.resume(token):
                raise LookupError(token)
            self._keep(stream)
        return stream

    def find(self, token: str) -> HttpStream | None:
        """Returns the stream that messages for a session belong to."""
        with self._lock:
            stream = self._streams.get(token)
            return None if stream is None or stream.closed else stream

    def _keep(self, stream: HttpStream) -> None:
        if stream.token is not None:
            with self._lock:
                self._streams[stream.token] = stream

    def _forget(self, stream: HttpStream) -> None:
        with self._lock:
            if stream.token is not None and self._streams.get(stream.token) is stream:
                del self._streams[stream.token]
