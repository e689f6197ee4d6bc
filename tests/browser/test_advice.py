"""The quiet line offers what has been tried on copies, and the way back from what was worse."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

pytestmark = pytest.mark.slow

NOISY = urlencode(
    {
        "v": 1, "data": "circle", "noise": 0.45, "samples": 80, "layers": "8*3",
        "optimizer": "adam", "rate": 0.01,
    }
)  # fmt: skip
TRY = "[data-action='tryIt']"
BACK = "[data-action='undoAndGoOn']"


def faster(page: Page) -> None:
    page.control("speed").send_keys(*[Keys.PAGE_UP] * 4)


def test_overfitting_is_answered_by_what_has_been_tried(tab: Page) -> None:
    """The line names value, before and after; the click applies just that, as one step of undo."""
    page = tab.open(f"/?{NOISY}")
    faster(page)
    page.play()
    page.wait(lambda: page.metric("test_loss") > 0.9, "it overfits")
    page.pause()
    said = page.wait(
        lambda: re.search(
            r"L2 of ([\d.]+) the test loss is ([\d.]+) instead of ([\d.]+) after (\d+) epochs",
            page.text(".observation"),
        ),
        "what was tried is told",
    )
    value, after, before = (float(number) for number in said.groups()[:3])
    assert after < before
    assert int(said[4]) <= 300
    page.edited(lambda: page.click(TRY))
    assert float(page.value("regularization.l2")) == value
    page.edited(lambda: page.click("[data-action='undo']"))
    assert float(page.value("regularization.l2")) == 0
    assert not page.find("[data-action='undo']").is_enabled()


def test_a_change_that_made_things_worse_is_said_and_taken_back(page: Page) -> None:
    """The weights come back with the settings; the value that fits better is offered, too."""
    faster(page)
    page.play()
    page.wait(lambda: page.metric("test_accuracy") > 97, "it has learned")
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.END))
    page.wait(lambda: "Test accuracy fell from" in page.text(".observation"), "it is said")
    assert "Learning rate: 10" in page.text(".observation")
    assert page.find(BACK).is_displayed()
    page.pause()
    page.click(BACK)
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.03", "the rate of before")
    page.wait(lambda: page.metric("test_accuracy") > 97, "and the weights")
    page.wait(lambda: "Worse" not in page.text(".observation"), "nothing is worse any more")


LOOK = "[data-action='lookInside']"
DEEP = "v=1&data=circle&layers=6:sigmoid*6"


def test_what_is_said_leads_to_the_view_that_shows_why(tab: Page) -> None:
    """By keyboard: the gradients of a deep network, then the end of a run that overfits."""
    page = tab.open(f"/?{DEEP}")
    page.play()
    page.wait(lambda: "gradient vanishes" in page.text(".observation"), "it is said")
    page.pause()
    page.find(LOOK).send_keys(Keys.ENTER)
    page.wait(lambda: page.text(".flow-words"), "the gradients in words")
    assert page.run("return document.activeElement.id") == "tab-flow"
    page = tab.open(f"/?{NOISY}")
    faster(page)
    page.play()
    page.wait(lambda: "Overfitting" in page.text(".observation"), "it overfits")
    page.pause()
    page.find(LOOK).send_keys(Keys.ENTER)
    page.until("document.querySelector('.popover [data-action=setAside]')", "the settings")
    assert page.find("#panel-loss").is_displayed()
    page.press(Keys.ESCAPE)
    page.until("!document.querySelector('.popover')", "it is closed")
    page.find(LOOK).send_keys(Keys.ENTER)
    page.until("document.querySelector('.popover')", "it opens again")


def test_a_straight_line_leads_to_the_space_and_a_step_to_the_gradients(tab: Page) -> None:
    page = tab.open("/?v=1&data=circle&layers=none")
    page.play()
    page.wait(lambda: "is a straight line" in page.text(".observation"), "it is said")
    page.pause()
    page.find(LOOK).send_keys(Keys.ENTER)
    page.until("document.querySelector('.spaces').offsetParent", "the spaces")
    page = tab.open("/?v=1&data=circle&layers=4:step,2&rate=10")
    page.wait(lambda: "in steps" in page.text(".observation"), "it is said")
    assert page.text(LOOK) == "See the gradients"
