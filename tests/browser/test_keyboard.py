"""Everything by keyboard alone."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page


def focused(page: Page) -> str:
    return page.run("return document.activeElement.getAttribute('aria-label')")


@pytest.mark.slow
def test_a_network_is_built_and_trained_by_keyboard_alone(page: Page) -> None:
    page.tab_to("[data-dataset='circle']")
    page.edited(lambda: page.press(Keys.ARROW_RIGHT))
    assert page.find("[data-dataset='xor']").get_attribute("aria-checked") == "true"
    page.tab_to("[data-insert='1']")
    page.edited(lambda: page.press(Keys.ENTER))
    page.wait(lambda: len(page.units) == 3, "a layer more")
    page.tab_to("[data-menu='0']")
    page.press(Keys.ENTER)
    assert page.run("return document.activeElement.dataset.path") == "layers.dropout"
    page.press(Keys.ESCAPE)
    assert page.run("return document.activeElement.dataset.menu") == "0"
    page.tab_to(".tile")
    assert focused(page) == "x₁"
    page.press(Keys.ARROW_RIGHT)
    assert focused(page) == "Layer 1, unit 1"
    page.press(Keys.ARROW_DOWN)
    assert focused(page) == "Layer 1, unit 2"
    assert page.text("#output-title") == "Layer 1, unit 2"
    page.edited(lambda: page.press("+"))
    page.wait(lambda: page.units[0] == 5, "a unit more")
    assert focused(page) == "Layer 1, unit 2"
    page.edited(lambda: page.press(Keys.DELETE))
    page.wait(lambda: page.units[0] == 4, "this unit less")
    page.edited(lambda: page.press("-"))
    page.wait(lambda: page.units[0] == 3, "the last unit less")
    page.press(Keys.ENTER)
    assert page.text(".unit-title").startswith("Layer 1, unit 2")
    page.press("e")
    page.wait(lambda: page.find_all(".weight-editor"), "the editor opens")
    page.edited(lambda: page.press(Keys.ARROW_UP))
    page.press(Keys.ESCAPE)
    assert focused(page) == "Layer 1, unit 2"
    page.run("document.activeElement.blur()")
    page.press(" ")
    page.wait(lambda: page.running and page.step > 0, "the space bar plays")


@pytest.mark.slow
def test_features_tabs_and_more_are_reached_by_keyboard(page: Page) -> None:
    page.tab_to(".tile")
    page.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert focused(page) == "x₁²"
    page.edited(lambda: page.press(Keys.ENTER))
    page.wait(lambda: len(page.find_all(".tile[data-role='input']")) == 3, "an input more")
    assert focused(page) == "x₁²"
    page.edited(lambda: page.press(Keys.DELETE))
    page.wait(lambda: len(page.find_all(".tile[data-role='input']")) == 2, "an input less")
    page.tab_to(".more-toggle")
    page.press(Keys.ENTER)
    assert page.control("initializer.name").is_displayed()
    page.tab_to("#tab-loss")
    page.press(Keys.ARROW_RIGHT)
    assert page.find("#panel-score").is_displayed()
    page.press(Keys.ARROW_RIGHT)
    assert page.find("#panel-unit").is_displayed()


def test_what_has_the_focus_can_be_seen(page: Page) -> None:
    for css in (".play", "[data-path='optimizer.name']", ".thumbnail", ".tile", "#tab-loss"):
        page.tab_to(css)
        width = page.run("return getComputedStyle(document.activeElement).outlineWidth")
        assert width == "2px", css
