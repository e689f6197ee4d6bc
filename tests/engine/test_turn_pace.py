"""The pace of turns on the plane, by a clock of its own: how much is trained between two frames."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.frames.frames import Frame
from engine.programs.models import ExactModel
from engine.runs import turn_pace
from engine.runs.turn_pace import TurnPace
from engine.spec import Spec

TURN, FRAME = 0.05, 0.025
ASKED = 5000


class Machine:
    """A program whose updates and pictures take so many seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, update: float, painting: float) -> None:
        self.now = 0.0
        self._update, self._painting = update, painting
        clock = SimpleNamespace(perf_counter=lambda: self.now)
        monkeypatch.setattr(turn_pace, "time", clock)

    def settle(self, frame_seconds: float | None) -> tuple[int, float]:
        """Takes turns until their length is known; returns updates and seconds of the last."""
        pace = TurnPace()
        model = ExactModel.of(Spec(), n_train=250)
        done = 0
        begun = self.now

        def train(steps: int) -> None:
            nonlocal done
            done += steps
            self.now += steps * self._update

        def turn(steps: int) -> Frame:
            train(steps)
            self.now += self._painting
            return Frame()

        for _ in range(2000):
            done, begun = 0, self.now
            kind = (model, 10), (model, 32, True, 500)
            pace.run(*kind, ASKED, TURN, frame_seconds, train=train, turn=turn)
        return done, self.now - begun


@pytest.mark.parametrize(
    ("update", "painting", "seconds"),
    [
        (1e-6, 0.0015, 0.0065),
        (1e-5, 0.0015, FRAME),
        (1e-4, 0.005, FRAME),
        (1e-4, 0.008, 0.04),
        (1e-4, 0.015, TURN),
        (1e-4, 0.2, 0.2 + 0.2 * TURN),
    ],
)
def test_a_turn_ends_early_for_more_frames_where_painting_is_a_small_part_of_it(
    monkeypatch: pytest.MonkeyPatch, update: float, painting: float, seconds: float
) -> None:
    steps, taken = Machine(monkeypatch, update, painting).settle(FRAME)
    assert taken == pytest.approx(seconds, rel=0.02)
    assert steps == pytest.approx((seconds - painting) / update, rel=0.02)


def test_a_turn_that_nobody_is_to_see_soon_takes_all_of_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, taken = Machine(monkeypatch, 1e-5, 0.0015).settle(None)
    assert taken == pytest.approx(TURN, rel=0.02)
