"""A race in the browser: networks appear while they train, two are compared, one is taken."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page


def test_a_network_of_a_race_is_taken_by_keyboard(page: Page) -> None:
    page.tab_to("[data-action='race']")
    page.press(Keys.ENTER)
    page.until("document.querySelector('dialog.race-dialog[open]')", "the dialog")
    page.choose("race.kind", "learning_rate")
    page.choose("race.epochs", "20")
    page.tab_to(".race [data-action='race']")
    page.press(Keys.ENTER)
    page.wait(lambda: "After 20 epochs" in page.text(".race-words"), "the race is over")
    assert len(page.find_all(".race-cell")) == 8
    assert len(page.find_all(".race-cell.ahead")) == 1
    page.wait(lambda: len(page.find_all(".race-landscape .scatterlayer .js-line")) == 8, "paths")
    assert "All begin at the same weights" in page.text(".race-landscape p")
    page.tab_to(".race-cell:nth-child(6)")
    page.press(Keys.SPACE)
    page.tab_to(".race-cell:nth-child(7)")
    page.press(Keys.SPACE)
    page.wait(lambda: "decide differently" in page.text(".race-overview"), "two are compared")
    page.press(Keys.SPACE)
    page.wait(lambda: page.text(".race-overview h3") == "Learning rate 0.3", "one is picked")
    page.tab_to("[data-action='adopt']")
    page.press(Keys.ENTER)
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.3", "it is taken")
    page.click("[data-path='race.place'][value='surface']")
    page.wait(lambda: len(page.find_all(".race-paths li")) == 10, "the paths down a surface")
    page.choose("race.surface", "bowl")
    said = ".race-parts:not([hidden]) .race-words"
    page.wait(lambda: "straight down" in page.text(said), "another surface")
    page.press(Keys.ESCAPE)
    page.until("document.activeElement.dataset.action === 'race'", "it is closed")
    page.wait(lambda: page.text(".epoch-value") == "20", "its epochs")
    page.click("[data-action='undo']")
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.03", "it is undone")
    page.wait(lambda: page.text(".epoch-value") == "0", "and so are its epochs")
