"""Goals in words: the tree that the server parses reads naturally in both languages."""

from __future__ import annotations

import pytest

from engine import parse_goal
from engine.goals import QUANTITIES
from tests.page.node import Modules

SAY = """
    const { describeGoal } = await import("goals/words");
    return arguments[0].map(describeGoal);
"""
WHOLE = "test_loss <= 0.1 and parameters <= 25 within 500 epochs on 4 of 5 seeds"
SAID = {
    "en": {
        WHOLE:
            "Test loss at most 0.1 and parameters at most 25, within 500 epochs, on 4 of 5 seeds",
        "test_accuracy > .955": "Test accuracy above 95.5 %",
        "test_loss < train_loss or epoch = 3": "Test loss below train loss or epoch exactly 3",
        "(gap < 0 or layers != 2) and step >= 1500":
            "(gap between test and train loss below 0 or hidden layers other than 2) "
            "and updates at least 1,500",
    },
    "ko": {
        WHOLE: "시드 5개 중 4개에서 500에포크 안에 테스트 손실 0.1 이하 및 매개변수 수 25 이하",
        "train_accuracy >= 1": "훈련 정확도 100% 이상",
        "test_loss < train_loss or epoch = 3": "테스트 손실 훈련 손실 미만 또는 에포크 정확히 3",
    },
}  # fmt: skip


def test_goals_read_naturally(modules: Modules, language: str) -> None:
    trees = [parse_goal(text).describe() for text in SAID[language]]
    said = [one.replace("\N{NO-BREAK SPACE}", " ") for one in modules.load(SAY, trees)]
    assert said == [*SAID[language].values()]


@pytest.mark.usefixtures("language")
def test_every_quantity_has_a_name_and_a_format(modules: Modules) -> None:
    """A missing word would be written to the console."""
    goals = [parse_goal(f"{name} < 0.25") for name in QUANTITIES]
    said = modules.load(SAY, [goal.describe() for goal in goals])
    assert len(set(said)) == len(QUANTITIES)
    for name, text in zip(QUANTITIES, said, strict=True):
        assert ("25" in text and "%" in text) is (QUANTITIES[name].unit == "share")
