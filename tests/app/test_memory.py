"""What clients make the server keep is bounded, and let go of when they are gone."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator

import numpy as np
import pytest

from app.protocol.messages import Edit, Loading
from app.protocol.outbox import MAX_MESSAGES, Outbox
from app.sessions.session import Session
from app.sessions.turns import take_turn
from engine import LinkPayload, Spec, Trainer, encode_payload
from tests.app.client import Message
from tests.app.servers import LiveServer
from tests.app.transports import HttpClient

#: What may come and go, as other tests have it; each attack took a multiple of it.
MEMORY_SLACK_MIB = 90


def make_points(n: int) -> list[list[float]]:
    drawn = np.random.default_rng(3)
    points = drawn.uniform(-6, 6, (n, 3)).round(3)
    points[:, 2] = points[:, 2] > 0
    return points.tolist()


def make_bomb() -> bytes:
    """A state of 17 KB that unpacks to 17 MB, of a network that nobody has."""
    content = encode_payload(LinkPayload(None, np.zeros(8_900_000, np.float32)))
    assert len(content) < 20_000
    assert len(zlib.decompress(content[1:])) > 17_000_000
    return content


@pytest.fixture
def client(server: LiveServer) -> Iterator[HttpClient]:
    with HttpClient(server.url) as client:
        yield client


def post(client: HttpClient, messages: list[Message]) -> None:
    assert client.post(f"/{client.token}/messages", json.dumps(messages))[0] == 202


def test_loads_that_wait_cost_no_more_than_their_words(
    client: HttpClient, server: LiveServer
) -> None:
    """They wait behind messages of 100 KB each that their client never reads."""
    state = json.loads(server.get("/api/states", "POST", make_bomb()).body)["id"]
    client.open({"data": {"name": "points", "points": make_points(5000)}})
    memory = server.memory_mib
    post(client, [{"type": "edit", "patch": {"data": {"points": make_points(4999)}}}])
    post(client, [{"type": "undo"}, {"type": "redo"}] * 100)
    post(client, [{"type": "load", "spec": {}, "state": state}] * 30)
    assert server.memory_mib - memory < MEMORY_SLACK_MIB
    client.kill()
    assert server.memory_mib - memory < MEMORY_SLACK_MIB


def test_what_a_client_asked_for_is_done_when_it_is_gone() -> None:
    woken: list[Session] = []
    seen: list[int] = []
    session = Session("token", "1", Trainer(Spec()), 1 << 20, None, woken.append)
    outbox = Outbox()
    session.attach(outbox, resumed=False)
    while not outbox.full:
        outbox.put({"type": "spec", "n": MAX_MESSAGES})
    for seed in range(3):
        assert session.enqueue(Edit(type="edit", patch={"seed": seed}), 40)
    session.take_turn(take_turn)
    session.take_turn(lambda worker: seen.append(worker.spec_id))
    assert seen == [0], "nobody reads what would be answered"
    woken.clear()
    session.detach(outbox)
    assert woken == [session]
    assert session.find_due(time.monotonic()) is not None
    for _ in range(100):  # A turn that took its time leaves what is left to another.
        if session.find_due(time.monotonic()) is not None:
            session.take_turn(take_turn)
    session.take_turn(lambda worker: seen.extend([worker.spec_id, worker.trainer.spec.seed]))
    assert seen == [0, 3, 2]
    assert session.find_due(time.monotonic()) is None


def test_a_state_is_read_when_its_turn_has_come() -> None:
    session = Session("token", "1", Trainer(Spec()), 1 << 20, None, lambda _: None)
    read: list[str] = []
    seen: list[int] = []

    def read_state() -> tuple[Spec, None]:
        read.append("state")
        return Spec(seed=7), None

    session.enqueue(Loading(read_state), 60)
    assert not read
    while seen[-1:] != [7] and len(seen) < 99:
        session.take_turn(take_turn)
        session.take_turn(lambda worker: seen.append(worker.trainer.spec.seed))
    assert (read, seen[-1]) == (["state"], 7)
