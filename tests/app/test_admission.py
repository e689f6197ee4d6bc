"""Who is let in: names of clients, heads of requests, deadlines, places and the line."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestTimeout

from app.limits.admission import Admission, Limit
from app.server.deadlines import TimedReceiver
from app.server.parked_connections import ParkedConnections
from app.server.request_heads import MAX_HEAD_BYTES, SMALL_BODY_BYTES, RequestHead
from app.web.clients import name_client


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "name"),
    [
        ("192.0.2.7", "", 0, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", 0, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", 1, "198.51.100.1"),
        ("192.0.2.7", "203.0.113.9, 198.51.100.1", 1, "198.51.100.1"),
        ("192.0.2.7", "203.0.113.9, 198.51.100.1,192.0.2.8", 2, "198.51.100.1"),
        ("192.0.2.7", "198.51.100.1", 2, "198.51.100.1"),
        ("192.0.2.7", "", 1, "192.0.2.7"),
        ("192.0.2.7", "unknown", 1, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1:4711", 1, "198.51.100.1"),
        ("192.0.2.7", "[2001:db8:1:2:3::4]:80", 1, "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "", 0, "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "", 0, "fe80::/64"),
        ("::ffff:192.0.2.7", "", 0, "192.0.2.7"),
    ],
)
def test_a_client_has_one_name(peer: str, forwarded: str, proxies: int, name: str) -> None:
    assert name_client(peer, forwarded, proxies) == name


REQUESTS = [
    (b"GET /healthz HTTP/1.1\r\n\r\n", "health", 0),
    (b"\r\n\r\nGET /readyz?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", "health", 0),
    (b"GET /healthz HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "ordinary", 0),
    (b"GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n", "stream", 0),
    (b"GET /api/sessions/TOKEN/stream HTTP/1.1\r\n\r\n", "stream", 0),
    (b"POST /api/stream HTTP/1.1\r\n\r\n", "ordinary", 0),
    (b"GET / HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n", "ordinary", 29),
    (b"POST /a HTTP/1.1\r\ncontent-length:5\r\n\r\nabcde", "ordinary", 0),
    (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "upload", 0),
    (b"POST /a HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", "upload", 0),
    (b"POST /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (SMALL_BODY_BYTES + 1), "upload", 0),
    (b"POST /a HTTP/1.1\r\nContent-Length: x\r\n\r\n", "ordinary", 0),
]


@pytest.mark.parametrize(("content", "kind", "more"), REQUESTS)
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_request_is_ready_with_its_last_byte(
    content: bytes, kind: str, more: int, size: int
) -> None:
    head = RequestHead()
    for start in range(0, len(content), size):
        assert not head.ready or start >= len(content) - more
        head.feed(content[start : start + size])
    assert head.ready
    assert head.kind == kind
    assert bytes(head.content) == content.lstrip(b"\r\n")


def test_a_head_is_bounded_and_what_is_no_http_waits_for_nothing() -> None:
    head = RequestHead()
    head.feed(b"GET / HTTP/1.1\r\nX: ")
    head.feed(b"x" * MAX_HEAD_BYTES)
    assert head.too_long
    assert not head.ready
    for other in (b"\x16\x03\x01", b"GET /\n", b"\0"):
        head = RequestHead()
        head.feed(other)
        assert head.ready
    head = RequestHead()
    head.feed(b"GET / HTTP/1.1\r\nX-Forwarded-For: a\r\nx-forwarded-for:b, c\r\n\r\n")
    assert head.forwarded == "a,b, c"


@given(st.binary(max_size=200), st.integers(1, 20))
def test_no_bytes_break_it(content: bytes, size: int) -> None:
    head = RequestHead()
    for start in range(0, len(content), size):
        head.feed(content[start : start + size])
    assert head.kind in ("health", "stream", "upload", "ordinary")


def test_a_deadline_is_for_the_whole() -> None:
    near, far = socket.socketpair()
    with near, far:
        receiver = TimedReceiver(near)
        far.sendall(b"abc")
        assert receiver.recv(3) == b"", "nothing is expected yet"
        receiver.expect(60.0)
        assert receiver.recv(1) == b"a"
        # Trickled bytes are there, and too late.
        receiver.expect(0.0, late=RequestTimeout())
        with pytest.raises(RequestTimeout):
            receiver.recv(1)
        receiver.expect(0.05, late=RequestTimeout())
        assert receiver.recv(2) == b"bc"
        with pytest.raises(RequestTimeout):
            receiver.recv(1)
        # Bytes buy time: a large body may take longer.
        far.sendall(b"x" * 1000)
        receiver.expect(0.05, rate=10.0)
        assert receiver.recv(1000) == b"x" * 1000
        far.sendall(b"y")
        assert receiver.recv(1) == b"y"
        assert near.gettimeout() is None


def test_places_are_bounded_by_kind_and_client_and_clients_take_turns() -> None:
    places: Admission[str] = Admission({"small": Limit(3, 2), "other": Limit(1, 1)})
    assert [places.take("small", "a") for _ in range(3)] == [True, True, False]
    assert places.take("small", "b")
    assert not places.take("small", "c")
    assert places.take("other", "c"), "kinds have places of their own"
    for client, item in (("a", "a1"), ("a", "a2"), ("b", "b1"), ("c", "c1"), ("c", "c2")):
        places.wait("small", client, item)
    places.leave_line("small", "c", "c2")
    assert places.give_back("small", "a") == "a1"
    assert places.give_back("small", "a") == "b1", "the next is for somebody else"
    assert places.give_back("small", "b") == "c1"
    assert places.give_back("small", "b") == "a2"
    for client in ("a", "c", "a"):
        assert places.give_back("small", client) is None
    assert [places.take("small", "d") for _ in range(3)] == [True, True, False]


@dataclass(eq=False)
class Idle:
    client_name: str
    deadline: float = 0.0


def test_who_waits_most_gives_way() -> None:
    parked: ParkedConnections[Idle] = ParkedConnections(5, 4)
    flood = [Idle("bad", i) for i in range(4)]
    assert [parked.add(each) for each in flood] == [None] * 4
    one, two = Idle("good", 2.0), Idle("better")
    assert parked.add(one) is None
    assert parked.add(two) is flood[0]
    parked.remove(flood[0])
    assert one in parked
    assert flood[0] not in parked
    assert parked.list_overdue(2.0) == [flood[1], flood[2], one, two]
    more = Idle("bad")
    assert parked.add(more) is flood[1], "together they are too many"
    parked.remove(flood[1])
    parked.remove(one)
    assert parked.add(Idle("bad")) is None
    assert parked.add(Idle("bad")) is flood[2], "more than a share"
    assert parked.find_oldest() is flood[2]
