"""Units and links that are switched off on the page, and undo of what is removed for good."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

TEST_LOSS = "[data-metric='test_loss'] .metric-value"


def read_table(page: Page) -> list[list[str]]:
    return page.run(
        """return [...document.querySelectorAll(".ablation-panel tbody tr")]
             .map((row) => [...row.cells].map((cell) => cell.textContent))"""
    )


@pytest.mark.slow
def test_a_unit_is_switched_off_removed_and_brought_back(page: Page) -> None:
    page.click("[data-action='oneEpoch']")
    page.until("livenet.step === 25", "an epoch")
    page.tile(1, 1).click()
    page.until("document.querySelector(\"[data-action='switchUnit']\").checkVisibility()", "it")
    page.find("[data-action='switchUnit']").send_keys(Keys.ENTER)
    page.until("document.querySelector('.tile.off')", "the mark")
    page.wait(lambda: read_table(page)[0][1] == page.text(TEST_LOSS), "the loss with it")
    assert page.text(".ablation-off") == "Layer 1, unit 2"
    rows = read_table(page)
    assert rows[0][1] != rows[0][2]
    assert "switched off" in (page.tile(1, 1).get_attribute("aria-label") or "")
    without = rows[0][2]
    page.click("[data-action='keepAblation']")
    page.wait(lambda: page.text(TEST_LOSS) == without, "it is gone")
    page.until("document.querySelector('.ablation-panel').hidden", "nothing is switched off")
    assert len(page.find_all(".tile[data-column='1']")) == 3
    page.click("[data-action='undo']")
    page.wait(lambda: page.text(TEST_LOSS) == rows[0][1], "undone")
    assert len(page.find_all(".tile[data-column='1']")) == 4


@pytest.mark.slow
def test_a_frozen_layer_has_a_lock_and_undo_thaws_it(page: Page) -> None:
    menu = "[data-menu='0']"
    page.click(menu)
    page.click("[data-path='layers.trainable']")
    page.until("document.querySelector('[data-menu].frozen')", "a lock")
    page.press(Keys.ESCAPE)
    assert "frozen" in (page.find(menu).get_attribute("aria-label") or "")
    page.until("location.search.includes('4:frozen')", "the address says it")
    page.click("[data-action='undo']")
    page.until(
        "!document.querySelector(\"[data-menu='0']\").classList.contains('frozen')", "thawed"
    )
