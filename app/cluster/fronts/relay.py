"""Relay: one thread that passes bytes between the sockets of clients and of session servers."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from collections import deque

_RECEIVE_BYTES = 1 << 18


class _End:
    """One socket of a pair, and what is still to be sent to it."""

    def __init__(self, sock: socket.socket, pending: bytes) -> None:
        self.sock = sock
        self.pending = memoryview(pending)
        self.other: _End = self
        self.pair: _Pair
        #: Whether what its other end has sent is all.
        self.last = False
        #: What it is watched for.
        self.watched = selectors.EVENT_READ


class _Pair:
    """A client and its server, joined."""

    def __init__(self, client: _End, server: _End) -> None:
        self.ends = client, server
        client.other, server.other = server, client
        client.pair = server.pair = self
        self.done = threading.Event()


class Relay:
    """Passes bytes on as they come, and never has more than one receive of a socket.

    Who does not read is not read for: backpressure goes through.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._coming: deque[_Pair] = deque()
        self._pairs: set[_Pair] = set()
        self._closing = False
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return len(self._pairs)

    def join(
        self, client: socket.socket, server: socket.socket, to_client: bytes, to_server: bytes
    ) -> None:
        """Joins two sockets until either is closed; returns when that is so.

        Args:
            client: whose end ends both at once.
            server: what it has said before its end is still sent.
            to_client: to be sent first.
            to_server: the same.
        """
        for sock in (client, server):
            sock.setblocking(False)
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = _Pair(_End(client, to_client), _End(server, to_server))
        self._coming.append(pair)
        os.write(self._wake, b"1")
        pair.done.wait()

    def close(self) -> None:
        """Ends all pairs and the thread."""
        self._closing = True
        os.write(self._wake, b"1")
        self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            for key, events in self._selector.select():
                if key.data is None:
                    self._take_coming()
                elif key.data.pair in self._pairs:
                    self._handle(key.data, events)
        self._take_coming()
        for pair in [*self._pairs]:
            self._end(pair)
        self._selector.close()
        os.close(self._woken)
        os.close(self._wake)

    def _take_coming(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        while self._coming:
            pair = self._coming.popleft()
            self._pairs.add(pair)
            for end in pair.ends:
                self._selector.register(end.sock, selectors.EVENT_READ, end)
            for end in pair.ends:
                self._watch(end)

    def _handle(self, end: _End, events: int) -> None:
        try:
            if not events:
                # Nothing was asked for: the connection is broken.
                self._end(end.pair)
                return
            if events & selectors.EVENT_WRITE:
                self._send(end)
            if events & selectors.EVENT_READ and end.watched & selectors.EVENT_READ:
                self._receive(end)
        except OSError:
            self._end(end.pair)

    def _receive(self, end: _End) -> None:
        """Takes what has come from a socket and gives it to the other one."""
        try:
            data = end.sock.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        other = end.other
        if not data:
            other.last = True
        other.pending = memoryview(data)
        self._send(other)

    def _send(self, end: _End) -> None:
        """Sends what is pending, as far as it goes without waiting."""
        if end.pending:
            with contextlib.suppress(BlockingIOError):
                end.pending = end.pending[end.sock.send(end.pending) :]
        if end.last and not end.pending:
            self._end(end.pair)
        else:
            self._watch(end)

    def _watch(self, end: _End) -> None:
        """Has both sockets watched for what can be done with them now."""
        for one in end.pair.ends:
            reads = not one.other.pending and not one.other.last
            wanted = selectors.EVENT_READ * reads | selectors.EVENT_WRITE * bool(one.pending)
            if one.watched != wanted:
                one.watched = wanted
                self._selector.modify(one.sock, wanted, one)

    def _end(self, pair: _Pair) -> None:
        self._pairs.discard(pair)
        for end in pair.ends:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(end.sock)
            with contextlib.suppress(OSError):
                end.sock.shutdown(socket.SHUT_RDWR)
        pair.done.set()
