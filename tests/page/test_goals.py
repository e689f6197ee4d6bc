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


def test_a_goal_is_told_to_each_source_that_opens(modules: Modules) -> None:
    """Also to a server that takes the place of a recording, which knows nothing of goals."""
    sent, error = modules.load(
        """const { followGoal } = await import("goals/following");
           const { createPageStore } = await import("run/page-store");
           const { createRecordedSource } = await import("recordings/source");
           const store = createPageStore({ goal: { text: "epoch >= 3" } });
           const sent = [];
           const heard = {};
           const on = (type, listener) => (heard[type] ??= []).push(listener);
           followGoal({ on, send: (message) => sent.push(message.goal) }, store);
           const open = () => {
             store.set({ stream: { connection: { name: "open", seconds: 0 } } });
             heard.opened.forEach((hear) => hear({}));
           };
           open();
           open();
           store.set({ goal: { text: null } });
           const lost = { connection: { name: "lost", seconds: 1 } };
           store.set({ stream: lost, goal: { text: "step > 1" } });
           open();
           let error = null;
           const recorded = createRecordedSource({ frames: [] });
           recorded.on("error", (found) => { error = found; });
           recorded.send({ type: "goal", goal: "epoch >= 3" });
           return [sent, error];"""
    )
    assert sent == ["epoch >= 3", "epoch >= 3", None, "step > 1"]
    assert error is None
