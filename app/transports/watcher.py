"""One watcher of a session: what waits for it, and how much of it its socket takes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque

from app.limits.rate_limits import TokenBucket
from app.protocol.outbox import Closing, Heartbeat
from app.transports.watch_wires import Signal, Wire

#: Frames that may be on their way at the start, and at most.
CREDIT_AT_START, CREDIT_AT_MOST = 2, 4
#: Messages that may wait for who does not read.
MAX_MESSAGES = 64

_RECEIVE_BYTES = 1 << 12


class Encoded:
    """A message or a frame, encoded once for each kind of wire.

    Args:
        item: what is sent.
    """

    def __init__(self, item: str | bytes | Heartbeat) -> None:
        self._item = item
        self._wires: dict[str, bytes] = {}

    def find(self, wire: Wire) -> bytes:
        """Returns its bytes on a wire."""
        found = self._wires.get(wire.kind)
        if found is None:
            found = self._wires[wire.kind] = wire.encode(self._item)
        return found


class Watcher:
    """State of one watcher, which only the thread that sends touches.

    Frames never wait: a watcher whose socket is full, or who has not acknowledged the last ones,
    is sent the newest frame of the moment when there is room.

    Args:
        sock: which does not block.
        wire: how it is spoken to.

    Attributes:
        fresh: whether it needs a whole frame before any other.
        polled: whether it is asked when there is room in its socket.
        sent_at: when something was last sent (monotonic seconds).
        gone: set once nothing is sent any more.
    """

    #: The kernel keeps no more for who reads slowly than a few frames, so that none is old.
    SEND_BYTES = 1 << 17

    def __init__(self, sock: socket.socket, wire: Wire) -> None:
        self.sock = sock
        self.fresh = True
        self.polled = False
        self.sent_at = time.monotonic()
        self.gone = threading.Event()
        self._wire = wire
        self._messages: deque[bytes] = deque()
        self._rest: memoryview | None = None
        self._credit = CREDIT_AT_START
        self._seen = 0
        self._bucket = TokenBucket()

    @property
    def overfull(self) -> bool:
        """Whether it has not read for so long that it is given up."""
        return len(self._messages) > MAX_MESSAGES

    def tell(self, message: Encoded) -> None:
        """Queues a message, which is sent before any frame."""
        self._messages.append(message.find(self._wire))

    def send(self, latest: Encoded | None, number: int, whole_number: int) -> bool:
        """Sends messages and the newest frame as far as that goes; whether all is sent.

        Args:
            latest: the newest frame, if it is of what the messages say.
            number: of the newest frame.
            whole_number: of the newest one that held the points.

        Raises:
            OSError: it is gone.
        """
        while self._rest is not None or self._choose(latest, number, whole_number):
            assert self._rest is not None
            try:
                sent = self.sock.send(self._rest)
            except (BlockingIOError, InterruptedError):
                return False
            self.sent_at = time.monotonic()
            self._rest = self._rest[sent:] if sent < len(self._rest) else None
        return True

    def _choose(self, latest: Encoded | None, number: int, whole_number: int) -> bool:
        """Takes what is sent next; False if nothing is."""
        if self._messages:
            self._rest = memoryview(self._messages.popleft())
            return True
        if latest is None or self._seen == number or not self._credit:
            return False
        # Who has skipped the frame with the points knows others than the newest frame is of.
        self.fresh |= self._seen < whole_number < number
        if self.fresh and whole_number != number:
            return False
        self.fresh = False
        self._seen = number
        self._credit -= self._wire.gives_credit
        self._rest = memoryview(latest.find(self._wire))
        return True

    def receive(self) -> bool:
        """Reads what has come; False if the watcher goes.

        Raises:
            ValueError: it says what it may not, or too much.
        """
        try:
            data = self.sock.recv(_RECEIVE_BYTES)
            for said, payload in self._wire.read(data) if data else ():
                if said is Signal.CLOSE:
                    return False
                if said is Signal.ACK and self._credit < CREDIT_AT_MOST:
                    self._credit += 1
                elif not self._bucket.take():
                    raise ValueError("too much")
                if said is Signal.PING:
                    self.tell(Encoded(Heartbeat(payload, answer=True)))
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        return bool(data)

    def end(self, closing: Closing | None) -> None:
        """Says why it ends, where that can be sent at once, and lets its request go."""
        cut = self._rest is not None
        with contextlib.suppress(OSError):
            if closing is not None and not cut:
                content = b"".join(self._messages) + self._wire.encode(closing)
                cut = self.sock.send(content) < len(content)
            if closing is None or cut:
                self.sock.shutdown(socket.SHUT_RDWR)
        self.gone.set()
