"""What a session does when the engine fails: it is told, nothing has changed, and it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.api.sessions.jobs import wait_for
from app.api.sessions.requests import RefusedError
from app.factory import Components
from app.protocol.messages import Edit, Run
from app.scheduling.jobs import MAX_JOBS
from app.sessions.session import Session
from app.sessions.turns import take_turn
from app.sessions.worker_state import WorkerState
from engine import DataError, Slices, Spec, Trainer
from tests.app.in_process import Attached


class FailingTrainer(Trainer):
    """A trainer that fails while it is told to, as one with a fault or without memory does."""

    failing = False

    def begin_turn(self, *args: Any, **options: Any) -> Slices[Any]:
        if self.failing:
            raise RuntimeError("out of memory")
        return (yield from super().begin_turn(*args, **options))

    def begin_edit(self, *args: Any, **options: Any) -> Slices[Any]:
        if self.failing:
            raise RuntimeError("out of memory")
        return (yield from super().begin_edit(*args, **options))


@pytest.fixture
def trainer(in_process: Components) -> FailingTrainer:
    return FailingTrainer(Spec(), in_process.programs)


@pytest.fixture
def attached(trainer: FailingTrainer) -> Iterator[Attached]:
    attached = Attached(trainer)
    yield attached
    attached.session.end()


def test_a_frame_that_fails_pauses_and_is_made_up_for(
    attached: Attached, trainer: FailingTrainer, caplog: pytest.LogCaptureFixture
) -> None:
    trainer.failing = True
    attached.session.enqueue(Run(type="run"), 40)
    opened, error = attached.receive()
    assert opened["type"] == "opened"
    assert (error["type"], error["code"]) == ("error", "engine_error")
    assert attached.session.idle_since is not None, "it is paused"
    assert [one.message for one in caplog.records] == ["session 1: a frame failed"]
    trainer.failing = False
    attached.session.enqueue(Run(type="run"), 40)
    frames = attached.receive()
    assert [frame.step for frame in frames] == [25, 50], "the failed one costs no credit"
    assert ["points" in frame.arrays for frame in frames] == [True, False]


def test_an_edit_that_fails_changes_nothing(
    attached: Attached, trainer: FailingTrainer, caplog: pytest.LogCaptureFixture
) -> None:
    attached.receive()
    trainer.failing = True
    attached.session.enqueue(Edit(type="edit", patch={"seed": 3}), 40)
    [error] = attached.receive()
    assert (error["type"], error["code"]) == ("error", "engine_error")
    assert "nothing changed" in error["message"]
    assert len(caplog.records) == 1
    trainer.failing = False
    attached.session.enqueue(Edit(type="edit", patch={"seed": 4}), 40)
    spec = next(one for one in attached.receive() if isinstance(one, dict))
    assert (spec["type"], spec["id"], spec["spec"]["seed"]) == ("spec", 1, 4)


@pytest.fixture
def at_once(in_process: Components) -> Iterator[Session]:
    """A session whose jobs are run by whoever submits them."""
    trainer = Trainer(Spec(), in_process.programs)
    session = Session("token", "1", trainer, 1 << 20, None, lambda one: one.take_turn(take_turn))
    yield session
    session.end()


def test_a_request_whose_job_fails_is_told_so(
    at_once: Session, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(worker: WorkerState) -> None:
        raise RuntimeError(worker.label)

    def refuse(worker: WorkerState) -> None:
        raise DataError(worker.label)

    with pytest.raises(RefusedError, match="the export failed, nothing changed"):
        wait_for(at_once, fail, "the export")
    assert len(caplog.records) == 1
    with pytest.raises(DataError, match="1"):
        wait_for(at_once, refuse, "the export")
    assert wait_for(at_once, lambda worker: worker.trainer.step, "the export") == 0


def test_a_session_takes_so_many_requests_and_skips_those_that_were_given_up(
    in_process: Components,
) -> None:
    session = Session(
        "token", "1", Trainer(Spec(), in_process.programs), 1 << 20, None, lambda _: None
    )
    done: list[int] = []
    futures = [session.submit(lambda _, i=i: done.append(i)) for i in range(MAX_JOBS)]
    with pytest.raises(RefusedError, match="too many requests"):
        wait_for(session, lambda _: None, "the export")
    assert futures[1] is not None
    futures[1].cancel()
    while session.find_due(0.0) is not None:
        session.take_turn(take_turn)
    assert done == [0, *range(2, MAX_JOBS)]
    session.end()
