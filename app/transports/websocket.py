"""WebSocket transport of the stream.

flask-sock and simple-websocket do the handshake. From then on two threads own a socket:
the request's own thread reads, one more sends. So there is no queue between reading and
handling that could grow, and both threads end when either side goes. While the sender has
nothing to do, whoever makes a frame gives it to the socket directly, as far as that takes it
without waiting, and the sender sends the rest: a thread less to wake for nearly every frame.
"""

from __future__ import annotations

import contextlib
import io
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, request
from flask_sock import Sock
from simple_websocket import Server
from wsproto import WSConnection
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError, ProtocolError

from app.hosting.session_host import SessionHost
from app.protocol.outbox import Closing, Heartbeat, Item, Remainder, make_error
from app.sessions.session import Session
from app.transports.connections import Connections
from app.transports.stream import ACK_TEXT, Connection
from app.transports.watch_wires import WebSocketWire
from app.transports.watchers import FULL, GONE, Watchers
from app.transports.websocket_frames import BINARY, MessageEnds, count_equal, encode_head
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.settings import Settings

RECEIVE_BYTES = 1 << 16
#: Read at once where no message is begun; nearly all are short.
SHORT_BYTES = 1 << 12
#: What arrives deflated may be a thousand times as long.
RECEIVE_BYTES_DEFLATED = 1 << 12
#: How often a reader looks at the clock.
TICK_SECONDS = 0.25
#: A ping after so long a silence; the client is lost after three times as long.
SILENCE_SECONDS = 30.0
#: How long a closing handshake, and what the peer still sends meanwhile, may take.
CLOSE_SECONDS = 0.5


_ACK = ACK_TEXT.encode()


class NoThread:
    """Replaces the reader thread that simple-websocket would start."""

    def __init__(self, target: Callable[[], Any]) -> None:
        self.name = ""

    def start(self) -> None:
        """Does nothing: the thread of the request reads."""


_DEFLATE = re.compile(
    r"permessage-deflate(\s*;\s*((client|server)_no_context_takeover"
    r"|client_max_window_bits(=\d{1,2})?|server_max_window_bits=\d{1,2}))*"
)

SERVER_OPTIONS = {"thread_class": NoThread}


class WebSocket:
    """One connection of the stream over a WebSocket.

    Args:
        protocol: whose handshake has been answered.
        sock: of the client.
        connection: of the stream.
        max_message_bytes: the longest message that is read.
        compressed: whether frames may be compressed, if the client can.
    """

    def __init__(
        self,
        protocol: WSConnection,
        sock: socket.socket,
        connection: Connection,
        max_message_bytes: int,
        compressed: bool = False,
    ) -> None:
        self._protocol = protocol
        self._socket = sock
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._outbox = connection.outbox
        self._max_message_bytes = max_message_bytes
        self._receive_bytes = RECEIVE_BYTES_DEFLATED if compressed else RECEIVE_BYTES
        # Compression takes long, and a socket with a timeout may wait.
        can_send = hasattr(socket, "MSG_DONTWAIT") and self._socket.gettimeout() is None
        if can_send and not compressed:
            self._outbox.send_at_once = self._send_at_once
        self._ends = MessageEnds()
        self._text = io.StringIO()
        self._size = 0
        self._heard_at = time.monotonic()
        self._pinged_at = self._heard_at

    def serve(self, received: bytes = b"") -> None:
        """Reads until either side is gone; sends meanwhile from a thread of its own.

        Args:
            received: what the client has sent already.
        """
        sender = threading.Thread(target=self._send, name="sender", daemon=True)
        sender.start()
        try:
            if not received or self._handle(received):
                self._read()
        finally:
            self._connection.disconnect()
            if self._outbox.closed:
                sender.join(CLOSE_SECONDS)
            self._outbox.abandon()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            sender.join()

    def _read(self) -> None:
        ends = self._ends
        with contextlib.suppress(OSError):
            _limit_waits(self._socket, TICK_SECONDS)
            while True:
                try:
                    data = self._socket.recv(SHORT_BYTES if ends.whole else self._receive_bytes)
                except (BlockingIOError, TimeoutError):
                    data = None
                now = time.monotonic()
                closed_at = self._outbox.closed_at
                if closed_at is not None and now - closed_at > CLOSE_SECONDS:
                    return
                if data is not None:
                    if not data or not self._handle(data):
                        return
                    self._heard_at = self._pinged_at = now
                elif now - self._heard_at > 3 * SILENCE_SECONDS:
                    return
                elif now - self._pinged_at > SILENCE_SECONDS:
                    self._pinged_at = now
                    self._outbox.put_heartbeat(Heartbeat(b"", answer=False))

    def _handle(self, data: bytes) -> bool:
        """Handles what came; False once the peer has closed."""
        if self._ends.whole and (acks := count_equal(data, _ACK)):
            for _ in range(0 if self._outbox.closed else acks):
                self._connection.receive(ACK_TEXT)
            return True
        self._ends.feed(data)
        try:
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                if isinstance(event, CloseConnection):
                    self._outbox.close(event.code, event.reason or "")
                    return False
                if isinstance(event, Ping):
                    self._outbox.put_heartbeat(Heartbeat(bytes(event.payload), answer=True))
                elif isinstance(event, TextMessage | BytesMessage) and not self._outbox.closed:
                    self._collect(event)
        except ProtocolError:
            return False
        return True

    def _collect(self, event: TextMessage | BytesMessage) -> None:
        data = event.data
        self._size += len(data.encode(errors="replace")) if isinstance(data, str) else len(data)
        if self._size > self._max_message_bytes:
            self._text = io.StringIO()
            self._connection.refuse_long()
            return
        if isinstance(data, str):
            # Not a list of parts: one of two letters takes sixty bytes.
            self._text.write(data)
        if event.message_finished:
            text, self._text = self._text.getvalue(), io.StringIO()
            self._size = 0
            self._connection.receive(text if isinstance(data, str) else b"")

    def _send(self) -> None:
        with contextlib.suppress(OSError):
            while (item := self._outbox.take()) is not None:
                if isinstance(item, Remainder):
                    self._socket.sendall(item)
                    continue
                with contextlib.suppress(LocalProtocolError):
                    self._socket.sendall(self._protocol.send(_to_event(item)))

    def _send_at_once(self, frame: bytes) -> Remainder | None:
        """Gives the socket as much of a frame as it takes without waiting; returns the rest."""
        head = encode_head(BINARY, len(frame))
        try:
            sent = self._socket.sendmsg((head, frame), (), socket.MSG_DONTWAIT)
        except OSError:
            # Full, or broken, which the sender will see.
            sent = 0
        whole = sent == len(head) + len(frame)
        return None if whole else Remainder((head + frame)[sent:])


def _limit_waits(sock: socket.socket, seconds: float) -> None:
    """Has the system end each `recv` that waits longer; sending is not concerned.

    A selector before each `recv` would need Python's lock once more for every message.
    """
    milliseconds = int(1e3 * seconds)
    limit = struct.pack("ll", *divmod(1000 * milliseconds, 1_000_000))
    if sys.platform == "win32":
        limit = struct.pack("L", milliseconds)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)


def _to_event(item: Item) -> Event:
    if isinstance(item, str):
        return TextMessage(data=item)
    if isinstance(item, bytes):
        return BytesMessage(data=item)
    if isinstance(item, Closing):
        return CloseConnection(code=item.code, reason=item.reason)
    return Pong(payload=item.payload) if item.answer else Ping(payload=item.payload)


def make_stream_blueprint(
    connections: Connections, host: SessionHost, watchers: Watchers, settings: Settings
) -> Blueprint:
    """Returns the blueprint of `WS /api/stream`."""
    blueprint = Blueprint("stream", __name__)
    sockets = Sock()

    @blueprint.before_request
    def check_handshake() -> None:
        environ = request.environ
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not open a stream")
        if request.headers.get("Sec-WebSocket-Version") != "13" or not request.headers.get(
            "Sec-WebSocket-Key"
        ):
            abort(400, "not a WebSocket handshake of version 13")
        offer = choose_deflate(environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", ""))
        if settings.compress_frames and offer and "watch" not in request.args:
            environ["HTTP_SEC_WEBSOCKET_EXTENSIONS"] = offer

    @sockets.route("/api/stream", bp=blueprint)
    def stream(server: Server) -> None:
        token = request.args.get("watch")
        if token is not None:
            _watch(server, host.find_watched(token), watchers)
            return
        with connections.open(find_client()) as connection:
            try:
                limit, compressed = connections.max_message_bytes, settings.compress_frames
                sock: Any = server.sock
                WebSocket(server.ws, sock, connection, limit, compressed=compressed).serve()
            finally:
                server.connected = False

    return blueprint


def _watch(server: Server, session: Session | None, watchers: Watchers) -> None:
    """Serves who watches a session."""
    wire, entered = WebSocketWire(), session is not None and watchers.enter()
    sock: Any = server.sock
    try:
        if session is None:
            refusal = make_error("unknown_session", "there is no such session any more")
            sock.sendall(wire.encode(refusal) + wire.encode(GONE))
        elif not entered:
            refusal = make_error("session_limit", "too many watch already; try again later")
            sock.sendall(wire.encode(refusal) + wire.encode(FULL))
        else:
            watchers.watch(session, sock, wire)
    except OSError:
        pass
    finally:
        server.connected = False
        if entered:
            watchers.leave()


def choose_deflate(offers: str) -> str | None:
    """Returns the first well-formed offer of permessage-deflate."""
    parts = (part.strip() for part in offers.split(","))
    return next((part for part in parts if _DEFLATE.fullmatch(part)), None)
