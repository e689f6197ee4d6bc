"""Sizes, themes, motion: from a phone to a projector."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

WIDTHS = (320, 360, 414, 600, 719, 720, 834, 1024, 1179, 1180, 1366, 1440, 1920, 2560)


def test_no_width_scrolls_sideways(page: Page) -> None:
    page.edited(lambda: page.choose("preset", "spiral"))
    page.click(".more-toggle")
    for width in WIDTHS:
        page.resize(width, 800)
        page.wait(lambda width=width: page.run("return innerWidth") == width, "the new width")
        wide = page.run("return document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} at {width}"


def test_a_phone_has_the_strip_on_top_and_the_controls_in_a_sheet(tab: Page) -> None:
    tab.resize(360, 740, mobile=True)
    page = tab.open()
    tops = [page.find(f"#{name}").rect["y"] for name in ("output", "network", "data")]
    assert tops == sorted(tops)
    assert not page.control("optimizer.name").is_displayed()
    page.run("window.scrollTo(0, 900)")
    page.wait(lambda: page.run("return scrollY") > 500, "scrolled down")
    assert page.run("return document.querySelector('.play').getBoundingClientRect().top") < 60
    page.play()
    page.click(".sheet-open")
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.ARROW_LEFT))
    page.click(".sheet .more-toggle")
    assert page.control("initializer.name").is_displayed()
    page.click(".sheet-close")
    assert not page.control("optimizer.name").is_displayed()
    assert page.run("return document.activeElement.matches('.sheet-open')")
    page.goes_on()
    assert page.run("return document.documentElement.scrollWidth <= 360")
    scroller = page.find(".stage-scroll")
    assert page.run("return arguments[0].scrollWidth > arguments[0].clientWidth", scroller)


def test_a_projector_shows_all_and_larger(page: Page) -> None:
    tile, plane = page.tile(1, 0).rect["width"], page.find(".plane-map").rect["width"]
    page.resize(1920, 1080)
    page.wait(lambda: page.tile(1, 0).rect["width"] > tile, "larger tiles")
    assert page.find(".plane-map").rect["width"] > plane
    assert page.run("return document.documentElement.scrollHeight") <= 1080


def test_a_laptop_shows_all_without_scrolling(page: Page) -> None:
    assert page.run("return document.documentElement.scrollHeight") <= 900
    assert round(page.tile(1, 0).rect["width"]) == 44


def background(page: Page) -> str:
    return page.run("return getComputedStyle(document.body).backgroundColor")


def zero(page: Page) -> list[int]:
    """The colour of the map where the output is undecided: its middle shade."""
    return page.load(
        """const { readPalette } = await import("palette");
           const [colour] = readPalette().diverging.slice(512, 513);
           return [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];"""
    )


def test_the_theme_follows_the_system_and_the_switch(page: Page) -> None:
    page.prefer(prefers_color_scheme="light")
    light = background(page)
    assert min(zero(page)) > 240
    page.prefer(prefers_color_scheme="dark")
    page.wait(lambda: background(page) != light, "dark as the system")
    dark = background(page)
    assert max(zero(page)) < 40
    page.click(".settings-open")
    page.click("[data-path='theme'][value='light']")
    assert background(page) == light
    page.click("[data-path='theme'][value='dark']")
    assert background(page) == dark
    page.prefer(prefers_color_scheme="light")
    assert background(page) == dark
    page.driver.refresh()
    page.wait(lambda: page.frames > 0, "the first frame")
    assert background(page) == dark
    page.click(".settings-open")
    page.click("[data-path='theme'][value='auto']")
    assert background(page) == light


def test_pictures_change_with_the_theme(page: Page) -> None:
    def pictures() -> list[str]:
        return page.run(
            """return [".plane-map", ".pictures"]
                 .map((css) => document.querySelector(css).toDataURL())"""
        )

    page.prefer(prefers_color_scheme="light")
    before = pictures()
    page.prefer(prefers_color_scheme="dark")
    page.wait(
        lambda: all(a != b for a, b in zip(before, pictures(), strict=True)),
        "every picture is painted anew",
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_told_from_its_ground(page: Page, scheme: str) -> None:
    page.prefer(prefers_color_scheme=scheme)
    page.click(".more-toggle")
    worst = page.run(
        """const parse = (c) => c.match(/[\\d.]+/g).map(Number);
           const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
             .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
             .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
           const ground = (e) => {
             for (let at = e; at; at = at.parentElement) {
               const c = parse(getComputedStyle(at).backgroundColor);
               if (c.length < 4 || c[3] > 0.99) return c;
             }
             return [255, 255, 255];
           };
           const found = [];
           const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
           while (walker.nextNode()) {
             const e = walker.currentNode.parentElement;
             if (!walker.currentNode.data.trim()) continue;
             if (!e.checkVisibility({ opacityProperty: true })) continue;
             if (e.closest("svg, script, option, :disabled, .off")) continue;
             const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
             const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
             found.push([Math.round(ratio * 100) / 100, walker.currentNode.data.trim()]);
           }
           return found.sort((x, y) => x[0] - y[0])[0];"""
    )
    assert worst[0] >= 4.5, worst


def same_places(page: Page) -> bool:
    """Whether all tiles stand still from one picture to the next."""
    return page.load(
        """const look = () => [...document.querySelectorAll(".tile")]
             .map((tile) => tile.getBoundingClientRect().x).join();
           const next = () => new Promise((done) => requestAnimationFrame(() => done(look())));
           const [first, second] = [await next(), await next()];
           return first === second;"""
    )


def test_a_new_layer_slides_in_unless_less_motion_is_asked_for(page: Page) -> None:
    """Its clock runs slowly, so that a slow screen shows the slide too."""
    script = """window.places = new Set();
        const real = performance.now.bind(performance);
        const began = real();
        performance.now = () => began + (real() - began) / 20;
        const look = () => {
          const first = document.querySelector(".tile[data-column='1']");
          if (first) window.places.add(Math.round(first.getBoundingClientRect().x));
          requestAnimationFrame(look);
        };
        look();"""
    page.run(script)
    page.edited(lambda: page.click("[data-insert='2']"))
    page.wait(lambda: page.run("return window.places.size") > 3, "it slides")
    page.run("delete performance.now")
    page.wait(lambda: same_places(page), "it has come")
    page.prefer(prefers_reduced_motion="reduce")
    page.run("window.places.clear()")
    page.edited(lambda: page.click("[data-insert='3']"))
    page.settle()
    assert page.run("return window.places.size") <= 2
