"""Connections of a front to a session server: one for many requests, never one that is broken."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from http.client import RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.cluster.fronts import connection_pool
from app.cluster.fronts.connection_pool import ConnectionPool
from app.cluster.membership import Member

LONG = 1 << 20
PATIENCE = 20.0


class Handler(BaseHTTPRequestHandler):
    """Answers with the port of its client, by which a connection is known."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"]))
        body = str(self.client_address[1]).encode()
        self.close_connection = b"hang up" in said
        if said == b"hang up":
            return
        self.send_response(200)
        if said == b"in chunks":
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        else:
            body = body.ljust(LONG) if said == b"long" else body
            self.send_header("Content-Length", str(len(body)))
        if said == b"the last one":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Says nothing of clients that leave."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pool() -> Iterator[ConnectionPool]:
    pool = ConnectionPool()
    yield pool
    pool.close()


@pytest.fixture
def member(server: ThreadingHTTPServer) -> Member:
    return Member("sessions-a", "127.0.0.1", server.server_address[1], 1, "machine")


def ask(pool: ConnectionPool, member: Member, body: bytes = b"") -> int:
    answer = pool.ask(member, "POST", "/", {"Host": "livenet.example"}, body)
    port = int(answer.response.read())
    answer.close()
    return port


def test_requests_one_after_the_other_share_a_connection(
    pool: ConnectionPool, member: Member
) -> None:
    assert len({ask(pool, member, body) for body in (b"", b"a", b"in chunks", b"long")}) == 1


def test_requests_at_once_have_connections_of_their_own_and_only_some_are_kept(
    pool: ConnectionPool, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "MAX_KEPT", 2)
    answers = [pool.ask(member, "POST", "/", {}, b"") for _ in range(3)]
    ports = [int(answer.response.read()) for answer in answers]
    for answer in answers:
        answer.close()
    assert len(set(ports)) == 3
    again = [pool.ask(member, "POST", "/", {}, b"") for _ in range(3)]
    assert [int(answer.response.read()) for answer in again][:2] == [ports[2], ports[1]]
    for answer in again:
        answer.close()


def test_an_answer_that_nobody_reads_to_its_end_costs_its_connection(
    pool: ConnectionPool, member: Member
) -> None:
    first = ask(pool, member)
    answer = pool.ask(member, "POST", "/", {}, b"long")
    assert answer.response.read(16).strip() == b"%d" % first
    answer.close()
    assert ask(pool, member) != first


def test_a_connection_that_the_server_ends_is_not_kept(
    pool: ConnectionPool, member: Member
) -> None:
    assert ask(pool, member, b"the last one") != ask(pool, member)
    with pytest.raises(RemoteDisconnected):
        pool.ask(member, "POST", "/", {}, b"hang up")
    ask(pool, member)


def test_a_connection_that_has_waited_for_long_is_closed(
    pool: ConnectionPool, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "KEEP_SECONDS", 0.0)
    assert ask(pool, member) != ask(pool, member)


def test_a_connection_that_is_broken_takes_no_request(pool: ConnectionPool, member: Member) -> None:
    first = ask(pool, member, b"and hang up")
    ((_, connection),) = pool._kept[member]
    assert select.select([connection.sock], [], [], PATIENCE)[0]
    assert ask(pool, member) != first


def test_a_server_that_takes_no_connection_has_not_done_what_was_asked(
    pool: ConnectionPool, member: Member, server: ThreadingHTTPServer
) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(ConnectionRefusedError):
        pool.ask(member, "POST", "/", {}, b"")
