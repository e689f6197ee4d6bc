"""Lost connections, take-overs, tokens that nobody knows, and the session limit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import numpy as np
import pytest

from app.factory import Components
from app.protocol.outbox import Outbox
from engine import Trainer
from tests.app.client import Client, FrameSeen, Message
from tests.app.in_process import Attached, host_sessions
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import InProcessClient, WebSocketClient

pytestmark = pytest.mark.transports

Connect = Callable[..., Client]


def test_lost_session_is_taken_up_as_it_was(connect: Connect) -> None:
    first = connect()
    points = [[1.0, 2.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.5, 1.0], [0.5, 0.0, 0.0]]
    token = first.open({"data": {"name": "points", "points": points}})["session"]
    first.send("views", names=["weights"], tile=9)
    first.send("edit", patch={"seed": 3})
    first.message("spec", acks=True)
    first.send("step", epochs=4)
    before = first.frame_where(lambda frame: frame.spec_id == 1 and frame.epoch == 4)
    first.kill()
    second = connect()
    opened = second.resume(token)
    assert opened["resumed"] is True
    assert opened["session"] == token
    assert opened["id"] == 1
    assert opened["running"] is False
    assert opened["spec"]["data"]["points"] == points
    frame = second.frame()
    assert frame.step == before.step
    assert set(frame.arrays) == {"weights", "points"}
    np.testing.assert_array_equal(frame.arrays["weights"], before.arrays["weights"])


def test_running_session_waits_without_training_and_runs_on(connect: Connect) -> None:
    first, other = connect(), connect()
    token = first.open()["session"]
    first.run()
    first.frame_where(lambda frame: frame.epoch >= 3)
    first.kill()
    other.open()
    other.send("run")
    other.frame_where(lambda frame: frame.epoch >= 50)
    second = connect()
    assert second.resume(token)["running"] is True
    frames = [second.frame(), second.frame()]
    # At most what the credit of the lost client had paid for.
    assert frames[0].epoch <= 3 + 4 + 1
    assert frames[1].step == frames[0].step + 25
    assert second.barrier() == []


def test_closed_session_can_be_taken_up_too(connect: Connect) -> None:
    first = connect()
    token = first.open()["session"]
    first.close()
    assert connect().resume(token)["resumed"] is True


def test_second_client_takes_over(connect: Connect) -> None:
    first, second = connect(), connect()
    token = first.open()["session"]
    first.run()
    assert second.resume(token)["running"] is True
    assert first.closing() == 4001
    second.frame_where(lambda frame: frame.epoch >= 5)


def test_take_over_from_a_client_that_reads_nothing(connect: Connect) -> None:
    first, second, third = connect(), connect(), connect()
    token = first.open()["session"]
    first.send("views", names=["points", "boundary", "units"], tile=64)
    first.run()
    for _ in range(400):
        first.ack()
    assert second.resume(token)["resumed"] is True
    second.frame_where(lambda frame: frame.epoch >= 3)
    assert third.resume(token)["resumed"] is True
    assert second.closing() == 4001


def test_credit_returns_to_two(connect: Connect) -> None:
    first = connect()
    token = first.open()["session"]
    first.run()
    first.ack(4)
    first.kill()
    second = connect()
    second.resume(token)
    seen = [second.frame(), second.frame(), *second.barrier()]
    assert sum(isinstance(got, FrameSeen) for got in seen) == 2


def test_acks_of_a_client_that_was_replaced_are_not_its_successors(in_process: Components) -> None:
    """They may be read late: the socket that they lie in is not that of the new client."""
    attached, successor = Attached(Trainer(None, in_process.programs)), Outbox()
    attached.session.attach(successor, resumed=True)
    assert not attached.session.add_credit(attached.outbox)
    assert attached.session.add_credit(successor)


def test_a_session_that_was_ended_is_gone_at_once(connect: Connect) -> None:
    first, second = connect(), connect()
    token = first.open()["session"]
    first.run()
    first.frame_where(lambda frame: frame.epoch >= 3)
    first.send("end")
    assert first.closing() == 1000
    second.send("open", session=token)
    second.error("unknown_session")
    assert second.open()["resumed"] is False


def test_the_place_of_a_session_that_was_ended_is_free(in_process: Components) -> None:
    with (
        host_sessions(in_process.programs, max_sessions=1) as connections,
        InProcessClient(connections) as first,
        InProcessClient(connections) as second,
    ):
        first.open()
        assert try_open(second) is None
        first.send("end")
        first.send("run")
        assert first.closing() == 1000
        assert try_open(second)


def test_unknown_token_waits_for_another_open(client: Client) -> None:
    client.send("open", session="no-such-token")
    client.error("unknown_session")
    assert client.open()["resumed"] is False


def try_open(client: Client) -> Message | None:
    client.send("open", spec={})
    got = client.receive()
    assert isinstance(got, dict)
    return got if got["type"] == "opened" else None


def test_session_limit(odd_server: LiveServer) -> None:
    """Two sessions at most; a place whose client is lost goes to who comes next."""
    url = odd_server.stream_url
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(WebSocketClient(url)) for _ in range(3))
        for client in (first, second):
            wait_until(lambda client=client: try_open(client), "a place is free")
        third.send("open", spec={})
        third.error("session_limit")
        first.kill()
        opened = wait_until(lambda: try_open(third), "a place is free")
        assert opened["id"] == 0


def test_the_session_that_has_waited_longest_gives_way(in_process: Components) -> None:
    with host_sessions(in_process.programs, max_sessions=2) as connections:
        tokens = []
        for _ in range(2):
            with InProcessClient(connections) as client:
                tokens.append(client.open()["session"])
        with InProcessClient(connections) as third, InProcessClient(connections) as again:
            third.open()
            again.send("open", session=tokens[0])
            again.error("unknown_session")
            assert again.resume(tokens[1])["resumed"] is True


def test_too_many_connections_are_told_so(odd_server: LiveServer) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            client = stack.enter_context(WebSocketClient(odd_server.stream_url))
            client.send("run")
            client.error("not_open")  # from here on it counts
        with WebSocketClient(odd_server.stream_url) as late:
            late.error("session_limit")
            assert late.closing() == 1013


def test_session_is_dropped_when_nobody_comes_back(in_process: Components) -> None:
    with host_sessions(in_process.programs, resume_seconds=0.0) as connections:
        with InProcessClient(connections) as client:
            token = client.open()["session"]

        def is_unknown() -> bool:
            with InProcessClient(connections) as client:
                client.send("open", session=token)
                got = client.receive()
                return isinstance(got, dict) and got.get("code") == "unknown_session"

        wait_until(is_unknown, "the session is dropped")
