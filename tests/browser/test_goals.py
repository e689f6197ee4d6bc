"""A goal in an embed: said in words, followed while it trains, and checked on seeds."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser import axe
from tests.browser.page import Page

GOAL = "test_loss <= 0.3 and units <= 8 within 300 epochs on 2 of 3 seeds"
EMBED = "/embed?data=xor&layers=4&optimizer=adam&rate=0.03&speed=5&panels=boundary,goal&lang="


def said(tab: Page) -> str:
    return tab.text(".goal-said")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "goal", "checked"),
    [
        ("en", "Test loss at most 0.3 and hidden units at most 8, within", "of 3 seeds"),
        ("ko", "300에포크 안에 테스트 손실 0.3 이하", "시드 3개 중"),
    ],
)
def test_a_goal_is_followed_and_checked(tab: Page, language: str, goal: str, checked: str) -> None:
    tab.open(f"{EMBED}{language}&goal={quote(GOAL)}&until={quote('test_loss <= 0.3')}")
    tab.wait(lambda: goal in tab.text(".goal-sentence"), "the goal in words")
    holds = (
        "return [...document.querySelectorAll('.goal-mark')].map(({ dataset }) => dataset.holds)"
    )
    tab.wait(lambda: tab.run(holds) == ["false", "true"], "how the run stands")
    tab.click(".play")
    tab.wait(lambda: tab.run(holds) == ["true", "true"], "it is reached")
    tab.wait(lambda: not tab.running, "it pauses there")
    assert said(tab)
    tab.click("[data-action=checkGoal]")
    tab.until("document.querySelector('.goal[data-reached=true]')", "seeds reach it")
    assert checked in said(tab)
    assert len(tab.find_all(".goal-seed")) == 3
    axe.check_themes(tab, "a goal that is reached")


def test_what_is_no_goal_is_said(tab: Page) -> None:
    tab.open(f"{EMBED}en&until=test_loss")
    tab.click(".play")
    tab.wait(lambda: "at character 10" in tab.notice, "what is wrong")
    tab.wait(lambda: not tab.running, "it does not pretend to train")
