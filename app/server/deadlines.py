"""Deadlines for reading from a socket: one for the whole request, against slow clients."""

from __future__ import annotations

import socket
import time

from werkzeug.exceptions import RequestTimeout

#: How long the head of a request may take from its first byte on.
HEAD_SECONDS = 10.0
#: How long a body may take, and the bytes a second beyond which it may take longer.
BODY_SECONDS = 10.0
BODY_RATE = 1 << 14


class TimedReceiver:
    """Wrapper of a socket that reads with a deadline for the whole.

    Until it is told what is read it gives nothing, as if the client had gone.

    Args:
        sock: what is read from.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.expect(0.0)

    def expect(self, seconds: float, rate: float = 0.0, late: Exception | None = None) -> None:
        """Sets the deadline for what is read next.

        Args:
            seconds: how long all of it may take.
            rate: bytes that buy one second more.
            late: what is raised after that; None to give nothing more, as if the client had gone.
        """
        self._until = time.monotonic() + seconds
        self._rate = rate
        self._late = late

    def expect_body(self) -> None:
        """Sets the deadline for a body; a late one is answered with 408."""
        text = f"the body took more than {BODY_SECONDS:g} s and {BODY_RATE} bytes a second"
        self.expect(BODY_SECONDS, BODY_RATE, RequestTimeout(text))

    def recv(self, size: int) -> bytes:
        """Receives up to `size` bytes, waiting no longer than the deadline."""
        rest = self._until - time.monotonic()
        if rest <= 0:
            return self._give_up()
        before = self._sock.gettimeout()
        self._sock.settimeout(rest)
        try:
            data = self._sock.recv(size)
        except TimeoutError:
            return self._give_up()
        finally:
            self._sock.settimeout(before)
        if self._rate:
            self._until += len(data) / self._rate
        return data

    def _give_up(self) -> bytes:
        if self._late is not None:
            raise self._late
        return b""
