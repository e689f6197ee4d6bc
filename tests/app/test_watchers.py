"""Who watches a session: what it is sent, what it skips, and that it costs the others nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import websocket

from app.factory import Components
from app.protocol.outbox import Closing, Heartbeat
from app.transports.watch_wires import HttpWire, Signal, WebSocketWire
from app.transports.watcher import MAX_MESSAGES, Encoded, Watcher
from app.transports.watchers import Watchers
from tests.app.client import Client, FrameSeen, Message, decode_frame
from tests.app.in_process import host_sessions
from tests.app.servers import PATIENCE, LiveServer, wait_until
from tests.app.transports import HttpClient, InProcessClient, WebSocketClient

ACK = b'{"type":"ack"}'


def mask(opcode: int, payload: bytes) -> bytes:
    """A frame as a client sends it."""
    return websocket.ABNF.create_frame(payload, opcode).format()


def test_what_a_watcher_says_may_come_in_pieces() -> None:
    wire = WebSocketWire()
    sent = mask(1, ACK) + mask(9, b"hello") + mask(10, b"") + mask(1, b'{ "type": "ack" }')
    sent += mask(8, b"\x03\xe8")
    said = [signal for i in range(len(sent)) for signal in wire.read(sent[i : i + 1])]
    assert said == [
        (Signal.ACK, ACK),
        (Signal.PING, b"hello"),
        (Signal.PONG, b""),
        (Signal.ACK, b'{ "type": "ack" }'),
        (Signal.CLOSE, b"\x03\xe8"),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        mask(1, b'{"type":"run"}'),
        mask(1, b"x" * 126),
        mask(2, ACK),
        b"\x81\x0e" + ACK,
        b"\x01" + mask(1, ACK)[1:],
    ],
    ids=["run", "long", "binary", "unmasked", "fragment"],
)
def test_a_watcher_only_acknowledges(sent: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        list(WebSocketWire().read(sent + bytes(4)))


def test_frames_are_encoded_once_for_all_of_a_kind() -> None:
    frame = Encoded(b"f" * 70_000)
    assert frame.find(WebSocketWire()) is frame.find(WebSocketWire())
    assert frame.find(WebSocketWire())[:10] == b"\x82\x7f" + (70_000).to_bytes(8, "big")
    chunked, plain = (frame.find(HttpWire(chunked=chunked)) for chunked in (True, False))
    assert chunked == b"%x\r\n" % len(plain) + plain + b"\r\n"
    assert WebSocketWire().encode(Closing(4003, "x")) == b"\x88\x03\x0f\xa3x"
    assert WebSocketWire().encode(Heartbeat(b"", answer=False)) == b"\x89\0"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


def shown(number: int) -> Encoded:
    return Encoded(b"frame %d" % number)


def test_without_credit_frames_are_skipped(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    watcher = Watcher(ours, WebSocketWire())
    for number in range(1, 6):
        assert watcher.send(shown(number), number, whole_number=1)
    assert theirs.recv(100) == b"\x82\x07frame 1\x82\x07frame 2"
    theirs.sendall(mask(1, ACK))
    assert watcher.receive()
    watcher.send(shown(5), 5, whole_number=1)
    assert theirs.recv(100) == b"\x82\x07frame 5", "the newest one"
    theirs.sendall(mask(1, ACK) * 2)
    assert watcher.receive()
    watcher.send(shown(7), 7, whole_number=6)
    assert watcher.fresh, "it has skipped the one with the points"
    watcher.send(shown(8), 8, whole_number=8)
    assert theirs.recv(100) == b"\x82\x07frame 8"


def test_who_does_not_read_gets_the_rest_and_then_the_newest(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    watcher = Watcher(ours, HttpWire(chunked=False))
    large = Encoded(bytes(8 << 20))
    assert not watcher.send(large, 1, whole_number=1)
    assert not watcher.send(shown(2), 2, whole_number=1)
    expected = 8 << 20
    received = b""
    while len(received) < expected + 5:
        received += theirs.recv(1 << 20)
        watcher.send(shown(3), 3, whole_number=1)
    while len(received) < expected + 5 + 12:
        received += theirs.recv(1 << 20)
    assert received[expected + 10 :] == b"frame 3"
    for _ in range(MAX_MESSAGES + 1):
        watcher.tell(Encoded("x"))
    assert watcher.overfull


class InProcessWatcher(Client):
    """A watcher whose socket ends in this process.

    Args:
        watchers: who sends.
        session: what it watches.
    """

    def __init__(self, watchers: Watchers, session: Any) -> None:
        assert watchers.enter()
        theirs, self._ours = socket.socketpair()
        self._ours.settimeout(PATIENCE)
        self._thread = threading.Thread(target=self._watch, args=(watchers, session, theirs))
        self._thread.start()

    def _watch(self, watchers: Watchers, session: Any, sock: socket.socket) -> None:
        watchers.watch(session, sock, WebSocketWire())
        watchers.leave()
        sock.close()

    def close(self) -> None:
        self._ours.close()
        self._thread.join(PATIENCE)

    def kill(self) -> None:
        self.close()

    def send_text(self, text: str) -> None:
        self._ours.sendall(mask(1, text.encode()))

    def receive(self) -> Message | FrameSeen:
        opcode, size = self._read(2)
        if size > 125:
            size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
        payload = self._read(size)
        if opcode == 0x82:
            return decode_frame(payload)
        if opcode == 0x88:
            return {"type": "closed", "code": int.from_bytes(payload[:2], "big")}
        assert opcode == 0x81
        return json.loads(payload)

    def _read(self, size: int) -> bytes:
        return self._ours.recv(size, socket.MSG_WAITALL) if size else b""


@pytest.fixture
def watched(
    in_process: Components,
) -> Iterator[tuple[InProcessClient, Callable[[], InProcessWatcher]]]:
    """A client with a session, and what makes watchers of it."""
    with (
        host_sessions(in_process.programs, resume_seconds=0.0) as connections,
        ExitStack() as stack,
    ):
        client = stack.enter_context(InProcessClient(connections))
        client.open()
        client.frame()
        watchers = Watchers(3)
        stack.callback(watchers.close)
        session = connections._host.get(client.connection.token or "")
        yield client, lambda: stack.enter_context(InProcessWatcher(watchers, session))


Watched = tuple[InProcessClient, Callable[[], InProcessWatcher]]


def test_a_watcher_sees_what_the_client_sees(watched: Watched) -> None:
    client, watch = watched
    watcher = watch()
    opened = watcher.message("opened")
    token = client.connection.token
    assert (opened["watching"], opened["session"] == token) == (True, False)
    first = watcher.frame()
    assert first.arrays["points"].shape == (500, 6)
    client.send("edit", patch={"seed": 7})
    spec = client.message("spec")
    mirrored = watcher.message("spec")
    assert mirrored == spec
    assert client.frame().blob == watcher.frame().blob, "the very same bytes"
    # What concerns its client alone is not for others.
    client.ack(2)
    watcher.ack(2)
    client.send("step", epochs=0)
    client.error("invalid_message")
    client.send("step", epochs=1)
    assert watcher.frame().step == client.frame().step > 0


def test_watchers_are_told_of_a_sweep(watched: Watched) -> None:
    client, watch = watched
    watcher = watch()
    assert watcher.message("opened")["sweep"] is None
    rates = {"path": "optimizer.learning_rate", "low": 0.01, "high": 1, "count": 3}
    client.send("sweep", sweep={"axes": [rates]})
    sweep = client.message("sweep", acks=True)
    assert watcher.message("sweep", acks=True) == sweep
    assert watch().message("opened")["sweep"] == sweep["sweep"]
    client.send("sweep", sweep=None)
    assert client.message("sweep", acks=True)["sweep"] is None
    assert watcher.message("sweep", acks=True)["sweep"] is None


def test_a_slow_watcher_holds_up_nobody_and_gets_the_newest_frame(watched: Watched) -> None:
    client, watch = watched
    slow, quick = watch(), watch()
    for watcher in (slow, quick):
        watcher.message("opened")
    client.send("run")
    client.frame_where(lambda frame: frame.step > 2000)
    client.send("pause")
    client.ack()
    client.send("step", epochs=1)
    last = client.frame_where(lambda frame: frame.metadata["running"] == "false")
    # The one reads by now, the other does not acknowledge.
    assert quick.frame_where(lambda frame: frame.step == last.step)
    seen = [slow.frame(), slow.frame()]
    assert max(frame.step for frame in seen) < 2000
    slow.ack()
    assert slow.frame().step == last.step


def test_watchers_are_bounded_and_end_with_the_session(watched: Watched) -> None:
    client, watch = watched
    watchers = [watch() for _ in range(3)]
    for watcher in watchers:
        watcher.message("opened")
        watcher.frame()
    with pytest.raises(AssertionError):
        watch()
    watchers[0].close()
    another = wait_until(lambda: try_watch(watch), "a place is free")
    another.message("opened")
    client.close()
    for watcher in (*watchers[1:], another):
        closed = watcher.receive()
        while isinstance(closed, FrameSeen):
            closed = watcher.receive()
        assert closed == {"type": "closed", "code": 4003}


def try_watch(watch: Callable[[], InProcessWatcher]) -> InProcessWatcher | None:
    try:
        return watch()
    except AssertionError:
        return None


def test_a_session_is_watched_over_both_transports(server: LiveServer) -> None:
    with ExitStack() as stack:
        client = stack.enter_context(WebSocketClient(server.stream_url))
        token = client.open()["session"]
        client.frame()
        answer = server.get(f"/api/sessions/{token}/watch")
        watch = json.loads(answer.body)["watch"]
        assert server.get(f"/api/sessions/{watch}/watch").status == 404
        over_socket = stack.enter_context(
            WebSocketClient(f"{server.stream_url}?watch={watch}", suppress_origin=True)
        )
        over_http = stack.enter_context(HttpClient(server.url))
        over_http.listen(watch)
        frames = []
        for watcher in (over_socket, over_http):
            assert watcher.message("opened")["session"] == watch
            assert "points" in watcher.frame().arrays
        client.send("set_weight", layer=0, from_=0, to=0, value=0.5)
        client.message("spec")
        for watcher in (over_socket, over_http):
            watcher.ack() if watcher is over_socket else None
            watcher.message("spec")
            frames.append(watcher.frame_where(lambda frame: frame.spec_id == 1).blob)
        assert frames[0] == frames[1]
        # It can only be looked at.
        assert over_http.post(f"/{watch}/messages", '{"type":"run"}')[0] == 404
        over_socket.send("run")
        assert over_socket.closing() == 1008
        unknown = stack.enter_context(WebSocketClient(f"{server.stream_url}?watch=unknown"))
        unknown.error("unknown_session")
        assert unknown.closing() == 4003
