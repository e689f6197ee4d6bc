"""The embed in pages of others: it takes no focus and no keys, and sleeps where nobody sees it."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.app.servers import LiveServer
from tests.browser.host import Host
from tests.browser.page import Page
from tests.browser.test_embed_messages import EMBED, Frame, show, still

KEYS = [Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.PAGE_UP, Keys.PAGE_DOWN]
NAMES = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown"]


@pytest.mark.slow
def test_it_takes_no_focus_and_gives_the_deck_its_keys(
    tab: Page, host: Host, server: LiveServer
) -> None:
    frame = show(tab, host, server, f"{EMBED}&start=auto")
    tab.run("window.pressed = []; addEventListener('keydown', ({ key }) => pressed.push(key))")
    frame.ask("show", panels=["boundary", "data"])
    assert tab.run("return document.activeElement === document.body")
    tab.press(*KEYS)
    assert tab.run("return pressed") == NAMES
    # After a click in the frame, and on a slider of it, they still come.
    tab.driver.switch_to.frame(0)
    slider = tab.control("optimizer.learning_rate")
    slider.click()
    assert tab.run("return document.activeElement.dataset.path") == "optimizer.learning_rate"
    rate = tab.value("optimizer.learning_rate")
    tab.press(*KEYS)
    assert tab.value("optimizer.learning_rate") == rate
    tab.press(Keys.ARROW_UP)
    assert tab.value("optimizer.learning_rate") != rate, "Up and Down are the slider's"
    tab.find("[data-dataset='circle']").click()
    tab.press(*KEYS)
    tab.driver.switch_to.default_content()
    tab.wait(lambda: len(frame.heard("key")) == 8, "the page hears of them")
    assert [each["key"] for each in frame.heard("key")] == NAMES * 2
    assert tab.run("return pressed") == NAMES
    assert tab.run("return scrollY") == 0


def test_a_deck_without_the_plugin_hears_of_keys_in_its_own_words(
    tab: Page, host: Host, server: LiveServer
) -> None:
    show(tab, host, server, EMBED)
    tab.driver.switch_to.frame(0)
    tab.click(".play")
    tab.press(Keys.PAGE_DOWN)
    tab.driver.switch_to.default_content()
    said = "return heard.map(({ data }) => data).filter((data) => typeof data === 'string')"
    tab.wait(lambda: tab.run(said), "reveal.js would understand")
    assert tab.run(said) == ['{"method":"next"}']


def test_it_sleeps_out_of_sight_and_wakes_by_itself(
    tab: Page, host: Host, server: LiveServer
) -> None:
    host.write(
        f"<iframe src='{server.url}{EMBED}&start=auto' width='400' height='300'></iframe>"
        "<div style='height: 4000px'></div>"
    )
    tab.driver.get(host.url)
    frame = Frame(tab)
    frame.ready()
    tab.wait(lambda: frame.heard("epoch") and frame.heard("epoch")[-1]["epoch"] > 2, "it trains")
    tab.run("scrollTo(0, 3000)")
    tab.wait(lambda: still(frame), "it sleeps")
    asleep = frame.epoch()
    tab.run("scrollTo(0, 0)")
    tab.wait(lambda: frame.epoch() > asleep, "it goes on")


def test_a_frame_that_is_hidden_at_first_is_right_when_it_is_shown(
    tab: Page, host: Host, server: LiveServer
) -> None:
    host.write(
        "<section style='display: none; transform: scale(1.5); transform-origin: 0 0'>"
        f"<iframe src='{server.url}{EMBED}&start=auto' width='640' height='320'></iframe></section>"
    )
    tab.driver.get(host.url)
    frame = Frame(tab)
    tab.wait(lambda: tab.run("return document.querySelector('iframe').contentWindow"), "a frame")
    assert frame.heard("ready") == []
    tab.run("document.querySelector('section').style.display = 'block'")
    frame.ready()
    tab.wait(lambda: frame.heard("epoch") and frame.heard("epoch")[-1]["epoch"] > 0, "it trains")
    frame.ask("pause")
    tab.driver.switch_to.frame(0)
    tab.wait(lambda: tab.find_all(".plane-axes .scatterlayer path"), "points are drawn")
    map_box, panel = tab.run(
        """return [".plane-map", ".embed-panel"].map((css) =>
             document.querySelector(css).getBoundingClientRect().toJSON());"""
    )
    assert map_box["width"] > 200
    assert panel["height"] > 230
    # The page scales the frame; the pointer still means the same place of the plane.
    plane = tab.find(".plane")
    tab.hover(plane)
    tab.wait(lambda: tab.tooltip, "the place is told")
    tab.driver.switch_to.default_content()
    x = 8 + 1.5 * (map_box["left"] + map_box["width"] * 0.75)
    y = 8 + 1.5 * (map_box["top"] + map_box["height"] * 0.25)
    pointer = ActionChains(tab.driver)
    pointer.w3c_actions.pointer_action.move_to_location(round(x), round(y))
    pointer.perform()
    tab.driver.switch_to.frame(0)

    def told() -> bool:
        found = re.search(r"x₁ ([\d.]+), x₂ ([\d.]+)$", tab.tooltip)
        return found is not None and all(abs(float(one) - 3) < 0.7 for one in found.groups())

    tab.wait(told, "the place under the pointer is told")
