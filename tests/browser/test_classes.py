"""The classes of the points: opened from the score, of any part, while it trains."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import check_themes
from tests.browser.page import Page


@pytest.mark.slow
def test_classes_are_compared_by_keyboard(page: Page) -> None:
    page.open("/?v=1&data=arms&validation=0.2&noise=0.3&layers=8")
    page.play()
    page.click("#tab-score")
    page.tab_to("[data-action='classes']")
    page.press(Keys.ENTER)
    page.wait(lambda: len(page.find_all(".classes-matrix td")) == 9, "the matrix")
    page.wait(lambda: len(page.find_all(".classes-curve")) == 3, "the curves")
    cells = "[...document.querySelectorAll('.classes-matrix td')]"
    total = f"{cells}.reduce((sum, cell) => sum + Number(cell.textContent), 0)"
    page.until(f"{total} === 250", "all test points")
    page.choose("classes.part", "validation")
    page.until(f"{total} === 50", "all validation points")
    check_themes(page, "classes", ".classes-dialog")
    page.press(Keys.ESCAPE)
    page.until("!document.querySelector('.classes-dialog')", "it is closed")
