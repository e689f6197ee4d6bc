"""A search in the browser: trials come, are sorted, opened, averaged, and tested at last."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import check_themes
from tests.browser.page import Page

SMALL = "search=rate:0.01:1:4:log,units:2:4:3,method:random,for:validation_loss,trials:6,epochs:5"
ROWS = ".search-table tbody tr"
#: All trials that the method proposes have ended.
ENDED = "document.querySelector('.search-about').textContent.startsWith(arguments[0])"


def start(tab: Page, address: str = f"/?{SMALL}") -> Page:
    page = tab.open(address)
    page.tab_to("[data-action='startSearch']")
    page.press(Keys.ENTER)
    page.until(ENDED, "the search ends", "6 trials done")
    page.until(f"document.querySelectorAll('{ROWS}').length === 6", "all trials are listed")
    return page


def losses(page: Page) -> list[float]:
    at = page.run(
        "return [...document.querySelectorAll('.search-table thead th')]"
        ".findIndex((one) => one.dataset.column === 'metric validation_loss')"
    )
    cells = page.find_all(f"{ROWS} > :nth-child({at + 1})")
    return [float(cell.text) for cell in cells]


@pytest.mark.slow
def test_trials_are_sorted_opened_and_undone_by_keyboard(tab: Page) -> None:
    page = start(tab)
    assert losses(page) == sorted(losses(page))
    page.tab_to("[data-sort='metric validation_loss']")
    page.press(Keys.ENTER)
    page.wait(lambda: losses(page) == sorted(losses(page), reverse=True), "the other way round")
    page.tab_to(f"{ROWS}[tabindex='0']")
    page.press(Keys.END)
    page.until(f"document.activeElement.matches('{ROWS}:last-child')", "the last row")
    best = page.find(f"{ROWS}:last-child")
    assert "best" in (best.get_attribute("class") or "")
    rate = page.text(f"{ROWS}:last-child td:nth-child(3)")
    page.press(Keys.ENTER)
    page.wait(lambda: page.text(".epoch-value") == "5", "its epochs")
    assert float(page.value("optimizer.learning_rate")) == pytest.approx(float(rate), rel=0.01)
    page.until(f"document.querySelector('{ROWS}.opened')", "it is marked")
    assert page.find(".search").is_displayed()
    page.click("[data-action='undo']")
    page.wait(lambda: page.text(".epoch-value") == "0", "it is undone")
    page.until(f"!document.querySelector('{ROWS}.opened')", "and marked no longer")
    page.click("[data-action='showNetwork']")
    page.until("document.querySelector('.stage-scroll').checkVisibility()", "the network")
    page.wait(lambda: "search=" not in page.run("return location.search"), "its address")


@pytest.mark.slow
def test_what_varies_is_chosen_by_keyboard(tab: Page) -> None:
    page = tab.open(f"/?{SMALL}")

    def chips() -> list[str]:
        return [chip.text for chip in page.find_all(".search-dimension")]

    first = ["Learning rate 0.01 to 1", "Units per layer 2 to 4", "+ hyperparameter"]
    page.wait(lambda: chips() == first, "the dimensions of the link")
    page.tab_to("[data-dimension='0']")
    page.press(Keys.ENTER)
    page.choose("mapPath", "none")
    page.wait(lambda: chips() == first[1:], "one less")
    # What is chosen then stands in its old place, and no other one goes.
    page.choose("mapPath", "regularization.l2")
    page.wait(lambda: chips() == ["L2 1e−5 to 0.1", *first[1:]], "another one")
    page.press(Keys.ESCAPE)
    page.until("document.activeElement.dataset.dimension === '0'", "the focus is back")
    page.wait(lambda: "search=l2:" in page.run("return location.search"), "its address")


@pytest.mark.slow
def test_every_picture_shows_the_trials(tab: Page) -> None:
    page = start(tab)
    points = "document.querySelectorAll('#panel-search-{} .scatterlayer .point').length === {}"
    page.until(points.format("history", 6), "the history")
    page.click("#tab-search-slices")
    page.until(points.format("slices", 12), "a slice for each dimension")
    page.click("#tab-search-importances")
    page.until("document.querySelectorAll('.barlayer .point').length === 2", "importances")
    page.click("#tab-search-parallel")
    page.until("document.querySelectorAll('.search-line').length === 6", "a line for each trial")
    page.tab_to(".search-grip")
    page.press(Keys.ARROW_DOWN)
    page.until("document.querySelector('.search-brush')", "the axis is brushed")
    page.until(f"document.querySelectorAll('{ROWS}').length < 6", "some are left out")
    assert "of 6 trials" in page.text(".search-shown")
    page.press(Keys.DELETE)
    page.until(f"document.querySelectorAll('{ROWS}').length === 6", "all are back")


@pytest.mark.slow
def test_values_by_hand_an_ensemble_and_the_last_act(tab: Page) -> None:
    page = start(tab)
    page.click("[data-action='propose']")
    page.until(f"document.querySelectorAll('{ROWS}.by-hand.complete').length === 1", "its trial")
    for row in (1, 2):
        page.click(f"{ROWS}:nth-child({row}) input")
    page.click("[data-action='combine']")
    page.wait(lambda: "mean of 2 trials" in page.text(".search-ensemble"), "how good the mean is")
    assert page.find(".search-ensemble canvas").is_displayed()
    page.click("[data-action='testSearch']")
    page.click("[data-action='reallyTest']")
    page.wait(lambda: "Test accuracy: trial" in page.text(".search-last"), "the test points")
    assert not page.find("[data-action='propose']").is_displayed()


@pytest.mark.slow
def test_a_search_is_there_again_after_the_page_is_loaded_again(tab: Page) -> None:
    page = start(tab)
    found = losses(page)
    page.reload()
    page.until(f"document.querySelectorAll('{ROWS}').length === 6", "all trials are back")
    assert losses(page) == found
    assert page.run("return fetch(document.querySelector('[data-study=csv]').href)"
                    ".then((answer) => answer.text())").startswith("trial,by,state")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_search_can_be_used_by_all(tab: Page, language: str) -> None:
    page = tab.open(f"/?lang={language}&{SMALL}")
    page.click("[data-action='startSearch']")
    page.until(f"document.querySelectorAll('{ROWS}.complete').length === 6", "the search ends")
    for chart in ("parallel", "history"):
        page.click(f"#tab-search-{chart}")
        check_themes(page, f"search, {chart}, {language}", "#network")


@pytest.mark.slow
def test_two_boundaries_are_compared_by_keyboard(tab: Page) -> None:
    page = tab.open("/?search=rate:0.01:1:4:log,method:random,for:preference,trials:16,epochs:5")
    page.click("[data-action='startSearch']")
    ready = (
        "[...document.querySelectorAll('[data-action=prefer][aria-disabled=false]')]"
        ".filter((one) => one.innerText).length === 2"
    )
    page.until(ready, "two networks to compare")
    names = [one.text for one in page.find_all(".search-duel-name")]
    page.tab_to("[data-action='prefer']")
    page.press(Keys.ENTER)
    page.wait(lambda: page.text(".search-about").startswith("3 trials done"), "the next one")
    page.until(ready, "which is to be compared, too")
    after = [one.text for one in page.find_all(".search-duel-name")]
    assert after[0] == names[0], "the preferred one stays on its side"
    assert after[1] != names[1]
    page.until("document.activeElement.dataset.action === 'prefer'", "the focus stays")
    assert "Liked best: " + names[0] in page.text(".search-about")
    check_themes(page, "two boundaries", "#network")
    assert not page.control("searchPruning").is_enabled()


@pytest.mark.slow
def test_a_picture_shows_the_search_and_no_control(tab: Page, tmp_path: Path) -> None:
    page = start(tab)
    page.until("document.querySelector('#panel-search-history .main-svg')", "the history")
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.click(".search [data-action='savePicture-svg']")
    file = page.wait(lambda: sorted(tmp_path.glob("*.svg")), "a file")[0]
    content = page.wait(file.read_text, "its content")
    texts = ["".join(one.itertext()) for one in ET.fromstring(content).iter() if one.text]
    said = " ".join(texts)
    assert "Search" in said
    assert "Validation loss" in said
    assert "complete" in said
    assert "Try" not in texts
    assert "Start anew" not in texts


@pytest.mark.slow
def test_an_embed_has_a_search_of_its_address(tab: Page) -> None:
    page = tab.open(f"/embed?panels=search,network&lang=en&{SMALL}")
    page.until("document.querySelector('[data-action=startSearch]:enabled')", "it can begin")
    chips = [chip.text for chip in page.find_all(".search-dimension")]
    assert chips[:2] == ["Learning rate 0.01 to 1", "Units per layer 2 to 4"]
    page.click("[data-action='startSearch']")
    page.until(f"document.querySelectorAll('{ROWS}.complete').length === 6", "the search ends")
    assert page.find(".stage-scroll").is_displayed()
    check_themes(page, "an embed with a search", "[data-panel='search']")
