"""One update in slow motion: its stages, its formulas, and the updates before and after."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page


@pytest.mark.slow
def test_an_update_is_followed_by_keyboard_and_by_its_points(page: Page) -> None:
    page.tab_to("[data-action='openStep']")
    page.press(Keys.ENTER)
    page.until("document.activeElement.dataset.path === 'step.stage'", "the stages")
    assert page.text(".step-at") == "Update 1"
    page.press(Keys.ARROW_RIGHT)
    page.wait(lambda: "Forward, layer 1" in page.text(".step-sentence"), "the next stage")
    assert len(page.find_all(".step-number.now")) == 4
    page.press(Keys.END)
    page.wait(lambda: "New weights" in page.text(".step-sentence"), "the last stage")
    first = page.text(".step-formulas summary")
    page.click("[data-action='checkStep']")
    page.wait(lambda: "chain rule" in page.text(".step-check"), "the finite difference")
    page.click("[data-action='stepAfter']")
    page.wait(lambda: page.text(".step-at") == "Update 2", "the next update")
    # It begins with the weight that the one before has made.
    assert first.rpartition("= ")[2] in page.text(".step-formulas summary")
    page.click("[data-action='stepBefore']")
    page.wait(lambda: page.text(".step-at") == "Update 1", "the update before")
    assert page.text(".step-formulas summary") == first
    page.choose("step.source", "point")
    page.wait(lambda: page.text(".step-example").startswith("Point"), "a point alone")
    page.press(Keys.ESCAPE)
    page.until("document.activeElement.dataset.action === 'openStep'", "it is closed")
    assert not page.find_all(".in-step")


@pytest.mark.slow
def test_a_weight_and_a_unit_lead_to_their_update(page: Page) -> None:
    page.tile(1, 0).click()
    page.click("[data-action='followUnit']")
    page.wait(lambda: "Forward, layer 1" in page.text(".step-sentence"), "the unit's stage")
    page.press(Keys.ESCAPE)
    page.click(".bias")
    page.click("[data-action='followWeight']")
    page.wait(lambda: "New weights" in page.text(".step-sentence"), "the weight's new value")
    assert page.find_all(".step-link.chosen, .step-formulas summary")
