"""The pace of frames: how long turns are beside what a session waits for; pure."""

from __future__ import annotations

import pytest

from app.sessions.client.frame_pace import FRAME_SECONDS, FramePace


def settle(pace: FramePace, period: float) -> float:
    """Seconds of a turn once its client has taken a frame every `period` seconds for a while."""
    now = seconds = 0.0
    for turn in range(200):
        now = max(now, turn * period)
        seconds = pace.begin(now)
        now += min(seconds, 0.05)
        pace.end(now)
    return seconds


def test_who_waits_for_nothing_ends_turns_early() -> None:
    assert settle(FramePace(), 0.0) == pytest.approx(FRAME_SECONDS)


def test_time_that_is_waited_for_the_client_is_trained() -> None:
    assert settle(FramePace(), 0.04) == pytest.approx((FRAME_SECONDS + 0.04) / 2, rel=0.01)
    assert settle(FramePace(), 0.5) == pytest.approx(FRAME_SECONDS + 0.05, rel=0.01)


def test_a_pause_is_forgotten_soon() -> None:
    pace = FramePace()
    pace.end(0.0)
    pace.begin(60.0)
    assert settle(pace, 0.0) == pytest.approx(FRAME_SECONDS)
