"""Early stopping: switched on at the loss curve, told in words, and taken back by undo."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import check_themes
from tests.browser.page import Page

LINK = (
    "/?v=1&data=moons&noise=0.4&label_noise=0.15&samples=60&layers=8:relu*2&optimizer=adam"
    "&rate=0.05&patience=6"
)


@pytest.mark.slow
def test_early_stopping_is_set_up_and_taken_back_by_keyboard(page: Page) -> None:
    page.open(LINK)
    page.tab_to("[data-action='earlyStopping']")
    page.press(Keys.ENTER)
    page.until("document.querySelector('.popover [data-action=setAside]')", "the settings")
    assert "test loss is not used" in page.text(".popover")
    page.tab_to("[data-action='setAside']")
    page.edited(lambda: page.press(Keys.ENTER))
    assert page.find("[data-path='early_stopping.enabled']").is_selected()
    page.until("!document.querySelector('[data-action=setAside]').offsetParent", "it is done")
    check_themes(page, "early stopping", ".popover")
    page.press(Keys.ESCAPE)
    page.play()
    page.wait(lambda: "Stopped at epoch" in page.text(".observation"), "the end")
    assert not page.running
    assert "whose weights are back" in page.text(".observation")
    page.until(
        "[...document.querySelectorAll('.annotation-text')].some("
        "({ textContent }) => textContent.startsWith('best: epoch'))",
        "its mark on the curve",
    )
    page.edited(lambda: page.click("[data-action='undo']"))
    page.wait(lambda: "Stopped at epoch" not in page.text(".observation"), "it is taken back")
