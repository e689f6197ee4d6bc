"""How many bytes may wait: quotas of a budget, what messages take, and what counts for them."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from flask import Response

from app.api.sessions.large_responses import charge_parts, charge_response
from app.api.sessions.requests import RefusedError
from app.history.snapshot_memory import SnapshotMemory
from app.history.undo import Change, UndoHistory, UndoStep, count_bytes
from app.limits.budget import Budget
from app.limits.message_sizes import estimate_bytes
from app.protocol.messages import Edit, Pause
from app.protocol.outbox import MAX_MESSAGES, UNREAD, Outbox
from app.protocol.parsing import parse_message
from app.scheduling.inbox import Inbox
from app.sessions.pending_edits import PendingEdits
from engine import Snapshot, Trainer, parse_spec

POINTS = json.dumps([[i / 1000, -i / 999, i % 2] for i in range(5000)])


def test_everybody_has_a_share_that_nobody_can_take() -> None:
    budget = Budget(sessions=4, total=8000)
    first, second, third = (budget.open() for _ in range(3))
    assert not first.try_hold("a", 2001), "one alone has a quarter at most"
    assert first.try_hold("a", 2000)
    assert second.try_hold("a", 2000)
    assert third.try_hold("a", 1000)
    assert not third.try_hold("b", 1)
    assert budget.used == 5000
    first.close()
    assert budget.used == 3000
    assert third.try_hold("b", 1000)
    assert not first.try_hold("a", 1), "closed"
    third.hold("c", 5000)
    assert third.full
    assert second.full
    assert not budget.open().full
    third.hold("c", 0)
    assert second.try_hold("a", 0)
    assert budget.used == 2000


@pytest.mark.parametrize(
    "patch",
    [
        "[" + "[]," * 50_000 + "0]",
        "[" + "{}," * 50_000 + "0]",
        "[" + '{"":{}},' * 50_000 + "0]",
        "[" + ",".join(f'"{i}"' for i in range(50_000)) + "]",
        "[" + ",".join(f"{i}.5" for i in range(50_000)) + "]",
        "{" + ",".join(f'"{i}":{i}' for i in range(50_000)) + "}",
        '"' + "\\u4e00" * 50_000 + '\\ud83d\\ude00"',
        '"' + "한" * 50_000 + '"',
        f'{{"data":{{"points":{POINTS}}}}}',
        "[" * 900 + "]" * 900,
    ],
    ids=["lists", "objects", "entries", "texts", "numbers", "keys", "escapes", "wide", "points",
         "deep"],
)  # fmt: skip
def test_a_message_takes_no_more_than_is_reckoned(patch: str) -> None:
    text = f'{{"type":"edit","patch":{patch}}}'
    tracemalloc.start()
    try:
        message = parse_message(text)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert message.type == "edit"
    assert taken < estimate_bytes(text) < 16 * taken + 4096


def test_points_are_not_reckoned_to_be_much_more_than_they_are() -> None:
    assert estimate_bytes(POINTS) < 2 << 20


def test_commands_count_until_they_are_done() -> None:
    budget = Budget(2, 4000)
    account = budget.open()
    inbox, pending = Inbox(900, account), PendingEdits(account)
    edit = Edit(type="edit", patch={})
    assert inbox.add(edit, 800)
    assert not inbox.add(edit, 101), "the inbox is full"
    assert inbox.add(Pause(type="pause"), 100)
    assert pending.add(edit, 100)
    assert not pending.add(edit, 100), "the account is full"
    assert inbox.take() == (edit, 800)
    assert pending.add(edit, 700)
    assert not inbox.add(edit, 200), "what is pending counts on"
    assert len(pending.take()) == 2
    assert inbox.take()[1] == 100
    assert budget.used == 0


def test_messages_that_wait_count_until_they_are_taken() -> None:
    budget = Budget(1, 4000)
    outbox = Outbox()
    outbox.put({"type": "early"})
    outbox.account = budget.open()
    outbox.put({"text": "x" * 2000})
    assert outbox.full
    outbox.take()
    assert 2000 < budget.used < 2020
    outbox.take()
    assert not outbox.full
    outbox.put({"text": "x" * 2000})
    outbox.abandon()
    assert budget.used == 0


def test_errors_that_nobody_reads_are_bounded() -> None:
    outbox = Outbox()
    for number in range(10 * MAX_MESSAGES):
        outbox.put_error("invalid_json", str(number))
    outbox.close(1000)
    seen = 0
    while isinstance(outbox.take(), str):
        seen += 1
    assert seen == UNREAD * MAX_MESSAGES


def test_answers_count_until_they_are_read() -> None:
    account = Budget(2, 4000).open()
    first = charge_response(account, Response(b"x" * 700))
    with pytest.raises(RefusedError):
        charge_response(account, Response(b"x" * 700))
    first.close()
    assert account.used == 0
    assert len(charge_parts(account, [b"x" * 400] * 2)) == 2
    assert account.used == 0
    with pytest.raises(RefusedError):
        charge_parts(account, [b"x" * 400] * 3)
    assert account.used == 0


def test_undo_shares_its_room_with_other_sessions() -> None:
    snapshots = [Trainer(parse_spec({"data": {"seed": seed}})).snapshot() for seed in range(5)]
    size = count_bytes(snapshots[:1])
    room = SnapshotMemory(sessions=2, total=8 * size)
    history, other = UndoHistory(room), UndoHistory()
    room.hold(other, 4 * size)
    assert count_undone(history, snapshots) == 2, "its share alone is left"
    room.hold(other, 0)
    assert count_undone(history, snapshots) == 4
    assert room.limit(other) < 4 * size, "what was undone counts on"


def count_undone(history: UndoHistory, snapshots: list[Snapshot]) -> int:
    for number, snapshot in enumerate(snapshots):
        history.record(UndoStep(snapshot), Change(None, number))
    undone = 0
    while history.undo(UndoStep(snapshots[0])) is not None:
        undone += 1
    return undone
