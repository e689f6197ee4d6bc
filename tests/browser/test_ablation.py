"""Units and links that are switched off on the page, and undo of what is removed for good."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import check_themes
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
    page.until("document.querySelector('.tile.off')", "it is off, as it was")
    page.click("[data-action='undo']")
    page.until("!document.querySelector('.tile.off')", "on again")
    page.until("document.querySelector('.ablation-panel').hidden", "nothing is switched off")
    page.click("[data-action='redo']")
    page.until("document.querySelector('.tile.off')", "off again")
    assert page.text(TEST_LOSS) == rows[0][1], "the run was left alone"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layer", "path", "said"),
    [("0", "layers.trainable", "4:frozen"), ("output", "output.trainable", "output_trainable=0")],
)
def test_a_frozen_layer_has_a_lock_and_undo_thaws_it(
    page: Page, layer: str, path: str, said: str
) -> None:
    menu = f"[data-menu='{layer}']"
    page.click(menu)
    page.click(f"[data-path='{path}']")
    page.until("document.querySelector('[data-menu].frozen')", "a lock")
    page.press(Keys.ESCAPE)
    assert "frozen" in (page.find(menu).get_attribute("aria-label") or "")
    page.until("location.search.includes(arguments[0])", "the address says it", said)
    page.click("[data-action='undo']")
    page.until("!document.querySelector('[data-menu].frozen')", "thawed")


@pytest.mark.slow
def test_units_of_a_network_for_images_are_switched_off(tab: Page) -> None:
    """The answer for the chosen image and the losses, beside those of the whole network."""
    page = tab.open("/?v=1&data=digits&layers=12:relu&optimizer=adam&rate=0.01&batch=32")
    page.wait(lambda: page.find_all("[data-metric='test_accuracy']"), "images are shown")
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: page.step > 0, "an epoch")
    page.tab_to("[data-block='0']")
    page.press(Keys.ENTER)
    page.until("document.querySelector(\"[data-action='switchUnit']\").checkVisibility()", "it")
    page.click("[data-action='switchUnit']")
    page.wait(lambda: len(read_table(page)) == 5 and read_table(page)[1][2], "the comparison")
    page.wait(lambda: read_table(page)[1][1] == page.text(TEST_LOSS), "the loss with it")
    rows = read_table(page)
    assert rows[0][0] == "This image"
    assert "%" in rows[0][1]
    assert "%" in rows[0][2]
    assert page.text(".ablation-off") == "Layer 1, unit 1"
    check_themes(page, "images without a unit", ".ablation-panel")
    page.click("[data-action='restoreAblation']")
    page.until("document.querySelector('.ablation-panel').hidden", "all are on again")
