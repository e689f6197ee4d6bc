"""The pictures of the documentation, made of the real page: `pytest --pictures`."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import ActionChains

from tests.app.servers import LiveServer
from tests.browser.images import choose_images
from tests.browser.page import Page
from tests.browser.test_map import at_epoch, painted
from tests.browser.test_search import ENDED
from tests.mnist import need_mnist

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "img"
SIZES = {"playground": (1440, 900, False), "phone": (360, 740, True)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(SIZES))
def test_picture_of_the_playground(tab: Page, name: str, scheme: str) -> None:
    width, height, mobile = SIZES[name]
    tab.resize(width, height, mobile)
    tab.prefer(prefers_color_scheme=scheme)
    page = tab.open()
    page.choose("preset", "spiral")
    page.wait(lambda: page.units == [8, 8, 8], "the preset is there")
    page.play()
    page.wait(lambda: page.metric("test_accuracy") >= 97, "the spiral is learned")
    page.pause()
    page.wait(lambda: page.find_all("#panel-loss .xtick"), "the curves are drawn")
    save(page, f"{name}-dark" if scheme == "dark" else name)


def test_picture_of_mnist(tab: Page) -> None:
    with LiveServer(LIVENET_DATA_DIR=str(need_mnist())) as server:
        page = Page(tab.driver, server.url).open()
        choose_images(page, "mnist")
        page.play()
        page.wait(lambda: page.metric("test_accuracy") >= 97, "the digits are learned")
        page.pause()
        page.wait(lambda: page.find_all("#panel-loss .xtick"), "the curves are drawn")
        save(page, "mnist")
        page.driver.get("about:blank")


def test_picture_of_a_map(tab: Page) -> None:
    tab.prefer(prefers_color_scheme="light")
    page = tab.open("/?lang=en&map=rate:0.001:3:16:log,units:1:16:16")
    painted(page)
    page.click(".play")
    at_epoch(page, 100)
    page.click(".play")
    page.until("!document.querySelector('.play').classList.contains('running')", "it pauses")
    save(page, "map")


def test_picture_of_a_search(tab: Page) -> None:
    tab.prefer(prefers_color_scheme="light")
    page = tab.open(
        "/?lang=en&search=rate:0.003:1:7:log,units:1:8:8,depth:1:3:3,"
        "method:tpe,for:validation_loss,trials:64,epochs:30"
    )
    page.click("[data-action='startSearch']")
    page.hover(page.find(".brand"))
    page.until(ENDED, "the search ends", "64 trials done")
    page.wait(lambda: not page.tooltip, "no tooltip is in the way")
    save(page, "search")


def test_picture_of_a_lesson(tab: Page) -> None:
    tab.prefer(prefers_color_scheme="light")
    page = tab.open("/lesson?name=neuron&step=6&lang=en")
    page.until("document.documentElement.dataset.step === '6'", "the step is there")
    moves = ActionChains(page.driver, duration=20)
    moves.move_to_element_with_offset(page.find(".drawing-surface"), -130, -150).click_and_hold()
    for across, down in ((50, 70), (60, 60), (70, 50), (60, 70)):
        moves.move_by_offset(across, down)
    moves.release().perform()
    page.click(".lesson-predict [data-action=answer]")
    page.until("document.querySelector('.lesson-verdict')", "it is trained and explained")
    page.until("document.querySelector('.plane .scatterlayer')", "Plotly has drawn the points")
    save(page, "lesson")
    page.run("localStorage.clear()")


def save(page: Page, name: str) -> None:
    """Keeps what is in sight."""
    page.run("document.activeElement.blur()")
    FOLDER.mkdir(parents=True, exist_ok=True)
    assert page.driver.save_screenshot(str(FOLDER / f"{name}.png"))
