"""Kinds of turns: what the fair queue charges alike, so that nobody pays for being held up."""

from __future__ import annotations

import pytest

from app.protocol.messages import Edit
from app.sessions import turns
from app.sessions.turns import take_turn
from engine import Spec, Trainer
from tests.app.in_process import Attached


def test_frames_and_changes_are_turns_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Attached(Trainer(Spec())).session
    monkeypatch.setattr(turns, "TURN_SECONDS", 60.0)
    session.take_turn(take_turn)
    assert session.turn_kind is not None
    assert session.enqueue(Edit(type="edit", patch={"seed": 7}), 40)
    # A turn whose time is over before it has begun leaves its frame to the next one.
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)
    session.take_turn(take_turn)
    assert session.turn_kind == ("changes", Spec().widths)
