"""The quiet line offers what has been tried on copies, and the way back from what was worse."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

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


def test_what_is_said_of_a_trial_and_when_there_is_something_to_click(page: Page) -> None:
    states = page.load(
        """const { tellTrial } = await import("trial-words");
           const candidates = [0.003, 0.01].map((value) => ({ what: "l2", value, patch: {} }));
           const found = { fix: { patch: {} }, candidates };
           const answer = { candidates, epochs: 300, baseline: { test_loss: 1 },
             results: [null, { test_loss: 0.25 }] };
           return [null, { ...answer, best: 1 }, { ...answer, best: 1, baseline: null },
             { ...answer, best: null }, { candidates }].map((one) => tellTrial(found, one));"""
    )
    texts = [one["text"] for one in states]
    assert texts == [
        "Trying L2 of 0.003 or 0.01 on copies of the network …",
        "With L2 of 0.01 the test loss is 0.250 instead of 1.000 after 300 epochs.",
        "With L2 of 0.01 the test loss is 0.250 after 300 epochs.",
        "Tried on copies for 300 epochs: L2 of 0.003 and 0.01. None of them lowers the test loss.",
        "",
    ]
    assert [one["offers"] for one in states] == [False, True, True, False, True]
    assert [bool(one["candidate"]) for one in states] == [False, True, True, False, False]


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
