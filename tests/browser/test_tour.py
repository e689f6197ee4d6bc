"""Six steps through the screen, while the network trains."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.sizes import at_night, choose

STEPS = ["data", "units", "weights", "output", "curves", "play"]
#: Where each step points at: the middle of the ring lies on one of these.
PARTS = {
    "data": "#data",
    "units": "#network",
    "weights": "#network",
    "output": ".output-plane",
    "curves": ".curves",
    "play": "#strip",
}


def step(page: Page) -> str | None:
    """The step that is shown."""
    return page.run("return document.querySelector('.tour:not([hidden])')?.dataset.step ?? null")


def open_tour(page: Page) -> None:
    page.click("[data-action='tour']")
    page.wait(lambda: step(page) == "data", "the first step")


def still(page: Page) -> bool:
    """Whether the ring has slid to its part and stays there for two frames of the screen."""
    return page.load(
        """const ring = document.querySelector(".tour-ring");
           if (ring.matches(".moving") || ring.getAnimations().length > 0) return false;
           const look = () => JSON.stringify(ring.getBoundingClientRect());
           const next = () => new Promise(requestAnimationFrame);
           await next();
           const before = look();
           await next();
           await next();
           return before === look();"""
    )


#: The ring, the callout and what they say, and whether the ring's middle lies on its part.
LOOK = """
    const box = (css) => {
      const { left, top, right, bottom } = document.querySelector(css).getBoundingClientRect();
      return { left, top, right, bottom };
    };
    const [ring, callout, strip] = [".tour-ring", ".tour", ".strip-box"].map(box);
    const middle = [(ring.left + ring.right) / 2, (ring.top + ring.bottom) / 2];
    return {
      ring, callout, strip, room: [innerWidth, innerHeight],
      on: Boolean(document.elementFromPoint(...middle)?.closest(arguments[0])),
      progress: document.querySelector(".tour-progress").textContent,
      words: document.querySelector("#tour-text").textContent,
    };
"""


def check_step(page: Page, name: str) -> None:
    """The ring is on its part and in sight; the callout is in sight and off the ring."""
    page.wait(lambda: step(page) == name, f"the step {name}")
    page.wait(lambda: still(page), "the ring has arrived")
    seen = page.run(LOOK, PARTS[name])
    ring, callout, strip = seen["ring"], seen["callout"], seen["strip"]
    width, height = seen["room"]
    for one in (ring, callout):
        assert 0 <= one["left"] < one["right"] <= width, (name, one)
        assert 0 <= one["top"] < one["bottom"] <= height, (name, one)
    assert min(ring["right"] - ring["left"], ring["bottom"] - ring["top"]) > 40, name
    if name != "play":
        assert ring["top"] >= strip["bottom"] - 1, f"{name}: the ring is below the strip"
    beside = callout["left"] >= ring["right"] or callout["right"] <= ring["left"]
    apart = callout["top"] >= ring["bottom"] or callout["bottom"] <= ring["top"]
    assert beside or apart, f"{name}: the callout {callout} covers {ring}"
    assert seen["on"], f"{name}: the ring is elsewhere"
    assert seen["progress"] == f"{STEPS.index(name) + 1} / 6"
    assert len(seen["words"]) > 20


#: Width, height, and whether all controls are unfolded there.
SIZES = choose(
    ((360, 740, False), (1024, 768, True)),
    ((360, 740, False), (1440, 900, True), (1024, 768, True), (1920, 1080, False)),
)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", at_night("ko")])
def test_six_steps_point_at_six_parts(tab: Page, language: str) -> None:
    tab.resize(360, 740)
    tab.open(f"/?lang={language}")
    the_tour_waits_to_be_asked_and_says_so_on_the_first_visit(tab)
    # Where it stops does not depend on how it comes there, and still pictures cost nothing.
    tab.prefer(prefers_reduced_motion="reduce")
    unfolded = False
    for width, height, unfold in SIZES:
        tab.resize(width, height)
        tab.until("innerWidth === arguments[0]", "the new size", width)
        if unfold != unfolded:
            tab.click(".more-toggle")
            unfolded = unfold
        walk(tab)


def the_tour_waits_to_be_asked_and_says_so_on_the_first_visit(tab: Page) -> None:
    assert step(tab) is None
    assert tab.find(".tour-open .tool-text").is_displayed()
    tab.reload()
    assert step(tab) is None
    assert not tab.find(".tour-open .tool-text").is_displayed()
    assert tab.find(".tour-open").is_displayed()
    assert tab.run("return document.documentElement.scrollWidth <= 360")
    tab.resize(1440, 900)
    assert tab.find(".tour-open .tool-text").is_displayed()


def walk(tab: Page) -> None:
    open_tour(tab)
    for name in STEPS:
        check_step(tab, name)
        tab.click("[data-action='tourNext']")
    assert step(tab) is None
    assert tab.run("return document.activeElement.dataset.action") == "tour"
    assert not tab.find(".tour-ring").is_displayed()


@pytest.mark.slow
def test_the_tour_is_walked_by_keyboard_and_the_page_works_meanwhile(page: Page) -> None:
    it_is_walked_by_keyboard(page)
    for motion, moves in (("no-preference", True), ("reduce", False)):
        the_ring_slides_unless_less_motion_is_asked_for(page, motion, moves)
    page.prefer()
    the_page_works_while_it_is_explained(page)


def it_is_walked_by_keyboard(page: Page) -> None:
    page.tab_to("[data-action='tour']")
    page.press(Keys.ENTER)
    page.wait(lambda: step(page) == "data", "the first step")
    dialog = page.find(".tour")
    assert dialog.get_attribute("role") == "dialog"
    assert dialog.accessible_name == page.text("#tour-title") == "The data"
    assert page.run("return document.activeElement.dataset.action") == "tourNext"
    assert not page.find("[data-action='tourBack']").is_enabled()
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert step(page) == "weights"
    page.press(Keys.ARROW_LEFT)
    assert step(page) == "units"
    keys = ActionChains(page.driver)
    keys.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert page.run("return document.activeElement.dataset.action") == "tourBack"
    page.press(Keys.ENTER)
    assert step(page) == "data"
    assert page.run("return document.activeElement.dataset.action") == "tourNext"
    page.press(*[Keys.ARROW_RIGHT] * 8)
    assert step(page) == "play", "the arrow keys do not end it"
    page.press(Keys.ESCAPE)
    assert step(page) is None
    assert page.run("return document.activeElement.dataset.action") == "tour"


def the_ring_slides_unless_less_motion_is_asked_for(page: Page, motion: str, moves: bool) -> None:
    page.prefer(prefers_reduced_motion=motion)
    open_tour(page)
    page.run(
        """window.slides = 0;
           document.querySelector(".tour-ring").addEventListener("transitionrun", () => {
             window.slides += 1;
           });"""
    )
    page.click("[data-action='tourNext']")
    check_step(page, "units")
    assert (page.run("return window.slides") > 0) == moves
    page.press(Keys.ESCAPE)


def the_page_works_while_it_is_explained(page: Page) -> None:
    open_tour(page)
    page.click(".play")
    page.wait(lambda: page.running and page.step > 0, "it trains")
    page.edited(lambda: page.click("[data-dataset='xor']"))
    assert step(page) == "data"
    page.edited(lambda: page.click("[data-insert='0']"))
    page.click("[data-action='tourNext']")
    check_step(page, "units")
    page.click("[data-action='language']")
    page.wait(lambda: page.text("#tour-title") == "신경망", "in Korean")
    for name in STEPS[1:]:
        check_step(page, name)
        page.until("livenet.step > arguments[0]", "training goes on", page.step)
        if name != "play":
            page.click("[data-action='tourNext']")
    page.goes_on()
    page.run("document.activeElement.blur()")
    page.press(Keys.ESCAPE)
    assert step(page) is None
