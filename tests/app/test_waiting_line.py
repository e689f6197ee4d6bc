"""The line of a full server: order, bounds, who leaves, and what clients are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from app.factory import Components
from app.hosting.waiting_line import Waiter, WaitingLine
from app.protocol.outbox import Closing, Outbox
from app.transports.connections import Connections
from tests.app.client import Client
from tests.app.in_process import host_sessions
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import InProcessClient, WebSocketClient, make_client

Connect = Callable[..., InProcessClient]


@pytest.fixture
def line() -> WaitingLine:
    return WaitingLine(limit=4, places=64)


def wait_as(token: str, client: str = "a") -> Waiter:
    return Waiter(token, client, Outbox(), lambda: True)


def read(outbox: Outbox) -> list[Any]:
    """All that waits to be sent."""
    outbox.close(1000)
    items = iter(outbox.take, None)
    return [json.loads(item) if isinstance(item, str) else item for item in items]


def test_each_is_told_its_place_when_that_changes(line: WaitingLine) -> None:
    first, second, third = (wait_as(token) for token in "123")
    for waiter in (first, second, third):
        assert line.add(waiter)
    line.remove(second)
    line.remove(second)
    told = {"type": "queued", "session": "3", "places": 64, "lack": "sessions"}
    assert read(third.outbox)[:-1] == [{**told, "place": 3}, {**told, "place": 2}]
    assert [one["place"] for one in read(first.outbox)[:-1]] == [1]


def test_one_address_never_fills_the_line(line: WaitingLine) -> None:
    assert [line.add(wait_as(token)) for token in "1234"] == [True, True, True, False]
    assert [line.add(wait_as(token, "b")) for token in "56"] == [True, False]


def test_who_lacks_memory_keeps_its_place_and_holds_up_nobody(line: WaitingLine) -> None:
    large, small = wait_as("large"), wait_as("small")
    line.add(large)
    assert line.list_ready(0.0) == [large]
    large.seated = True
    assert (line.seated, line.find_seated("large")) == (1, large)
    line.put_off(large, until=5.0)
    assert not line.wants_place()
    line.add(small)
    assert line.list_ready(1.0) == [small]
    assert line.list_ready(5.0) == [large, small]
    assert [one["lack"] for one in read(large.outbox)[:-1]] == ["sessions", "memory"]
    assert [one["place"] for one in read(small.outbox)[:-1]] == [2]


def test_who_comes_for_the_same_session_takes_the_place_over(line: WaitingLine) -> None:
    former, later, again = wait_as("1"), wait_as("2"), wait_as("1")
    for waiter in (former, later, again):
        assert line.add(waiter)
    assert read(former.outbox)[-1] == Closing(4001, "taken over by another client")
    assert line.list_ready(0.0) == [again, later]
    again.seated = True
    assert not line.add(wait_as("1")), "its session is being made"


@pytest.fixture
def full(in_process: Components) -> Iterator[tuple[Connect, InProcessClient]]:
    """A server with one place, which is taken, and a line of two."""
    limits = {"max_sessions": 1, "max_waiting": 3, "grace_seconds": 0.0, "resume_seconds": 0.0}
    with (
        host_sessions(in_process.programs, max_connections=8, **limits) as connections,
        ExitStack() as stack,
    ):
        yield connector(stack, connections)


def connector(stack: ExitStack, connections: Connections) -> tuple[Connect, InProcessClient]:
    def connect(address: str = "") -> InProcessClient:
        return stack.enter_context(InProcessClient(connections, address))

    first = connect()
    first.open()
    return connect, first


def test_places_are_given_in_the_order_of_coming(full: tuple[Connect, InProcessClient]) -> None:
    connect, first = full
    second, third = connect("b"), connect("c")
    queued = second.wait_in_line()
    assert queued == {**queued, "place": 1, "places": 1, "lack": "sessions"}
    assert third.wait_in_line(spec={"layers": []})["place"] == 2
    second.send("run")
    second.error("not_open")
    second.send("open", spec={})
    second.error("invalid_message")
    first.close()
    opened = second.message("opened")
    assert (opened["session"], opened["resumed"]) == (queued["session"], False)
    second.frame()
    assert third.message("queued")["place"] == 1
    second.close()
    assert third.message("opened")["spec"]["layers"] == []


def test_who_leaves_gives_up_its_place(full: tuple[Connect, InProcessClient]) -> None:
    connect, first = full
    second, third = connect(), connect()
    second.wait_in_line()
    assert third.wait_in_line()["place"] == 2
    second.close()
    assert third.message("queued")["place"] == 1
    first.close()
    third.message("opened")


def test_the_line_is_bounded_and_goes_before_who_does_not_wait(
    full: tuple[Connect, InProcessClient],
) -> None:
    connect, first = full
    waiting = [connect() for _ in range(2)]
    for client in waiting:
        client.wait_in_line()
    late = connect()
    late.send("open", spec={}, wait=True)
    late.error("session_limit")
    late.send("open", spec={})
    late.error("session_limit")
    first.close()
    waiting[0].message("opened")
    late.send("open", spec={})
    late.error("session_limit")


def test_what_is_wrong_is_said_at_once(full: tuple[Connect, InProcessClient]) -> None:
    connect, _ = full
    late = connect()
    late.send("open", spec={"seed": "x"}, wait=True)
    late.error("invalid_spec")
    late.send("open", spec={}, wait=1)
    late.error("invalid_message")
    late.send("open", session="no-such-token", wait=True)
    late.error("unknown_session")


def test_a_page_that_is_loaded_anew_keeps_its_place(in_process: Components) -> None:
    with host_sessions(in_process.programs, max_sessions=1) as connections, ExitStack() as stack:
        connect, first = connector(stack, connections)
        token = first.connection.token
        assert token is not None
        first.close()
        late, again = connect(), connect()
        late.wait_in_line()
        assert again.resume(token)["resumed"] is True
        again.close()
        impatient = connect()
        impatient.send("open", spec={})
        impatient.error("session_limit")


def test_newcomers_wait_over_both_transports(odd_server: LiveServer) -> None:
    """And have their turns once nobody has come back to a place for a while."""
    with ExitStack() as stack:
        url = odd_server.stream_url
        takers = [stack.enter_context(WebSocketClient(url)) for _ in range(2)]
        for taker in takers:
            wait_until(lambda taker=taker: try_open(taker), "a place is free")
        gone, first, second = (
            stack.enter_context(make_client(odd_server, name))
            for name in ("http", "http", "websocket")
        )
        assert [one.wait_in_line()["place"] for one in (gone, first, second)] == [1, 2, 3]
        gone.close()
        assert [one.message("queued")["place"] for one in (first, second)] == [1, 2]
        for taker in takers:
            taker.close()
        for one in (first, second):
            wait_for_turn(one)
            one.run()


def wait_for_turn(client: Client) -> None:
    """Reads until its session is open; it may be told its place once more or not."""
    while (got := client.receive()) and isinstance(got, dict) and got["type"] == "queued":
        pass
    assert isinstance(got, dict)
    assert got["type"] == "opened"


def try_open(client: Client) -> bool:
    client.send("open", spec={})
    got = client.receive()
    return isinstance(got, dict) and got["type"] == "opened"
