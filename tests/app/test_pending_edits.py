"""Edits that wait for images or programs: given up by a branch, refused, and bounded in number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from app.factory import Components
from app.protocol.messages import Branch, Edit, Reset
from app.sessions.pending_edits import MAX_PENDING
from engine import DataError, Spec, Trainer
from tests.app.in_process import Attached
from tests.app.servers import wait_until


class WaitingTrainer(Trainer):
    """A trainer whose edits wait until the test lets them go on, or finds no data for them."""

    waiting = True
    broken = False

    def must_wait(self, patches: Sequence[object]) -> bool:
        if self.broken:
            raise DataError("the images cannot be loaded", "data.name")
        return self.waiting and bool(patches)


@pytest.fixture
def trainer(in_process: Components) -> WaitingTrainer:
    return WaitingTrainer(Spec(), in_process.programs)


@pytest.fixture
def attached(trainer: WaitingTrainer) -> Iterator[Attached]:
    attached = Attached(trainer)
    attached.messages()
    yield attached
    attached.session.end()


def edit(seed: int) -> Edit:
    return Edit(type="edit", patch={"seed": seed})


def test_a_branch_gives_up_edits_that_wait(attached: Attached) -> None:
    for seed in (7, 8):
        attached.session.enqueue(edit(seed), 40)
    attached.session.enqueue(Branch(type="branch", point=0), 40)
    waiting, *specs = attached.messages()
    assert waiting == {"type": "waiting"}
    assert [(one["id"], one["spec"]["seed"]) for one in specs] == [(1, 42), (2, 42), (3, 42)]
    counts: list[int] = []
    attached.session.take_turn(lambda worker: counts.append(len(worker.pending_edits)))
    assert counts == [0]


def test_edits_whose_data_never_come_are_refused_and_answered(
    attached: Attached, trainer: WaitingTrainer
) -> None:
    attached.session.enqueue(edit(7), 40)
    attached.session.enqueue(Reset(type="reset"), 40)
    assert attached.messages() == [{"type": "waiting"}]
    trainer.broken = True
    wait_until(attached.is_due, "it is looked again")
    error, *specs = attached.messages()
    assert (error["code"], error["path"]) == ("invalid_spec", "data.name")
    assert [(one["id"], one["spec"]["seed"]) for one in specs] == [(1, 42), (2, 42)]


def test_so_many_edits_may_wait(attached: Attached, trainer: WaitingTrainer) -> None:
    for seed in range(MAX_PENDING + 1):
        attached.session.enqueue(edit(seed), 40)
    waiting, error = attached.messages()
    assert waiting == {"type": "waiting"}
    assert error["code"] == "rate_limited"
    trainer.waiting = False
    wait_until(attached.is_due, "it is looked again")
    specs = attached.messages()
    assert len(specs) == MAX_PENDING
    assert trainer.spec.seed == MAX_PENDING - 1
