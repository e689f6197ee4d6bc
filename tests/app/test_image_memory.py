"""The memory of networks for images: shared, refused where it ends, and given back by the lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from app.hosting.hosts import LocalHost
from app.hosting.scheduler import Scheduler
from app.hosting.session_host import SessionLimitError
from app.limits.image_memory import ImageMemory, ImageReservation
from app.protocol.messages import Command
from app.protocol.outbox import Outbox
from app.protocol.parsing import parse_message
from app.sessions.session import Session
from app.sessions.turns import take_turn
from app.sessions.worker_state import WorkerState
from engine import MemoryLimitError, Programs, count_image_bytes, parse_spec
from tests.app.servers import PATIENCE, wait_until
from tests.programs import FOLDER

SMALL = {"data": {"name": "digits"}, "layers": [{"units": 16, "activation": "relu"}]}
SPEC = parse_spec(SMALL)
BYTES = count_image_bytes(SPEC)
PACKED = count_image_bytes(SPEC, packed=True)
LARGE = parse_spec({**SMALL, "layers": [{"units": 100}]})


def test_points_of_the_plane_need_none() -> None:
    assert count_image_bytes(parse_spec({"layers": [{"units": 32}] * 8})) == 0
    assert 0 < PACKED < BYTES < count_image_bytes(LARGE)


def test_a_share_grows_and_shrinks_within_the_room() -> None:
    memory = ImageMemory(2 * BYTES)
    one, other = ImageReservation(memory), ImageReservation(memory)
    one.admit(SPEC)
    other.admit(SPEC)
    assert memory.used == 2 * BYTES
    with pytest.raises(MemoryLimitError):
        other.admit(LARGE)
    assert memory.used == 2 * BYTES, "refused, and nothing has changed"
    assert one.compact(SPEC) == BYTES - PACKED
    one.release()
    one.release()
    assert memory.used == BYTES
    other.admit(parse_spec({}))
    assert memory.used == 0


def test_whoever_holds_more_than_there_is_may_still_shrink() -> None:
    memory = ImageMemory(count_image_bytes(LARGE))
    reservation = ImageReservation(memory)
    reservation.admit(LARGE)
    memory._total = 1
    reservation.admit(SPEC)
    assert memory.used == BYTES


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    programs = Programs(cache_dir=str(FOLDER))
    yield programs
    programs.close()


@pytest.fixture
def host(programs: Programs) -> Iterator[LocalHost]:
    """Room for two and a half small networks."""
    scheduler = Scheduler(2, lambda session: session.take_turn(take_turn))
    host = LocalHost(
        programs,
        scheduler,
        max_sessions=8,
        resume_seconds=600,
        idle_seconds=600,
        max_inbox_bytes=1 << 20,
        image_bytes=2 * BYTES + BYTES // 2,
    )
    scheduler.start()
    yield host
    host.close()


def say(session: Session, outbox: Outbox, **content: Any) -> list[dict[str, Any]]:
    """Sends a message, and returns what is answered until its spec or error; frames are left."""
    parsed = parse_message(json.dumps(content))
    assert isinstance(parsed, Command)
    assert session.enqueue(parsed, 100)
    answers: list[dict[str, Any]] = []
    while not answers or answers[-1]["type"] not in ("spec", "error"):
        item = outbox.take()
        if isinstance(item, str):
            answers.append(json.loads(item))
        else:
            session.add_credit(outbox)
    return answers


def do(session: Session, job: Callable[[WorkerState], Any]) -> Any:
    """Has a worker do something with the trainer, which nobody else may touch."""
    future = session.submit(job)
    assert future is not None
    return future.result(PATIENCE)


def find_changes(session: Session) -> tuple[bool, bool]:
    """Whether there is something to undo, and to redo."""
    return do(session, lambda worker: (worker.undo_history.can_undo, worker.undo_history.can_redo))


def enter(host: LocalHost) -> tuple[Session, Outbox]:
    outbox = Outbox()
    session = host.create(SPEC, outbox)
    assert json.loads(str(outbox.take()))["type"] == "opened"
    return session, outbox


def test_a_session_beyond_the_room_is_refused(host: LocalHost) -> None:
    enter(host)
    enter(host)
    with pytest.raises(SessionLimitError, match="images"):
        host.create(SPEC, Outbox())
    plane = host.create(parse_spec({}), Outbox())
    assert plane.reservation.n_bytes == 0


def test_an_edit_beyond_the_room_is_refused_and_loses_nothing(host: LocalHost) -> None:
    session, outbox = enter(host)
    say(session, outbox, type="edit", patch={"optimizer": {"learning_rate": 0.02}})
    before = do(session, lambda worker: np.array(worker.trainer.weights))
    patch = {"layers": [{"units": 1000}] * 2}
    error = say(session, outbox, type="edit", patch=patch)[-1]
    assert error["code"] == "memory_limit"
    assert (do(session, lambda worker: worker.trainer.weights) == before).all()
    assert do(session, lambda worker: worker.trainer.spec).optimizer.learning_rate == 0.02
    assert find_changes(session) == (True, False)
    assert say(session, outbox, type="undo")[-1]["type"] == "spec"


def test_an_undo_beyond_the_room_can_be_tried_again(host: LocalHost) -> None:
    session, outbox = enter(host)
    smaller = {"layers": [{"units": 2}]}
    assert say(session, outbox, type="edit", patch=smaller)[-1]["type"] == "spec"
    others = [enter(host) for _ in range(2)]
    assert say(session, outbox, type="undo")[-1]["code"] == "memory_limit"
    assert find_changes(session) == (True, False)
    host.drop(others[0][0])
    answer = say(session, outbox, type="undo")[-1]
    assert answer["spec"]["layers"][0]["units"] == 16
    assert answer["redo"]


def test_lost_sessions_make_way_and_come_back_bit_for_bit(host: LocalHost) -> None:
    session, outbox = enter(host)
    do(session, lambda worker: worker.trainer.train(epochs=1))
    say(session, outbox, type="set_weight", layer=0, to=0, value=0.5, **{"from": 1})
    assert find_changes(session) == (True, False)
    before = do(session, lambda worker: worker.trainer.snapshot())
    kept = [np.array(vector) for vector in before.state]
    host.disconnect(session, outbox)
    others = [enter(host) for _ in range(2)]
    assert session.reservation.n_bytes == PACKED
    wait_until(
        lambda: do(session, lambda worker: len(worker.timeline.points)) == 1,
        "it keeps the present state alone",
    )
    assert find_changes(session) == (False, False)
    again = Outbox()
    with pytest.raises(SessionLimitError):
        host.resume(session.token, again)
    assert host.get(session.token) is session, "refused, and nothing is lost"
    host.disconnect(*others[0])
    assert host.resume(session.token, again) is session
    assert json.loads(str(again.take()))["resumed"]
    after = do(session, lambda worker: worker.trainer.snapshot())
    assert (after.spec, after.counters) == (before.spec, before.counters)
    for then, now in zip(kept, after.state, strict=True):
        np.testing.assert_array_equal(then, now)
    assert others[0][0].reservation.n_bytes == PACKED


def test_who_was_lost_longest_makes_way_first(host: LocalHost) -> None:
    lost = [enter(host) for _ in range(2)]
    for session, outbox in reversed(lost):
        host.disconnect(session, outbox)
    enter(host)
    assert [session.reservation.n_bytes for session, _ in lost] == [BYTES, PACKED]


def test_a_lost_session_goes_where_packing_does_not_do(host: LocalHost) -> None:
    session, outbox = enter(host)
    host.disconnect(session, outbox)
    other, theirs = enter(host)
    patch = {"layers": [{"units": 36, "activation": "relu"}]}
    assert say(other, theirs, type="edit", patch=patch)[-1]["type"] == "spec"
    assert host.get(session.token) is None
